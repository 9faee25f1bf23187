"""Reads pictures and looks into videos, one after the other, in a process of its own that ends when idle."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import datetime, timedelta
from typing import TypeVar

from service.attachments import client, rules, service
from service.attachments.repository import ReadingRow
from service.attachments.service import THUMB, VIDEOS, place
from service.attachments.video import client as video
from service.db import Database
from service.storage.service import Missing, Storage, StorageUnavailable

log = logging.getLogger(__name__)

T = TypeVar("T")

READ_SECONDS = 30.0
IDLE_SECONDS = 90.0
REMEMBERED = timedelta(days=1)
"""Pictures older than this are not read any more after a restart."""


class PictureReader:
    """Takes ids of pictures in; what they say lies in the table afterwards."""

    def __init__(self, database: Database, storage: Storage, clock: Callable[[], datetime], *, enabled: bool) -> None:
        self._database, self._storage, self._clock, self._enabled = database, storage, clock, enabled
        self._waiting: asyncio.Queue[str] = asyncio.Queue()
        self._done: dict[str, asyncio.Event] = {}
        self._pool: ProcessPoolExecutor | None = None

    def wake(self, attachment_id: str) -> None:
        """There is a new picture or video."""
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
                except Exception:
                    # Without a row it counts as unread; one picture must not end the reading of all others.
                    log.exception("attachment %s: reading failed, going on with the next", attachment_id)
                finally:
                    self._done.pop(attachment_id, asyncio.Event()).set()
        finally:
            self._end()

    async def _read(self, attachment_id: str) -> None:
        media_type = await self._database.read(lambda c: service.media_type(c, attachment_id))
        if media_type is None:
            return
        text = ""
        try:
            content = await self._storage.get(place(attachment_id))
            if media_type in VIDEOS:
                small = await self._apart(video.first_picture, content)
                if small is not None:
                    await self._storage.put(place(attachment_id) + THUMB, small, "image/jpeg")
            else:
                text = await self._apart(client.read_text, content)
        except Missing:
            return
        except StorageUnavailable as error:
            # Without a row it counts as unread: after a restart it is tried again.
            log.warning("attachment %s could not be fetched: %s", attachment_id, error)
            return
        except (client.NotAPicture, BrokenProcessPool, asyncio.TimeoutError, ImportError) as error:
            log.warning("attachment %s could not be read: %r", attachment_id, error)
            self._end()
        now = self._clock()
        found = await asyncio.to_thread(rules.findings, text, now)
        await self._database.write(lambda c: service.keep_reading(c, attachment_id, text, found, now))

    async def _apart(self, work: Callable[[bytes], T], content: bytes) -> T:
        """`work` in the other process."""
        if self._pool is None:
            self._pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
        done = asyncio.get_running_loop().run_in_executor(self._pool, work, content)
        return await asyncio.wait_for(done, READ_SECONDS)

    def _end(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None
