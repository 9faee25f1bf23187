"""One way to the database: `write` runs a unit of work durably, `read` runs a query.

SQLite has one writer, and connections that fight for its lock answer in seconds; so all units of work go through
one thread that commits whatever has queued up as one transaction, a savepoint each. Other databases get a plain
transaction each. Callers cannot tell the difference.
"""

from __future__ import annotations

import asyncio
import queue
import random
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Callable, Generic, TypeVar

from sqlalchemy import Connection, DateTime, Engine, MetaData, create_engine, event
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeDecorator

T = TypeVar("T")
Work = Callable[[Connection], T]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

BATCH = 64
_WRITES = "youban_writes"
READERS = 4
TRIES = 4
"""How often a unit of work is begun before its failure is told, where several run at a time."""
LONGEST_WAIT = 0.05
# PostgreSQL: a unique key that another transaction took a moment earlier, a serialization failure, a deadlock.
_MET_ANOTHER = frozenset({"23505", "40001", "40P01"})


class UtcDateTime(TypeDecorator[datetime]):
    """A moment with its zone, stored as UTC; SQLite by itself would forget the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone")
        return value.astimezone(timezone.utc)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=timezone.utc) if value.tzinfo is None else value.astimezone(timezone.utc)


@dataclass
class _Unit(Generic[T]):
    work: Work[T]
    future: Future[T]


class Database:
    """The database of this process. Open once, close at the end."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _sqlite_engine(url) if self.is_sqlite else create_engine(url, pool_size=16, max_overflow=16)
        self._threads = ThreadPoolExecutor(READERS if self.is_sqlite else 16, thread_name_prefix="db")
        self._funnel = _Funnel(self.engine) if self.is_sqlite else None

    async def write(self, work: Work[T]) -> T:
        """Run `work` in a transaction; it is durable when this returns. An exception of `work` undoes it alone.

        `work` may be run more than once (what an earlier run did is undone), so it changes nothing but rows.
        """
        return await asyncio.wrap_future(self.submit(work))

    async def read(self, work: Work[T]) -> T:
        """Run a query outside any unit of work; it sees what is committed."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._run_read, work)

    def submit(self, work: Work[T]) -> Future[T]:
        """`write` for callers without an event loop."""
        if self._funnel is not None:
            return self._funnel.submit(work)
        return self._threads.submit(self._run_transaction, work)

    def close(self) -> None:
        """Finish what is queued and let the connections go."""
        if self._funnel is not None:
            self._funnel.close()
        self._threads.shutdown(wait=True)
        self.engine.dispose()

    def _run_read(self, work: Work[T]) -> T:
        with self.engine.connect() as connection:
            return work(connection)

    def _run_transaction(self, work: Work[T]) -> T:
        """A transaction; one that met another half-way is run again, and then finds what the other has written."""
        for _ in range(TRIES - 1):
            try:
                with self.engine.begin() as connection:
                    return work(connection)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in _MET_ANOTHER:
                    raise
            time.sleep(random.uniform(0.0, LONGEST_WAIT))
        with self.engine.begin() as connection:
            return work(connection)


class _Funnel:
    """The one writer thread of a SQLite database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(**{_WRITES: True})
        self._queue: queue.Queue[_Unit[Any] | None] = queue.Queue()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="db-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Work[T]) -> Future[T]:
        if self._closed:
            raise RuntimeError("the database is closed")
        unit: _Unit[T] = _Unit(work, Future())
        self._queue.put(unit)
        return unit.future

    def close(self) -> None:
        self._closed = True
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while True:
            first = self._queue.get()
            if first is None:
                return
            batch, last = self._gather(first)
            self._commit(batch)
            if last:
                return

    def _gather(self, first: _Unit[Any]) -> tuple[list[_Unit[Any]], bool]:
        batch = [first]
        while len(batch) < BATCH:
            try:
                unit = self._queue.get_nowait()
            except queue.Empty:
                break
            if unit is None:
                return batch, True
            batch.append(unit)
        return batch, False

    def _commit(self, batch: list[_Unit[Any]]) -> None:
        done: list[tuple[_Unit[Any], Any]] = []
        failed: list[tuple[_Unit[Any], BaseException]] = []
        try:
            with self._engine.begin() as connection:
                for unit in batch:
                    try:
                        with connection.begin_nested():
                            done.append((unit, unit.work(connection)))
                    except Exception as error:  # noqa: BLE001 - handed to the caller that waits for it
                        failed.append((unit, error))
        except BaseException as error:  # noqa: BLE001 - the commit failed: every waiting caller must hear it
            for unit in batch:
                unit.future.set_exception(error)
            return
        for unit, result in done:
            unit.future.set_result(result)
        for unit, failure in failed:
            unit.future.set_exception(failure)


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 10}, pool_size=READERS + 2)

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        # The driver's own transaction handling breaks savepoints: rows survive a rollback.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-32000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        # Only the funnel begins units of work; readers take a deferred snapshot.
        writes = connection.get_execution_options().get(_WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
