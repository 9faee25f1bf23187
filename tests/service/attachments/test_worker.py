"""The reader of pictures goes on, whatever one of them does."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone
from typing import Any, cast

from service.attachments.worker import PictureReader
from service.db import Database
from service.storage.service import Storage


class _Picky(PictureReader):
    """Fails at one picture in a way that nobody thought of."""

    def __init__(self) -> None:
        super().__init__(
            cast(Database, _Empty()), cast(Storage, None), lambda: datetime.now(timezone.utc), enabled=True
        )
        self.read: list[str] = []

    async def _read(self, attachment_id: str) -> None:
        if attachment_id == "bad":
            raise RuntimeError("the database was gone for a moment")
        self.read.append(attachment_id)


class _Empty:
    async def read(self, _work: Any) -> Any:
        return []


async def test_one_picture_that_fails_does_not_end_the_reading_of_others() -> None:
    reader = _Picky()
    running = asyncio.create_task(reader.run())
    reader.wake("bad")
    reader.wake("good")
    await reader.of(["bad", "good"], 2.0)
    assert reader.read == ["good"]
    assert not running.done()
    running.cancel()
