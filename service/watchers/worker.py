"""Handles the platform's events as they come, and calls people where nothing came in time."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Callable

from contracts.errors import NotFound, PlatformUnavailable
from contracts.platform import FuelPlatform, PlatformEvent
from service import metrics
from service.db import Database
from service.loop import Loop
from service.watchers import rules
from service.watchers import service as watchers
from service.watchers.rules import Watch

log = logging.getLogger(__name__)

BATCH = 100
HOLD_SECONDS = 30.0
IDLE_SECONDS = 0.5
ORDERS_READ = 50


class WatchWorker:
    """One loop a process; `wake()` after events were stored makes it look at once. `told`: somebody was told."""

    def __init__(
        self,
        database: Database,
        platform: FuelPlatform,
        clock: Callable[[], datetime],
        told: Callable[[], None],
        minutes: int,
    ) -> None:
        self._database = database
        self._platform = platform
        self._clock = clock
        self._told = told
        self._minutes = minutes
        self._loop = Loop("watchers", self.work_once, IDLE_SECONDS)

    def wake(self) -> None:
        self._loop.wake()

    async def run(self) -> None:
        """Work until cancelled."""
        await self._loop.run()

    async def work_once(self) -> int:
        """Handle what waits; returns how many events and watches were taken."""
        now = self._clock().timestamp()
        if not await self._database.read(lambda c: watchers.anything_due(c, now)):
            return 0
        events = await self._database.write(lambda c: watchers.claim_events(c, now, HOLD_SECONDS, BATCH))
        for event, attempts in events:
            await self._handle(event, attempts)
        late = await self._database.write(lambda c: watchers.claim_overdue(c, now, HOLD_SECONDS, BATCH))
        for watch in late:
            if watch.status == "given":
                await self._settle(watch)
            else:
                await self._overdue(watch)
        if events or late:
            self._told()
        return len(events) + len(late)

    async def _handle(self, event: PlatformEvent, attempts: int) -> None:
        try:
            await self._database.write(lambda c: watchers.handle(c, event, self._clock()))
            metrics.PLATFORM_EVENTS.labels(event.kind.value, "handled").inc()
        except Exception as error:
            log.exception("event %s (%s) could not be handled", event.id, event.kind.value)
            problem = f"{type(error).__name__}: {error}"
            now = self._clock().timestamp()
            metrics.PLATFORM_EVENTS.labels(event.kind.value, "failed").inc()
            await self._database.write(lambda c: watchers.failed(c, event.id, attempts, problem, now))

    async def _settle(self, watch: Watch) -> None:
        await self._database.write(lambda c: watchers.settle(c, watch, self._clock()))

    async def _overdue(self, watch: Watch) -> None:
        """The records say what has become of it; when they cannot be read, people are called all the same."""
        settled, level = None, None
        try:
            orders = await self._platform.orders(watch.customer_id, ORDERS_READ)
            refunds = await self._platform.refunds(watch.customer_id)
            level = (await self._platform.customer(watch.customer_id)).level
            settled = rules.settled(watch, orders, refunds, self._clock())
        except (PlatformUnavailable, NotFound) as error:
            log.warning("watch %s: %s", watch.id, error)
        await self._database.write(lambda c: watchers.overdue(c, watch, settled, level, self._minutes, self._clock()))
