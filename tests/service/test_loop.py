"""Background loops: on after a failure, at once while work is left, and awake when they are called."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from service.loop import Loop


async def _run(loop: Loop, until: asyncio.Event) -> None:
    task = asyncio.create_task(loop.run())
    await asyncio.wait_for(until.wait(), 5)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert task.cancelled()


async def test_a_round_that_fails_is_logged_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    done, rounds = asyncio.Event(), 0

    async def work() -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 1:
            raise RuntimeError("the database is away")
        done.set()

    await _run(Loop("test", work, 0.01), done)
    assert rounds >= 2
    assert "test: a round failed" in caplog.text


async def test_no_pause_while_something_is_left() -> None:
    done, left = asyncio.Event(), 3

    async def work() -> bool:
        nonlocal left
        left -= 1
        if not left:
            done.set()
        return left > 0

    await _run(Loop("test", work, 60.0), done)
    assert left == 0


async def test_a_call_ends_the_pause() -> None:
    done, rounds = asyncio.Event(), 0

    async def work() -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 1:
            asyncio.get_running_loop().call_later(0.05, loop.wake)
        else:
            done.set()

    loop = Loop("test", work, 60.0)
    await _run(loop, done)
    assert rounds == 2
