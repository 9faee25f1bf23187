"""SQL of canned replies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from service.replies.models import canned_replies


@dataclass(frozen=True)
class CannedRow:
    id: int
    shortcut: str
    title: str
    category: str
    text: str
    author: str
    updated_at: datetime


def all_replies(connection: Connection) -> list[CannedRow]:
    """By category and shortcut."""
    query = select(canned_replies).order_by(canned_replies.c.category, canned_replies.c.shortcut)
    return [CannedRow(**row._mapping) for row in connection.execute(query)]


def reply(connection: Connection, reply_id: int) -> CannedRow | None:
    row = connection.execute(select(canned_replies).where(canned_replies.c.id == reply_id)).first()
    return None if row is None else CannedRow(**row._mapping)


def reply_of_shortcut(connection: Connection, shortcut: str) -> CannedRow | None:
    row = connection.execute(select(canned_replies).where(canned_replies.c.shortcut == shortcut)).first()
    return None if row is None else CannedRow(**row._mapping)


def insert_reply(connection: Connection, **values: Any) -> None:
    connection.execute(insert(canned_replies).values(**values))


def update_reply(connection: Connection, reply_id: int, **values: Any) -> None:
    connection.execute(update(canned_replies).where(canned_replies.c.id == reply_id).values(**values))


def delete_reply(connection: Connection, reply_id: int) -> None:
    connection.execute(delete(canned_replies).where(canned_replies.c.id == reply_id))


def count(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(canned_replies)).scalar_one())
