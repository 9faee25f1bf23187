"""Carries remedies out on the platform after the commit: at least once, under a key that acts once."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import datetime
from typing import Callable

from contracts.errors import NotFound, PlatformUnavailable
from contracts.remedies import PlatformRemedies, RemedyReceipt
from service import metrics
from service.db import Database
from service.loop import Loop
from service.remedies import service as remedies
from service.remedies.outcomes import service as outcomes
from service.remedies.repository import RemedyRow

log = logging.getLogger(__name__)

BATCH = 16
HOLD_SECONDS = 30.0
IDLE_SECONDS = 0.3
"""Turns do not wake this loop: a look now and then costs less than one with every turn."""


class RemedyWorker:
    """One loop a process; `wake()` makes it look at once. `told` is called when somebody was told."""

    def __init__(
        self,
        database: Database,
        platform: PlatformRemedies,
        clock: Callable[[], datetime],
        told: Callable[[], None],
        timeout: float,
    ) -> None:
        self._database = database
        self._platform = platform
        self._clock = clock
        self._told = told
        self._timeout = timeout
        self._loop = Loop("remedies", self._round, IDLE_SECONDS)

    def wake(self) -> None:
        self._loop.wake()

    async def run(self) -> None:
        """Work until cancelled."""
        await self._loop.run()

    async def _round(self) -> bool:
        return await self.work_once() == BATCH

    async def work_once(self) -> int:
        """Carry out what is due, several side by side; returns how many were taken."""
        now = time.time()
        if not await self._database.read(lambda c: remedies.any_due(c, now)):
            return 0
        rows = await self._database.write(lambda c: remedies.claim(c, now, HOLD_SECONDS, BATCH))
        await asyncio.gather(*(self._carry_out(row) for row in rows))
        if rows:
            self._told()
        return len(rows)

    async def _carry_out(self, row: RemedyRow) -> None:
        try:
            receipt = await asyncio.wait_for(self._platform.perform(row.request, row.key), self._timeout)
        except NotFound as error:
            receipt = RemedyReceipt(False, reason=str(error))
        except (PlatformUnavailable, asyncio.TimeoutError) as error:
            await self._no_answer(row, str(error) or "no answer in time")
            return
        except Exception as error:
            # A request that breaks the platform's client would come back for ever: it counts as a try as well.
            log.exception("remedy %s could not be carried out", row.key)
            await self._no_answer(row, f"{type(error).__name__}: {error}")
            return
        await self._database.write(lambda c: outcomes.answered(c, row.id, receipt, self._clock()))
        metrics.REMEDIES.labels(row.kind, "done" if receipt.done else "refused").inc()

    async def _no_answer(self, row: RemedyRow, problem: str) -> None:
        log.warning("remedy %s: %s", row.key, problem)
        await self._database.write(lambda c: outcomes.no_answer(c, row.id, problem, self._clock()))
        metrics.REMEDIES.labels(row.kind, "no_answer").inc()
