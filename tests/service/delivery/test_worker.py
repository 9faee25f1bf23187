"""The outbox: at least once, in order, given up after the last try, and tried again when somebody says so."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from service.db import Database, metadata
from service.delivery import repository
from service.delivery.models import outbox
from service.delivery.service import Hub
from service.delivery.worker import MAX_ATTEMPTS, Later, OutboxWorker
from tests.database import url_for


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(url_for(tmp_path, migrated=False))
    metadata.create_all(opened.engine, [outbox])
    yield opened
    opened.close()


class Receiver:
    """Takes what is delivered; `fails` says how often it does not."""

    def __init__(self, fails: int = 0, error: Exception | None = None) -> None:
        self.fails, self.error, self.got = fails, error or ConnectionError("down"), []  # type: ignore[var-annotated]

    async def take(self, key: str, payload: Mapping[str, Any]) -> None:
        if self.fails > 0:
            self.fails -= 1
            raise self.error
        self.got.append((key, payload["n"]))


async def put(database: Database, *numbers: int) -> None:
    def work(connection: Any) -> None:
        for number in numbers:
            repository.put(connection, "push", f"c{number}", {"n": number})

    await database.write(work)


async def all_due(database: Database) -> None:
    await database.write(lambda c: c.execute(update(outbox).values(next_at=time.time() - 1)))


async def rows(database: Database) -> list[Any]:
    return await database.read(lambda c: list(c.execute(outbox.select())))


async def test_in_order_and_gone_afterwards(database: Database) -> None:
    receiver = Receiver()
    worker = OutboxWorker(database, {"push": receiver.take})
    await put(database, *range(10))
    while await worker.deliver_once():
        continue
    assert receiver.got == [(f"c{n}", n) for n in range(10)]
    assert await rows(database) == []


async def test_given_up_after_the_last_try_and_replayed(database: Database) -> None:
    receiver = Receiver(fails=MAX_ATTEMPTS)
    worker = OutboxWorker(database, {"push": receiver.take})
    await put(database, 1)
    for _ in range(MAX_ATTEMPTS + 3):
        await worker.deliver_once()
        await all_due(database)
    assert receiver.got == []
    [dead] = await database.read(lambda c: repository.dead(c, "push", 10))
    assert (dead.key, dead.attempts) == ("c1", MAX_ATTEMPTS)
    assert await database.write(lambda c: repository.revive(c, dead.id, time.time()))
    assert not await database.write(lambda c: repository.revive(c, dead.id, time.time())), "it is no longer dead"
    await worker.deliver_once()
    assert receiver.got == [("c1", 1)]


async def test_later_is_no_failure(database: Database) -> None:
    receiver = Receiver(fails=MAX_ATTEMPTS * 2, error=Later(time.time() + 60))
    worker = OutboxWorker(database, {"push": receiver.take})
    await put(database, 1)
    for _ in range(MAX_ATTEMPTS * 2 + 1):
        await worker.deliver_once()
        await all_due(database)
    assert receiver.got == [("c1", 1)]


async def test_one_that_fails_holds_up_nobody(database: Database) -> None:
    receiver = Receiver(fails=1)
    worker = OutboxWorker(database, {"push": receiver.take})
    await put(database, 1, 2, 3)
    await worker.deliver_once()
    assert [n for _, n in receiver.got] == [2, 3]


async def test_two_processes_do_not_deliver_the_same(database: Database) -> None:
    one, other = Receiver(), Receiver()
    workers = [OutboxWorker(database, {"push": r.take}) for r in (one, other)]
    await put(database, *range(50))
    await asyncio.gather(*(worker.deliver_once() for worker in workers for _ in range(3)))
    assert sorted(n for _, n in one.got + other.got) == list(range(50))


async def test_hurrying_says_whether_anything_waits(database: Database) -> None:
    await put(database, 1)
    assert await database.write(lambda c: repository.hurry(c, "push", "c1", time.time()))
    assert not await database.write(lambda c: repository.hurry(c, "push", "c2", time.time()))


def test_a_listener_hears_its_keys_as_long_as_it_wants() -> None:
    hub = Hub()
    with hub.listen("c1") as hints:
        with hub.join(hints, "queue"):
            assert hub.hears(hints, "queue")
            hub.publish("queue", {"type": "queue"})
        hub.publish("queue", {"type": "queue"})
        hub.publish("c1", {"type": "messages"})
        assert [hints.get_nowait()["type"] for _ in range(hints.qsize())] == ["queue", "messages"]
    assert hub.listeners("c1") == hub.listeners("queue") == 0
    hub.publish("c1", {"type": "messages"})


def test_a_listener_that_sleeps_loses_the_oldest_hints_only() -> None:
    hub = Hub()
    with hub.listen("c1") as hints:
        for number in range(300):
            hub.publish("c1", {"type": "messages", "seq": number})
        heard = [hints.get_nowait()["seq"] for _ in range(hints.qsize())]
    assert heard == list(range(300 - len(heard), 300))
