"""SQL of offers, feedback and preferences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Mapping

from sqlalchemy import Connection, case, delete, func, insert, select, update

from service.feedback.models import article_feedback, customer_preferences, page_offers


@dataclass(frozen=True)
class ArticleCount:
    """How often an article helped and did not, by its customers' own word."""

    article_id: str
    solved: int
    unsolved: int


@dataclass(frozen=True)
class Preferences:
    """None: the customer never said."""

    elder: bool | None = None
    diagnosis: bool | None = None


def replace_offers(connection: Connection, conversation_id: str, offers: Mapping[str, str], now: datetime) -> None:
    """These payloads (with their titles) count from now on, beside what was offered before."""
    if not offers:
        return
    known = page_offers.c.payload.in_(list(offers))
    connection.execute(delete(page_offers).where(page_offers.c.conversation_id == conversation_id, known))
    rows = [
        {"conversation_id": conversation_id, "payload": payload, "title": title, "offered_at": now}
        for payload, title in offers.items()
    ]
    connection.execute(insert(page_offers), rows)


def offer(connection: Connection, conversation_id: str, payload: str) -> str | None:
    """The title under which a payload was offered, None when it was not."""
    query = select(page_offers.c.title).where(
        page_offers.c.conversation_id == conversation_id, page_offers.c.payload == payload
    )
    found = connection.execute(query).scalar()
    return None if found is None else str(found)


def put_feedback(
    connection: Connection, conversation_id: str, article_id: str, seq: int, solved: bool, now: datetime
) -> None:
    mine = (
        (article_feedback.c.conversation_id == conversation_id)
        & (article_feedback.c.article_id == article_id)
        & (article_feedback.c.seq == seq)
    )
    changed = connection.execute(update(article_feedback).where(mine).values(solved=solved, at=now))
    if changed.rowcount == 0:
        connection.execute(
            insert(article_feedback).values(
                conversation_id=conversation_id, article_id=article_id, seq=seq, solved=solved, at=now
            )
        )


def counts(connection: Connection, since: datetime) -> list[ArticleCount]:
    """What customers said about articles since then, those that failed most often first."""
    solved = func.sum(case((article_feedback.c.solved, 1), else_=0))
    unsolved = func.sum(case((article_feedback.c.solved, 0), else_=1))
    query = (
        select(article_feedback.c.article_id, solved, unsolved)
        .where(article_feedback.c.at >= since)
        .group_by(article_feedback.c.article_id)
        .order_by(unsolved.desc(), article_feedback.c.article_id)
    )
    return [ArticleCount(row[0], int(row[1]), int(row[2])) for row in connection.execute(query)]


def unsolved_here(connection: Connection, conversation_id: str, since: datetime) -> set[str]:
    """Articles that did not help in this conversation since then."""
    query = select(article_feedback.c.article_id).where(
        article_feedback.c.conversation_id == conversation_id,
        article_feedback.c.solved.is_(False),
        article_feedback.c.at >= since,
    )
    return set(connection.execute(query).scalars())


def preferences(connection: Connection, conversation_id: str) -> Preferences:
    query = select(customer_preferences.c.elder, customer_preferences.c.diagnosis)
    row = connection.execute(query.where(customer_preferences.c.conversation_id == conversation_id)).first()
    return Preferences() if row is None else Preferences(**row._mapping)


def put_preferences(connection: Connection, conversation_id: str, now: datetime, **values: Any) -> None:
    mine = customer_preferences.c.conversation_id == conversation_id
    changed = connection.execute(update(customer_preferences).where(mine).values(**values, changed_at=now))
    if changed.rowcount == 0:
        connection.execute(
            insert(customer_preferences).values(conversation_id=conversation_id, changed_at=now, **values)
        )
