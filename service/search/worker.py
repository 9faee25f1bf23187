"""Keeps search up with what is said and filed, behind the customers' backs: no turn waits for it."""

from __future__ import annotations

import asyncio
import logging

from service.db import Database
from service.search import service as search

log = logging.getLogger(__name__)

PAUSE_SECONDS = 1.0


class SearchWorker:
    """One loop a process; what another one took in already is not taken in twice (kind and ref are unique)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self) -> None:
        """Until cancelled; a failure is logged and tried again."""
        while True:
            try:
                while await self._database.read(search.behind):
                    if not await self._database.write(search.catch_up):
                        break
            except asyncio.CancelledError:
                raise
            except Exception:
                log.exception("search could not catch up, trying again")
            await asyncio.sleep(PAUSE_SECONDS)
