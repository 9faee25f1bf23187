"""SQL of search."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, update

from service.search import rules
from service.search.models import search_entries
from service.search.rules import Needle


@dataclass(frozen=True)
class EntryRow:
    kind: str
    ref: str
    conversation_id: str
    text: str
    at: datetime


def last_message_id(connection: Connection) -> int:
    """The newest message that can be found already; 0 before the first."""
    query = select(search_entries.c.ref).where(search_entries.c.kind == "message")
    found = connection.execute(query.order_by(search_entries.c.id.desc()).limit(1)).scalar()
    return int(found or 0)


def last_ticket_at(connection: Connection) -> datetime | None:
    query = select(func.max(search_entries.c.at)).where(search_entries.c.kind == "ticket")
    return connection.execute(query).scalar()


def insert_entries(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.execute(insert(search_entries), list(rows))


def replace_ticket(connection: Connection, row: Mapping[str, Any]) -> None:
    found = update(search_entries).where(search_entries.c.kind == "ticket", search_entries.c.ref == row["ref"])
    if connection.execute(found.values(**row)).rowcount == 0:
        connection.execute(insert(search_entries).values(**row))


def find(connection: Connection, wanted: Needle, limit: int) -> list[EntryRow]:
    """What has the words or the sounds in it, newest first."""
    query = select(
        search_entries.c.kind,
        search_entries.c.ref,
        search_entries.c.conversation_id,
        search_entries.c.text,
        search_entries.c.at,
    ).where(_has(wanted))
    return [EntryRow(*row) for row in connection.execute(query.order_by(search_entries.c.at.desc()).limit(limit))]


def tickets(connection: Connection, wanted: Needle, limit: int) -> list[str]:
    """The numbers of the tickets that have the words or the sounds in them, newest first."""
    query = select(search_entries.c.ref).where(search_entries.c.kind == "ticket", _has(wanted))
    return list(connection.execute(query.order_by(search_entries.c.at.desc()).limit(limit)).scalars())


def forget(connection: Connection, conversation_id: str) -> None:
    """Take away what was said and filed in a conversation; what is left of its tickets comes back when they change."""
    connection.execute(delete(search_entries).where(search_entries.c.conversation_id == conversation_id))


def _has(wanted: Needle) -> ColumnElement[bool]:
    places = [search_entries.c.text.like(f"%{rules.escaped(wanted.text)}%", escape="\\")]
    if wanted.sound is not None:
        places.append(search_entries.c.sounds.like(f"%{wanted.sound}%"))
    return or_(*places)
