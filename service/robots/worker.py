"""Sends what robots are to tell: one message at a time for each, what waits meanwhile as one digest."""

from __future__ import annotations

import asyncio
import json
import logging
from datetime import datetime, timedelta
from typing import Any, Callable, Mapping

from service.db import Database
from service.gateways.outside.client import GuardedPost
from service.loop import Loop
from service.robots import rules
from service.robots import service as robots
from service.robots.formats import rules as formats
from service.robots.formats.rules import Facts
from service.robots.repository import RobotRow
from service.robots.rules import Verdict

log = logging.getLogger(__name__)

PAUSE_SECONDS = 0.5
_TIDY_EVERY = timedelta(hours=6)
_HEADERS = {"Content-Type": "application/json; charset=utf-8"}


class RobotWorker:
    """One loop a process; the rows say whose turn it is, so several processes do not send twice at once.

    Args:
        base: the address under which people reach the console, for links; without a slash at its end.
    """

    def __init__(self, database: Database, post: GuardedPost, base: str, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._post = post
        self.base = base
        self._clock = clock
        self._loop = Loop("robots", self._round, PAUSE_SECONDS)
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self._tidied = clock()

    async def note(self, key: str, payload: Mapping[str, Any]) -> None:
        """The outbox' handler of calls: what each robot is to tell, written down once."""
        now = self._clock()
        if await self._database.write(lambda c: robots.note_call(c, payload, key, self.base, now)):
            self._loop.wake()

    def wake(self) -> None:
        self._loop.wake()

    async def run(self) -> None:
        """Send until cancelled."""
        try:
            await self._loop.run()
        finally:
            for task in self._under_way.values():
                task.cancel()
            await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    async def close(self) -> None:
        await self._post.close()

    async def step(self) -> int:
        """Send for every robot whose turn it is, and wait until it is done; returns how many there were."""
        now = self._clock().timestamp()
        due = await self._database.read(lambda c: robots.ready(c, now))
        await asyncio.gather(*(self._tell(robot_id) for robot_id in due))
        return len(due)

    async def test(self, robot_id: int) -> Verdict:
        """Send a test message now.

        Raises:
            NotFound: there is no such robot.
            BadRobot: it may not send right now.
        """
        robot = await self._database.write(lambda c: robots.take_for_test(c, robot_id, self._clock()))
        verdict = await self._send(robot, formats.test_message(robot.kind, robot.name, self._list()))
        await self._database.write(lambda c: robots.settle(c, robot, (), verdict, self._clock()))
        return verdict

    async def _round(self) -> None:
        now = self._clock()
        due = await self._database.read(lambda c: robots.ready(c, now.timestamp()))
        for robot_id in due:
            if robot_id not in self._under_way:
                self._start(robot_id)
        if now - self._tidied > _TIDY_EVERY:
            self._tidied = now
            await self._database.write(lambda c: robots.forget(c, now))

    def _start(self, robot_id: int) -> None:
        # A robot that answers slowly holds up none of the others.
        task = asyncio.create_task(self._tell(robot_id), name=f"robot {robot_id}")
        self._under_way[robot_id] = task

        def ended(done: asyncio.Task[None]) -> None:
            self._under_way.pop(robot_id, None)
            if not done.cancelled() and done.exception() is not None:
                log.error("robot %s: a message failed, trying again", robot_id, exc_info=done.exception())

        task.add_done_callback(ended)

    async def _tell(self, robot_id: int) -> None:
        now = self._clock()
        taken = await self._database.write(lambda c: robots.take(c, robot_id, now))
        if taken is None:
            return
        robot, told = taken
        body = formats.message(robot.kind, [Facts.of(row.facts) for row in told], self._list(), now)
        verdict = await self._send(robot, body)
        if not verdict.ok:
            log.warning("robot %s (%s): %s", robot.id, robot.kind, verdict.words)
        await self._database.write(lambda c: robots.settle(c, robot, told, verdict, self._clock()))

    async def _send(self, robot: RobotRow, body: Mapping[str, Any]) -> Verdict:
        ready = formats.signed(robot.kind, robot.url, robot.secret, body, self._clock())
        content = json.dumps(ready.body, ensure_ascii=False).encode()
        answer = await self._post.post(ready.url, content, _HEADERS)
        return rules.verdict(robot.kind, answer.status, answer.words, answer.retry_after)

    def _list(self) -> str:
        return f"{self.base}/console/m"
