"""SQL of notices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from service.inbox.models import agent_notices


@dataclass(frozen=True)
class NoticeRow:
    id: int
    agent_id: int
    kind: str
    conversation_id: str | None
    author: str
    text: str
    at: datetime
    read_at: datetime | None


def insert_notice(connection: Connection, **values: Any) -> None:
    connection.execute(insert(agent_notices).values(**values))


def notices_of(connection: Connection, agent_id: int, limit: int) -> list[NoticeRow]:
    """Newest first."""
    query = select(agent_notices).where(agent_notices.c.agent_id == agent_id)
    rows = connection.execute(query.order_by(agent_notices.c.id.desc()).limit(limit))
    return [NoticeRow(**row._mapping) for row in rows]


def unread(connection: Connection, agent_id: int) -> int:
    """How many nobody has looked at."""
    query = (
        select(func.count())
        .select_from(agent_notices)
        .where(agent_notices.c.agent_id == agent_id, agent_notices.c.read_at.is_(None))
    )
    return int(connection.execute(query).scalar_one())


def mark_read(connection: Connection, agent_id: int, ids: Sequence[int] | None, now: datetime) -> None:
    """These, or all of them; somebody else's stay as they are."""
    mine = update(agent_notices).where(agent_notices.c.agent_id == agent_id, agent_notices.c.read_at.is_(None))
    connection.execute((mine if ids is None else mine.where(agent_notices.c.id.in_(ids))).values(read_at=now))


def forget_before(connection: Connection, agent_id: int, before: datetime) -> None:
    """What was read and is old."""
    connection.execute(
        delete(agent_notices).where(
            agent_notices.c.agent_id == agent_id, agent_notices.c.read_at.is_not(None), agent_notices.c.at < before
        )
    )


def move(connection: Connection, old: str, new: str) -> None:
    """The notices about a conversation that was joined to another."""
    mine = agent_notices.c.conversation_id == old
    connection.execute(update(agent_notices).where(mine).values(conversation_id=new))


def forget(connection: Connection, conversation_id: str) -> None:
    connection.execute(delete(agent_notices).where(agent_notices.c.conversation_id == conversation_id))
