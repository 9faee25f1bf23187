"""Looks after promised callbacks: what was missed is told, what was taken and forgotten is free again."""

from __future__ import annotations

from datetime import datetime
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
        now = self._clock()
        if not await self._database.read(lambda c: desk.work_to_do(c, now)):
            return 0
        return await self._database.write(lambda c: desk.step(c, now))
