"""Units of work: durable, independent of one another, in one way for every database."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Callable, Iterator

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, Table, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.db import Database, UtcDateTime
from tests.database import url_for

_metadata = MetaData()
_things = Table("things", _metadata, Column("id", Integer, primary_key=True), Column("at", UtcDateTime))
MOMENT = datetime(2026, 11, 22, 8, 30, tzinfo=timezone(timedelta(hours=8)))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(url_for(tmp_path, migrated=False))
    _metadata.create_all(opened.engine)
    yield opened
    opened.close()


def _ids(database: Database) -> list[int]:
    with database.engine.connect() as connection:
        return [row.id for row in connection.execute(select(_things.c.id).order_by(_things.c.id))]


async def test_a_failing_unit_undoes_itself_and_leaves_its_neighbours(database: Database) -> None:
    async def put(number: int) -> None:
        await database.write(lambda c: c.execute(insert(_things).values(id=number)))

    def half_then_fail(connection: object) -> None:
        connection.execute(insert(_things).values(id=100))  # type: ignore[attr-defined]
        connection.execute(insert(_things).values(id=1))  # type: ignore[attr-defined]

    await put(1)
    results = await asyncio.gather(
        *(put(n) for n in range(2, 20)), database.write(half_then_fail), return_exceptions=True
    )
    assert [type(r) for r in results if r is not None] == [IntegrityError]
    assert _ids(database) == list(range(1, 20))


async def test_of_many_who_find_nothing_one_makes_it_and_the_others_find_it(database: Database) -> None:
    """Looked for and not found, so made: by many at once. Without a lock they meet at the unique key."""

    def find_or_make(connection: Connection) -> int:
        known = connection.execute(select(_things.c.id).where(_things.c.id == 5)).scalar()
        if known is None:
            connection.execute(insert(_things).values(id=5))
        return 5

    assert await asyncio.gather(*(database.write(find_or_make) for _ in range(30))) == [5] * 30
    assert _ids(database) == [5]


async def test_units_that_lock_one_another_are_run_again(database: Database) -> None:
    """Each holds what the other wants: one is ended by the database and begun again."""
    for number in (1, 2):
        await database.write(lambda c, number=number: c.execute(insert(_things).values(id=number)))

    def touch(first: int, second: int) -> Callable[[Connection], None]:
        def work(connection: Connection) -> None:
            for number in (first, second):
                connection.execute(update(_things).where(_things.c.id == number).values(at=MOMENT))
                time.sleep(0.02)

        return work

    await asyncio.gather(*(database.write(touch(*pair)) for pair in ((1, 2), (2, 1))))
    assert _ids(database) == [1, 2]


async def test_what_write_returned_another_connection_sees(database: Database) -> None:
    await database.write(lambda c: c.execute(insert(_things).values(id=7)))
    other = Database(database.url)
    try:
        assert await other.read(lambda c: c.execute(select(_things.c.id)).scalars().all()) == [7]
    finally:
        other.close()


async def test_close_finishes_what_is_queued(tmp_path: Path) -> None:
    opened = Database(f"sqlite:///{tmp_path / 'closing.db'}")
    _metadata.create_all(opened.engine)
    futures = [opened.submit(lambda c, n=n: c.execute(insert(_things).values(id=n))) for n in range(1, 200)]
    await asyncio.to_thread(opened.close)
    assert all(f.exception() is None for f in futures)
    again = Database(opened.url)
    try:
        assert _ids(again) == list(range(1, 200))
        with pytest.raises(RuntimeError):
            opened.submit(lambda c: None)
    finally:
        again.close()


async def test_moments_keep_their_instant_and_come_back_with_a_zone(database: Database) -> None:
    await database.write(lambda c: c.execute(insert(_things).values(id=1, at=MOMENT)))
    read = await database.read(lambda c: c.execute(select(_things.c.at)).scalar_one())
    assert read == MOMENT
    assert read.tzinfo is not None
    with pytest.raises(Exception, match="without a zone"):
        await database.write(lambda c: c.execute(insert(_things).values(id=2, at=datetime(2026, 1, 1))))
