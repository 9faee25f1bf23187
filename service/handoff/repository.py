"""SQL of the queue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Mapping, Sequence

from sqlalchemy import Connection, func, insert, select, update

from service.handoff.models import handoffs

LIVE = ("waiting", "claimed")
UNASKED = ("agent", "callback")
"""Reasons of talks that no customer waited for in the queue."""


@dataclass(frozen=True)
class HandoffRow:
    id: int
    conversation_id: str
    reason: str
    rule: str
    department: str | None
    rank: int
    priority: str
    level: str | None
    skills: Sequence[str]
    order_key: float
    assigned: bool
    answered_at: datetime | None
    missed: Sequence[int]
    preferred: int | None
    rung_at: datetime | None
    at_the_pump: bool
    off_hours: bool
    opens_at: datetime | None
    alone_at: datetime | None
    state: str
    queued_at: datetime
    claimed_at: datetime | None
    claimed_by: int | None
    ended_at: datetime | None
    note: Mapping[str, Any] | None


def _handoff(row: Any) -> HandoffRow:
    return HandoffRow(**row._mapping)


def insert_handoff(connection: Connection, **values: Any) -> None:
    connection.execute(insert(handoffs).values(**values))


def newest_id(connection: Connection, conversation_id: str) -> int:
    """The hand-off that was written last for this conversation."""
    query = select(func.max(handoffs.c.id)).where(handoffs.c.conversation_id == conversation_id)
    return int(connection.execute(query).scalar_one())


def live(connection: Connection, conversation_id: str) -> HandoffRow | None:
    """The hand-off that waits or is with a person."""
    query = select(handoffs).where(handoffs.c.conversation_id == conversation_id, handoffs.c.state.in_(LIVE))
    row = connection.execute(query).first()
    return None if row is None else _handoff(row)


def waiting(connection: Connection) -> list[HandoffRow]:
    """The queue in order."""
    query = select(handoffs).where(handoffs.c.state == "waiting")
    rows = connection.execute(query.order_by(handoffs.c.order_key, handoffs.c.id))
    return [_handoff(row) for row in rows]


def place(connection: Connection, row: HandoffRow) -> int:
    """1 for the next to be served."""
    ahead = (
        select(func.count())
        .select_from(handoffs)
        .where(
            handoffs.c.state == "waiting",
            (handoffs.c.order_key < row.order_key)
            | ((handoffs.c.order_key == row.order_key) & (handoffs.c.id < row.id)),
        )
    )
    return int(connection.execute(ahead).scalar_one()) + 1


def first_order_key(connection: Connection) -> float | None:
    """The order key of who is next; None when nobody waits."""
    query = select(func.min(handoffs.c.order_key)).where(handoffs.c.state == "waiting")
    return connection.execute(query).scalar()


def claimed(connection: Connection) -> list[HandoffRow]:
    """All that a person has, oldest first."""
    rows = connection.execute(select(handoffs).where(handoffs.c.state == "claimed").order_by(handoffs.c.id))
    return [_handoff(row) for row in rows]


def loads(connection: Connection) -> dict[int, int]:
    """How many conversations each agent has."""
    query = select(handoffs.c.claimed_by, func.count()).where(handoffs.c.state == "claimed")
    return {row[0]: row[1] for row in connection.execute(query.group_by(handoffs.c.claimed_by))}


def last_agent(connection: Connection, conversation_id: str) -> int | None:
    """Who served this conversation last."""
    query = select(handoffs.c.claimed_by).where(
        handoffs.c.conversation_id == conversation_id, handoffs.c.claimed_by.is_not(None)
    )
    return connection.execute(query.order_by(handoffs.c.id.desc()).limit(1)).scalar()


def waits_since(connection: Connection, since: datetime) -> list[tuple[datetime, float]]:
    """Moment of queueing, and seconds to a person's first words (to his claim, while he has said nothing), since then.

    Who came off hours waits from the opening on; who was served before it counts nowhere.
    """
    query = select(handoffs.c.queued_at, handoffs.c.opens_at, handoffs.c.claimed_at, handoffs.c.answered_at).where(
        # Who came last evening and waits from this morning's opening on belongs to today.
        func.coalesce(handoffs.c.opens_at, handoffs.c.queued_at) >= since,
        handoffs.c.claimed_at.is_not(None),
        handoffs.c.off_hours.is_(False),
        handoffs.c.reason.not_in(UNASKED),
    )
    found = []
    for row in connection.execute(query):
        start = row.opens_at or row.queued_at
        found.append((start, max(0.0, ((row.answered_at or row.claimed_at) - start).total_seconds())))
    return found


def update_handoff(connection: Connection, handoff_id: int, **values: Any) -> None:
    connection.execute(update(handoffs).where(handoffs.c.id == handoff_id).values(**values))


def mark_rung(connection: Connection, handoff_id: int, now: datetime) -> bool:
    """Write down that the supervisors were rung; False when that was done, or somebody has taken it."""
    unrung = (handoffs.c.id == handoff_id, handoffs.c.state == "waiting", handoffs.c.rung_at.is_(None))
    return connection.execute(update(handoffs).where(*unrung).values(rung_at=now)).rowcount == 1


def mark_alone(connection: Connection, row: HandoffRow, now: datetime) -> bool:
    """Write down that nobody was left for who waits; False when somebody else did that since `row` was read."""
    known = handoffs.c.alone_at.is_(None) if row.alone_at is None else handoffs.c.alone_at == row.alone_at
    unmarked = (handoffs.c.id == row.id, handoffs.c.state == "waiting", known)
    return connection.execute(update(handoffs).where(*unmarked).values(alone_at=now)).rowcount == 1


def recent_waits(connection: Connection, since: datetime, limit: int = 20) -> list[float]:
    """Seconds that the last claimed conversations had waited; who was told to come back later does not count."""
    query = (
        select(handoffs.c.queued_at, handoffs.c.claimed_at)
        .where(
            handoffs.c.claimed_at >= since,
            handoffs.c.opens_at.is_(None),
            handoffs.c.off_hours.is_(False),
            handoffs.c.reason.not_in(UNASKED),
        )
        .order_by(handoffs.c.claimed_at.desc())
        .limit(limit)
    )
    return [(row.claimed_at - row.queued_at).total_seconds() for row in connection.execute(query)]


def recent_lengths(connection: Connection, since: datetime, limit: int = 20) -> list[float]:
    """Seconds that the last talks took, from claim to end."""
    query = (
        select(handoffs.c.claimed_at, handoffs.c.ended_at)
        .where(handoffs.c.ended_at >= since, handoffs.c.claimed_at.is_not(None), handoffs.c.reason.not_in(UNASKED))
        .order_by(handoffs.c.ended_at.desc())
        .limit(limit)
    )
    return [(row.ended_at - row.claimed_at).total_seconds() for row in connection.execute(query)]
