"""SQL of the outbox."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Mapping, Sequence

from sqlalchemy import Connection, delete, insert, select, update

from service.delivery.models import outbox


@dataclass(frozen=True)
class OutboxRow:
    id: int
    topic: str
    key: str
    payload: Mapping[str, Any]
    attempts: int


_INSERT = insert(outbox)


def put(connection: Connection, topic: str, key: str, payload: Mapping[str, Any]) -> None:
    """Add a delivery to the caller's unit of work."""
    row = {"topic": topic, "key": key, "payload": dict(payload), "attempts": 0, "next_at": time.time(), "dead": False}
    connection.execute(_INSERT, row)


def claim(connection: Connection, topics: Sequence[str], now: float, hold: float, limit: int) -> list[OutboxRow]:
    """Take due rows of `topics` for `hold` seconds, oldest first; another process will not take them meanwhile."""
    due = (
        select(outbox.c.id)
        .where(outbox.c.dead.is_(False), outbox.c.next_at <= now, outbox.c.topic.in_(topics))
        .order_by(outbox.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = connection.execute(
        update(outbox)
        .where(outbox.c.id.in_(due.scalar_subquery()))
        .values(next_at=now + hold, attempts=outbox.c.attempts + 1)
        .returning(outbox.c.id, outbox.c.topic, outbox.c.key, outbox.c.payload, outbox.c.attempts)
    )
    return sorted((OutboxRow(*row) for row in taken), key=lambda row: row.id)


def remove(connection: Connection, ids: Sequence[int]) -> None:
    connection.execute(delete(outbox).where(outbox.c.id.in_(ids)))


def postpone(connection: Connection, row_id: int, next_at: float, dead: bool) -> None:
    connection.execute(update(outbox).where(outbox.c.id == row_id).values(next_at=next_at, dead=dead))


def put_off(connection: Connection, row_id: int, next_at: float) -> None:
    """Deliver later, and do not count this time as a try."""
    connection.execute(
        update(outbox).where(outbox.c.id == row_id).values(next_at=next_at, attempts=outbox.c.attempts - 1)
    )


def hurry(connection: Connection, topic: str, key: str, now: float) -> bool:
    """What waits for `key` is due now; False when nothing waits."""
    waiting = (outbox.c.topic == topic, outbox.c.key == key, outbox.c.dead.is_(False))
    connection.execute(update(outbox).where(*waiting, outbox.c.next_at > now).values(next_at=now))
    return connection.execute(select(outbox.c.id).where(*waiting).limit(1)).first() is not None


def any_due(connection: Connection, topics: Sequence[str], now: float) -> bool:
    """Whether a row waits; a read, so that an idle loop takes no write lock."""
    due = (outbox.c.dead.is_(False), outbox.c.next_at <= now, outbox.c.topic.in_(topics))
    return connection.execute(select(outbox.c.id).where(*due).limit(1)).first() is not None


def dead(connection: Connection, topic: str, limit: int) -> list[OutboxRow]:
    """What was given up, newest first."""
    columns = (outbox.c.id, outbox.c.topic, outbox.c.key, outbox.c.payload, outbox.c.attempts)
    query = select(*columns).where(outbox.c.dead.is_(True), outbox.c.topic == topic)
    return [OutboxRow(*row) for row in connection.execute(query.order_by(outbox.c.id.desc()).limit(limit))]


def revive(connection: Connection, row_id: int, now: float) -> bool:
    """Try what was given up once more, with all its tries; False when there is no such row."""
    again = update(outbox).where(outbox.c.id == row_id, outbox.c.dead.is_(True))
    return connection.execute(again.values(dead=False, attempts=0, next_at=now)).rowcount == 1
