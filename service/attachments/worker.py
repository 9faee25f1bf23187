"""Reads pictures one after the other in a process of its own, which ends when there is nothing to read."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import datetime, timedelta
from pathlib import Path

from service.attachments import client, rules, service
from service.attachments.repository import ReadingRow
from service.db import Database

log = logging.getLogger(__name__)

READ_SECONDS = 30.0
IDLE_SECONDS = 90.0
REMEMBERED = timedelta(days=1)
"""Pictures older than this are not read any more after a restart."""


class PictureReader:
    """Takes ids of pictures in; what they say lies in the table afterwards."""

    def __init__(self, database: Database, folder: Path, clock: Callable[[], datetime], *, enabled: bool) -> None:
        self._database, self._folder, self._clock, self._enabled = database, folder, clock, enabled
        self._waiting: asyncio.Queue[str] = asyncio.Queue()
        self._done: dict[str, asyncio.Event] = {}
        self._pool: ProcessPoolExecutor | None = None

    def wake(self, attachment_id: str) -> None:
        """There is a new picture."""
        if self._enabled:
            self._done[attachment_id] = asyncio.Event()
            self._waiting.put_nowait(attachment_id)

    async def of(self, attachment_ids: Sequence[str], seconds: float) -> dict[str, ReadingRow]:
        """What the pictures say; those that are being read are waited for, `seconds` at most."""
        if not self._enabled or not attachment_ids:
            return {}
        under = [self._done[i].wait() for i in attachment_ids if i in self._done]
        if under:
            try:
                await asyncio.wait_for(asyncio.gather(*under), seconds)
            except asyncio.TimeoutError:
                log.info("pictures are still being read, the turn goes on without their words")
        return await self._database.read(lambda c: service.readings(c, attachment_ids))

    async def run(self) -> None:
        """Read for ever; pictures that a process left unread when it ended come first."""
        if not self._enabled:
            return
        since = self._clock() - REMEMBERED
        for left in await self._database.read(lambda c: service.unread(c, since)):
            self.wake(left)
        try:
            while True:
                try:
                    attachment_id = await asyncio.wait_for(self._waiting.get(), IDLE_SECONDS)
                except asyncio.TimeoutError:
                    self._end()
                    continue
                try:
                    await self._read(attachment_id)
                finally:
                    self._done.pop(attachment_id, asyncio.Event()).set()
        finally:
            self._end()

    async def _read(self, attachment_id: str) -> None:
        path = self._folder / attachment_id
        if not path.exists():
            return
        if self._pool is None:
            self._pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
        loop = asyncio.get_running_loop()
        try:
            text = await asyncio.wait_for(loop.run_in_executor(self._pool, client.read_text, str(path)), READ_SECONDS)
        except (client.NotAPicture, BrokenProcessPool, asyncio.TimeoutError, ImportError) as error:
            log.warning("picture %s could not be read: %r", attachment_id, error)
            self._end()
            text = ""
        now = self._clock()
        found = await asyncio.to_thread(rules.findings, text, now)
        await self._database.write(lambda c: service.keep_reading(c, attachment_id, text, found, now))

    def _end(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None
