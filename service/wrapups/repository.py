"""SQL of wrap-ups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from service.wrapups.models import wrap_ups


@dataclass(frozen=True)
class WrapUpRow:
    id: int
    conversation_id: str
    handoff_id: int | None
    agent_id: int
    result: str
    root_cause: str | None
    summary: str
    tags: Sequence[str]
    at: datetime


def insert_wrap_up(connection: Connection, **values: Any) -> None:
    connection.execute(insert(wrap_ups).values(**values))


def wrap_ups_of(connection: Connection, conversation_id: str, limit: int) -> list[WrapUpRow]:
    """Newest first."""
    query = select(wrap_ups).where(wrap_ups.c.conversation_id == conversation_id)
    rows = connection.execute(query.order_by(wrap_ups.c.id.desc()).limit(limit))
    return [WrapUpRow(**row._mapping) for row in rows]


def move(connection: Connection, old: str, new: str) -> None:
    """The wrap-ups of a conversation that was joined to another."""
    connection.execute(update(wrap_ups).where(wrap_ups.c.conversation_id == old).values(conversation_id=new))


def erase_words(connection: Connection, conversation_id: str) -> None:
    """Take away what agents wrote about a customer who is to be forgotten; result and cause stay for the figures."""
    connection.execute(
        update(wrap_ups).where(wrap_ups.c.conversation_id == conversation_id).values(summary="", tags=[])
    )
