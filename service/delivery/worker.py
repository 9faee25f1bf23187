"""Carries the outbox out: at least once, in order, with growing pauses, and a shelf for what cannot be sent."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any, Awaitable, Callable, Mapping

from sqlalchemy import Connection

from service.db import Database
from service.delivery import repository
from service.delivery.repository import OutboxRow

log = logging.getLogger(__name__)

Handler = Callable[[str, Mapping[str, Any]], Awaitable[None]]

BATCH = 200
HOLD_SECONDS = 30.0
IDLE_SECONDS = 0.5
MAX_ATTEMPTS = 8


class OutboxWorker:
    """One loop a process; `wake()` after a commit makes it look at once."""

    def __init__(self, database: Database, handlers: Mapping[str, Handler]) -> None:
        self._database = database
        self._handlers = handlers
        self._awake = asyncio.Event()
        self._delivered: list[int] = []

    def wake(self) -> None:
        self._awake.set()

    async def run(self) -> None:
        """Deliver until cancelled; a failure of the database is logged and tried again."""
        while True:
            try:
                taken = await self.deliver_once()
            except asyncio.CancelledError:
                raise
            except Exception:
                log.exception("outbox: the database did not answer, trying again")
                taken = 0
                await asyncio.sleep(IDLE_SECONDS)
            if taken < BATCH:
                try:
                    await asyncio.wait_for(self._awake.wait(), IDLE_SECONDS)
                except asyncio.TimeoutError:
                    continue
                finally:
                    self._awake.clear()

    async def deliver_once(self) -> int:
        """Deliver one batch; returns how many rows were taken."""
        done, self._delivered = self._delivered, []

        def work(connection: Connection) -> list[OutboxRow]:
            if done:
                repository.remove(connection, done)
            return repository.claim(connection, time.time(), HOLD_SECONDS, BATCH)

        if not done and not await self._database.read(_anything_due):
            return 0
        rows = await self._database.write(work)
        for row in rows:
            await self._deliver(row)
        return len(rows) or (1 if done else 0)

    async def _deliver(self, row: OutboxRow) -> None:
        handler = self._handlers.get(row.topic)
        try:
            if handler is None:
                raise LookupError(f"no handler for topic {row.topic}")
            await handler(row.key, row.payload)
        except Exception:
            dead = row.attempts >= MAX_ATTEMPTS
            log.exception(
                "outbox: row %s (%s) failed, attempt %s%s", row.id, row.topic, row.attempts, ", given up" * dead
            )
            next_at = time.time() + min(2.0**row.attempts, 300.0)
            await self._database.write(lambda c: repository.postpone(c, row.id, next_at, dead))
        else:
            self._delivered.append(row.id)


def _anything_due(connection: Connection) -> bool:
    return repository.any_due(connection, time.time())
