"""Looks after promised callbacks: what was missed is told, what was taken and forgotten is free again."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Callable

from service.callbacks.desk import service as desk
from service.db import Database
from service.loop import Loop

PAUSE_SECONDS = 5.0


class CallbackWorker:
    """One loop a process; several may run, each step is a unit of work of its own."""

    def __init__(self, database: Database, clock: Callable[[], datetime], woke: Callable[[], None]) -> None:
        self._database = database
        self._clock = clock
        self._woke = woke
        self._loop = Loop("callbacks", self._round, PAUSE_SECONDS)

    async def run(self) -> None:
        """Work until cancelled."""
        await self._loop.run()

    async def _round(self) -> None:
        if await self.step():
            self._woke()

    async def step(self) -> int:
        """Everything that is due, once; returns how much was."""
        now, done = self._clock(), 0
        for callback_id in await self._database.read(lambda c: desk.due(c, now)):
            # One at a time: a unit of work that locks several conversations stands in the way of others.
            done += await self._database.write(partial(desk.look_after, callback_id=callback_id, now=now))
        return done
