"""SQL of turns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Mapping, Sequence

from sqlalchemy import Connection, bindparam, exists, func, insert, select, update

from service.turns.models import turns

UNFINISHED = ("pending", "running")


@dataclass(frozen=True)
class TurnRow:
    id: int
    conversation_id: str
    message_id: int
    seq: int
    status: str
    attempt: int
    epoch: int


@dataclass(frozen=True)
class JudgedTurn:
    """A turn that was decided, as the escalation policy and the console read it."""

    seq: int
    label: str
    kind: str
    tier: str
    guard: str | None
    confidence: float
    sentiment: str
    sentiment_score: float
    outcome: str | None
    trace: Sequence[Mapping[str, Any]] | None
    elapsed_ms: float | None
    created_at: datetime


_TURN = (
    turns.c.id,
    turns.c.conversation_id,
    turns.c.message_id,
    turns.c.seq,
    turns.c.status,
    turns.c.attempt,
    turns.c.epoch,
)


# Statements of every turn are built once: building one costs more than running it.
_UNFINISHED = (
    select(turns.c.id)
    .where(turns.c.conversation_id == bindparam("conversation_id"), turns.c.status.in_(UNFINISHED))
    .limit(1)
)
_INSERT = insert(turns).returning(turns.c.id)
_FINISH = update(turns).where(
    turns.c.id == bindparam("its_id"), turns.c.attempt == bindparam("its_attempt"), turns.c.status == "running"
)
_JUDGED_TURN = (
    turns.c.seq,
    turns.c.label,
    turns.c.kind,
    turns.c.tier,
    turns.c.guard,
    turns.c.confidence,
    turns.c.sentiment,
    turns.c.sentiment_score,
    turns.c.outcome,
    turns.c.trace,
    turns.c.elapsed_ms,
    turns.c.created_at,
)
_JUDGED = (
    select(*_JUDGED_TURN)
    .where(turns.c.conversation_id == bindparam("conversation_id"), turns.c.label.is_not(None))
    .order_by(turns.c.seq.desc())
    .limit(bindparam("limit"))
)
# What the escalation policy reads: without the traces, which are long.
_SIGNALS = (
    select(turns.c.label, turns.c.sentiment, turns.c.guard, turns.c.outcome, turns.c.kind)
    .where(turns.c.conversation_id == bindparam("conversation_id"), turns.c.label.is_not(None))
    .order_by(turns.c.seq.desc())
    .limit(bindparam("limit"))
)


def has_unfinished(connection: Connection, conversation_id: str) -> bool:
    """Whether an earlier message of the conversation still waits for its answer."""
    return connection.execute(_UNFINISHED, {"conversation_id": conversation_id}).first() is not None


def insert_turn(connection: Connection, **values: Any) -> int:
    """Add a turn; returns its id."""
    return int(connection.execute(_INSERT, values).scalar_one())


def turn(connection: Connection, turn_id: int) -> TurnRow | None:
    row = connection.execute(select(*_TURN).where(turns.c.id == turn_id)).first()
    return None if row is None else TurnRow(*row)


def claim(connection: Connection, turn_id: int, now: float, lease_until: float, epoch: int) -> int | None:
    """Take a waiting or abandoned turn under a new attempt; its number, or None when it is not to be had.

    A turn is to be had when no earlier one of its conversation is unfinished.
    """
    earlier = turns.alias("earlier")
    blocked = exists().where(
        earlier.c.conversation_id == turns.c.conversation_id,
        earlier.c.seq < turns.c.seq,
        earlier.c.status.in_(UNFINISHED),
    )
    row = connection.execute(
        update(turns)
        .where(
            turns.c.id == turn_id,
            (turns.c.status == "pending") | ((turns.c.status == "running") & (turns.c.lease_until < now)),
            ~blocked,
        )
        .values(status="running", attempt=turns.c.attempt + 1, lease_until=lease_until, epoch=epoch)
        .returning(turns.c.attempt)
    ).first()
    return None if row is None else int(row.attempt)


def finish(connection: Connection, turn_id: int, attempt: int, **values: Any) -> bool:
    """Close the turn if this attempt still holds it."""
    changed = connection.execute(_FINISH, {"its_id": turn_id, "its_attempt": attempt, **values})
    return changed.rowcount == 1


def abandoned(connection: Connection, now: float, limit: int = 100) -> list[int]:
    """Turns whose process did not finish them in time, oldest first."""
    query = select(turns.c.id).where(turns.c.status.in_(UNFINISHED), turns.c.lease_until < now)
    return [row.id for row in connection.execute(query.order_by(turns.c.id).limit(limit))]


def judged(connection: Connection, conversation_id: str, limit: int) -> list[JudgedTurn]:
    """The last decided turns, oldest first."""
    found = connection.execute(_JUDGED, {"conversation_id": conversation_id, "limit": limit})
    return [JudgedTurn(**row._mapping) for row in found][::-1]


def judged_of(connection: Connection, conversation_ids: Sequence[str], limit: int) -> dict[str, list[JudgedTurn]]:
    """The last decided turns of each conversation, oldest first, in one query."""
    age = func.row_number().over(partition_by=turns.c.conversation_id, order_by=turns.c.seq.desc()).label("age")
    decided = (turns.c.conversation_id.in_(conversation_ids), turns.c.label.is_not(None))
    rows = select(turns.c.conversation_id, *_JUDGED_TURN, age).where(*decided).subquery()
    query = select(rows).where(rows.c.age <= limit).order_by(rows.c.seq)
    found: dict[str, list[JudgedTurn]] = {id: [] for id in conversation_ids}
    for row in connection.execute(query):
        values = {column.name: getattr(row, column.name) for column in _JUDGED_TURN}
        found[row.conversation_id].append(JudgedTurn(**values))
    return found


def turn_of_message(connection: Connection, message_id: int) -> TurnRow | None:
    row = connection.execute(select(*_TURN).where(turns.c.message_id == message_id)).first()
    return None if row is None else TurnRow(*row)


def signals(
    connection: Connection, conversation_id: str, limit: int
) -> list[tuple[str, str, str | None, str | None, str]]:
    """Label, feeling, guard, outcome and kind of the last decided turns, oldest first."""
    found = connection.execute(_SIGNALS, {"conversation_id": conversation_id, "limit": limit})
    return [(row.label, row.sentiment, row.guard, row.outcome, row.kind) for row in found][::-1]


def move(connection: Connection, old: str, new: str, offset: int) -> None:
    """Turns of a conversation that was joined to another; what was not finished is to be had again at once."""
    moved = {"conversation_id": new, "seq": turns.c.seq + offset}
    unfinished = turns.c.status.in_(UNFINISHED)
    connection.execute(
        update(turns).where(turns.c.conversation_id == old, unfinished).values(status="pending", lease_until=0.0)
    )
    connection.execute(update(turns).where(turns.c.conversation_id == old).values(**moved))
