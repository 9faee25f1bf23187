"""Work in the background: again and again until cancelled, and on after a failure."""

from __future__ import annotations

import asyncio
import logging
from typing import Awaitable, Callable

log = logging.getLogger(__name__)


class Loop:
    """One background loop of a process.

    Args:
        name: what it is called in the log.
        work: one round; returns whether more is waiting, so that the next round follows at once.
        pause: seconds between rounds that leave nothing waiting, and after a round that failed.
    """

    def __init__(self, name: str, work: Callable[[], Awaitable[object]], pause: float) -> None:
        self._name = name
        self._work = work
        self._pause = pause
        self._awake = asyncio.Event()

    def wake(self) -> None:
        """End the pause that is going on, or the next one."""
        self._awake.set()

    async def run(self) -> None:
        """Work until cancelled; a round that raises is logged and tried again after the pause."""
        while True:
            try:
                more = await self._work()
            except Exception:
                log.exception("%s: a round failed, trying again", self._name)
                await asyncio.sleep(self._pause)
                continue
            if not more:
                await self._rest()

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self._awake.wait(), self._pause)
        except asyncio.TimeoutError:
            return
        finally:
            self._awake.clear()
