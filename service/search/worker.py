"""Keeps search up with what is said and filed, behind the customers' backs: no turn waits for it."""

from __future__ import annotations

from service.db import Database
from service.loop import Loop
from service.search import service as search

PAUSE_SECONDS = 1.0


class SearchWorker:
    """One loop a process; what another one took in already is not taken in twice (kind and ref are unique)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._loop = Loop("search", self._round, PAUSE_SECONDS)

    async def run(self) -> None:
        """Work until cancelled."""
        await self._loop.run()

    async def _round(self) -> bool:
        return await self._database.read(search.behind) and await self._database.write(search.catch_up) > 0
