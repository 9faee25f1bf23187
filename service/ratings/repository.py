"""SQL of ratings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from service.ratings.models import ratings


@dataclass(frozen=True)
class RatingRow:
    id: int
    conversation_id: str
    handoff_id: int
    agent_id: int | None
    asked_at: datetime
    attitude: int | None
    speed: int | None
    solution: int | None
    words: str | None
    rated_at: datetime | None
    owner: str | None
    improvement: str | None
    improved_at: datetime | None


def insert_rating(connection: Connection, **values: Any) -> None:
    connection.execute(insert(ratings).values(**values))


def of_handoff(connection: Connection, handoff_id: int) -> RatingRow | None:
    row = connection.execute(select(ratings).where(ratings.c.handoff_id == handoff_id)).first()
    return None if row is None else RatingRow(**row._mapping)


def rating(connection: Connection, rating_id: int) -> RatingRow | None:
    row = connection.execute(select(ratings).where(ratings.c.id == rating_id)).first()
    return None if row is None else RatingRow(**row._mapping)


def last_asked(connection: Connection, conversation_id: str) -> datetime | None:
    query = select(func.max(ratings.c.asked_at)).where(ratings.c.conversation_id == conversation_id)
    return connection.execute(query).scalar()


def update_rating(connection: Connection, rating_id: int, **values: Any) -> None:
    connection.execute(update(ratings).where(ratings.c.id == rating_id).values(**values))


def rated(connection: Connection, *, only_tasks: bool, limit: int) -> list[RatingRow]:
    """Given ratings, newest first; `only_tasks`: bad ones that nobody has closed."""
    query = select(ratings).where(ratings.c.rated_at.is_not(None))
    if only_tasks:
        query = query.where(ratings.c.owner.is_not(None), ratings.c.improved_at.is_(None))
    return [RatingRow(**row._mapping) for row in connection.execute(query.order_by(ratings.c.id.desc()).limit(limit))]


def of_conversation(connection: Connection, conversation_id: str, limit: int) -> list[RatingRow]:
    """What a customer gave, newest first."""
    query = select(ratings).where(ratings.c.conversation_id == conversation_id, ratings.c.rated_at.is_not(None))
    return [RatingRow(**row._mapping) for row in connection.execute(query.order_by(ratings.c.id.desc()).limit(limit))]


def erase_words(connection: Connection, conversation_id: str) -> None:
    """Take the customer's words out of his ratings; the marks stay."""
    connection.execute(update(ratings).where(ratings.c.conversation_id == conversation_id).values(words=None))
