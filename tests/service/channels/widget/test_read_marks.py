"""A screen that tells without end how far it got writes no more than once a while, and the last word counts."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from service.channels.widget.socket import endpoints
from service.house import House


async def test_however_many_frames_come_few_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []

    async def note(_house: Any, _session: Any, seq: int) -> None:
        written.append(seq)

    monkeypatch.setattr(endpoints, "_note_read", note)
    monkeypatch.setattr(endpoints, "READ_SECONDS", 0.05)
    mark = endpoints._ReadMark(cast(House, None), cast(Any, None))
    for seq in range(1, 500):
        mark.seen(seq)
        if seq == 1:
            await asyncio.sleep(0)
    await asyncio.sleep(0.2)
    assert written == [1, 499]
    mark.seen(3)
    mark.seen(500)
    await asyncio.sleep(0.02)
    assert written == [1, 499, 500]
