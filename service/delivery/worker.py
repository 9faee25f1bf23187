"""Carries the outbox out: at least once, with growing pauses, and a shelf for what cannot be sent."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any, Awaitable, Callable, Mapping

from sqlalchemy import Connection

from service.db import Database
from service.delivery import repository
from service.delivery.repository import OutboxRow
from service.loop import Loop

log = logging.getLogger(__name__)

Handler = Callable[[str, Mapping[str, Any]], Awaitable[None]]

BATCH = 200
HOLD_SECONDS = 30.0
IDLE_SECONDS = 0.5
MAX_ATTEMPTS = 8


class Later(Exception):
    """Raised by a handler: nothing went wrong, but it is to be delivered at `at` (seconds since the epoch)."""

    def __init__(self, at: float) -> None:
        super().__init__(f"not before {at:.1f}")
        self.at = at


class OutboxWorker:
    """One loop a process for the topics of `handlers`; `wake()` after a commit makes it look at once.

    With `parallel` 1 rows are delivered one after another in their order. Handlers that wait for somebody else's
    server get a worker of their own with several at a time, so that a slow one holds up nobody else.
    """

    def __init__(self, database: Database, handlers: Mapping[str, Handler], parallel: int = 1) -> None:
        self._database = database
        self._handlers = handlers
        self._topics = tuple(handlers)
        self._parallel = parallel
        self._loop = Loop("outbox", self._round, IDLE_SECONDS)
        self._delivered: list[int] = []
        self._under_way: set[asyncio.Task[None]] = set()
        self._followers: list[Callable[[], None]] = []

    def wake(self) -> None:
        self._loop.wake()
        for follower in self._followers:
            follower()

    def also_wake(self, follower: Callable[[], None]) -> None:
        """Call `follower` with every `wake()`."""
        self._followers.append(follower)

    async def run(self) -> None:
        """Deliver until cancelled."""
        try:
            await self._loop.run()
        finally:
            for task in self._under_way:
                task.cancel()
            await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _round(self) -> bool:
        return await self.deliver_once() == BATCH

    async def deliver_once(self) -> int:
        """Deliver one batch (start it, when several go at a time); returns how many rows were taken."""
        done, self._delivered = self._delivered, []
        limit = BATCH if self._parallel == 1 else self._parallel - len(self._under_way)
        now = time.time()

        def work(connection: Connection) -> list[OutboxRow]:
            if done:
                repository.remove(connection, done)
            return repository.claim(connection, self._topics, now, HOLD_SECONDS, limit) if limit > 0 else []

        if not done and (
            limit <= 0 or not await self._database.read(lambda c: repository.any_due(c, self._topics, now))
        ):
            return 0
        rows = await self._database.write(work)
        for row in rows:
            if self._parallel == 1:
                await self._deliver(row)
            else:
                self._start(row)
        return len(rows) or (1 if done else 0)

    def _start(self, row: OutboxRow) -> None:
        task = asyncio.create_task(self._deliver(row), name=f"outbox {row.id}")
        self._under_way.add(task)

        def ended(_task: asyncio.Task[None]) -> None:
            self._under_way.discard(task)
            self._loop.wake()

        task.add_done_callback(ended)

    async def _deliver(self, row: OutboxRow) -> None:
        try:
            await self._handlers[row.topic](row.key, row.payload)
        except Later as later:
            at = later.at
            await self._database.write(lambda c: repository.put_off(c, row.id, at))
        except Exception:
            dead = row.attempts >= MAX_ATTEMPTS
            log.exception(
                "outbox: row %s (%s) failed, attempt %s%s", row.id, row.topic, row.attempts, ", given up" * dead
            )
            next_at = time.time() + min(2.0**row.attempts, 300.0)
            await self._database.write(lambda c: repository.postpone(c, row.id, next_at, dead))
        else:
            self._delivered.append(row.id)
