"""Lets time go on in the embedded platform, and hands its events in as a real platform would post them."""

from __future__ import annotations

import asyncio
from typing import Awaitable, Callable, Sequence

from contracts.platform import PlatformEvent
from service.gateways.fuel_platform.embedded import EmbeddedPlatform
from service.loop import Loop

TICK_SECONDS = 1.0

Deliver = Callable[[Sequence[PlatformEvent]], Awaitable[None]]


class DemoTicker:
    """One loop a process; an event that was handed in twice counts once there."""

    def __init__(self, platform: EmbeddedPlatform, deliver: Deliver) -> None:
        self._platform = platform
        self._deliver = deliver
        self._loop = Loop("demo platform", self._round, TICK_SECONDS)

    async def run(self) -> None:
        """Tick until cancelled; events that could not be handed in stay for the next tick."""
        await self._loop.run()

    async def _round(self) -> None:
        await self.tick_once()

    async def tick_once(self) -> int:
        """One tick; returns how many events were handed in."""
        events = await asyncio.to_thread(self._platform.tick)
        if events:
            await self._deliver(events)
            await asyncio.to_thread(self._platform.told, [event.id for event in events])
        return len(events)
