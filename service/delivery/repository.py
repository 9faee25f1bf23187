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


def claim(connection: Connection, now: float, hold: float, limit: int) -> list[OutboxRow]:
    """Take due rows for `hold` seconds, oldest first; another process will not take them meanwhile."""
    due = (
        select(outbox.c.id)
        .where(outbox.c.dead.is_(False), outbox.c.next_at <= now)
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


def any_due(connection: Connection, now: float) -> bool:
    """Whether a row waits; a read, so that an idle loop takes no write lock."""
    waiting = select(outbox.c.id).where(outbox.c.dead.is_(False), outbox.c.next_at <= now).limit(1)
    return connection.execute(waiting).first() is not None
