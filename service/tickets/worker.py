"""Sweeps the timers of tickets: any number of processes, each timer once, none lost by a crash."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Callable

from service.db import Database
from service.loop import Loop
from service.tickets.incidents.service import Threshold
from service.tickets.life.repository import TimerRow
from service.tickets.sla import service as sla
from service.tickets.watch import service as watch

log = logging.getLogger(__name__)

SWEEP_SECONDS = 1.0
BATCH = 100
_LONGEST_PAUSE = timedelta(minutes=5)


class TicketWorker:
    """One loop a process. The rows are the truth: a timer is taken in the same unit of work as what it does."""

    def __init__(
        self, database: Database, threshold: Threshold, clock: Callable[[], datetime], wake: Callable[[], None]
    ) -> None:
        self._database = database
        self._threshold = threshold
        self._clock = clock
        self._wake = wake
        # Tickets of an earlier release have no timers yet; they get them once.
        self._all_watched = False
        self._loop = Loop("tickets", self._round, SWEEP_SECONDS)

    async def run(self) -> None:
        """Sweep every second until cancelled."""
        await self._loop.run()

    async def _round(self) -> bool:
        if not self._all_watched:
            await self._database.write(watch.unwatched)
            self._all_watched = True
        return await self.sweep() == BATCH

    async def sweep(self) -> int:
        """Let go off what is due; returns how many timers did."""
        now = self._clock()
        await self._database.read(sla.refresh)
        due = await self._database.read(lambda c: watch.due(c, now, BATCH))
        fired = 0
        for timer in due:
            fired += await self._fire(timer, now)
        if fired:
            self._wake()
        return fired

    async def _fire(self, timer: TimerRow, now: datetime) -> bool:
        try:
            return await self._database.write(lambda c: watch.fire(c, timer.id, self._threshold, now)) is not None
        except Exception:
            log.exception("timer %s of ticket %s failed, trying again", timer.kind, timer.ticket_number)
            pause = min(timedelta(seconds=2.0**timer.attempts), _LONGEST_PAUSE)
            await self._database.write(lambda c: watch.postpone(c, timer.id, now + pause))
            return False
