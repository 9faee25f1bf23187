"""SQL of callbacks and attempts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Sequence

from sqlalchemy import Connection, func, insert, select, update

from service.callbacks.models import callback_attempts, callbacks
from service.callbacks.rules import LIVE, PROMISED, Attempt, State


@dataclass(frozen=True)
class CallbackRow:
    id: int
    conversation_id: str
    customer_id: str | None
    phone: str | None
    state: State
    source: str
    ticket_number: str | None
    wanted_from: datetime | None
    wanted_to: datetime | None
    due_at: datetime | None
    try_at: datetime | None
    failures: int
    wrong_number: bool
    broken: int
    agent_id: int | None
    taken_at: datetime | None
    created_at: datetime
    updated_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class AttemptRow:
    id: int
    callback_id: int
    agent_id: int
    outcome: Attempt
    note: str
    at: datetime
    next_at: datetime | None


_LIVE = [state.value for state in LIVE]
_PROMISED = [state.value for state in PROMISED]


def _row(row: Any) -> CallbackRow:
    return CallbackRow(**{**row._mapping, "state": State(row.state)})


def insert_callback(connection: Connection, **values: Any) -> None:
    connection.execute(insert(callbacks).values(**values))


def update_callback(connection: Connection, callback_id: int, **values: Any) -> None:
    connection.execute(update(callbacks).where(callbacks.c.id == callback_id).values(**values))


def callback(connection: Connection, callback_id: int, *, lock: bool = False) -> CallbackRow | None:
    query = select(callbacks).where(callbacks.c.id == callback_id)
    row = connection.execute(query.with_for_update() if lock else query).first()
    return None if row is None else _row(row)


def live(connection: Connection, conversation_id: str) -> CallbackRow | None:
    """The one that is asked for or promised in this conversation."""
    query = select(callbacks).where(callbacks.c.conversation_id == conversation_id, callbacks.c.state.in_(_LIVE))
    row = connection.execute(query.with_for_update()).first()
    return None if row is None else _row(row)


def of_ticket(connection: Connection, number: str) -> CallbackRow | None:
    """The one that is promised for a ticket."""
    query = select(callbacks).where(callbacks.c.ticket_number == number, callbacks.c.state.in_(_PROMISED))
    row = connection.execute(query).first()
    return None if row is None else _row(row)


def promised(connection: Connection) -> list[CallbackRow]:
    """What is to be called, the most pressing first."""
    query = select(callbacks).where(callbacks.c.state.in_(_PROMISED))
    return [_row(row) for row in connection.execute(query.order_by(callbacks.c.due_at, callbacks.c.id))]


def ended(connection: Connection, since: datetime, limit: int) -> list[CallbackRow]:
    """What was done, given up or called off since then, newest first."""
    query = select(callbacks).where(callbacks.c.ended_at >= since, callbacks.c.due_at.is_not(None))
    return [_row(row) for row in connection.execute(query.order_by(callbacks.c.ended_at.desc()).limit(limit))]


def all_live(connection: Connection) -> list[CallbackRow]:
    """Everything that is asked for or promised, drafts included."""
    query = select(callbacks).where(callbacks.c.state.in_(_LIVE))
    return [_row(row) for row in connection.execute(query.order_by(callbacks.c.id))]


def count(connection: Connection, now: datetime) -> tuple[int, int]:
    """How many are promised, and how many of them are to be called by now."""
    is_due = func.coalesce(func.sum(func.cast(callbacks.c.try_at <= now, callbacks.c.failures.type)), 0)
    query = select(func.count(), is_due).where(callbacks.c.state.in_(_PROMISED))
    row = connection.execute(query).one()
    return int(row[0]), int(row[1])


def insert_attempt(connection: Connection, **values: Any) -> None:
    connection.execute(insert(callback_attempts).values(**values))


def attempts(connection: Connection, callback_ids: Sequence[int]) -> list[AttemptRow]:
    """Oldest first."""
    query = select(callback_attempts).where(callback_attempts.c.callback_id.in_(callback_ids))
    rows = connection.execute(query.order_by(callback_attempts.c.id))
    return [AttemptRow(**{**row._mapping, "outcome": Attempt(row.outcome)}) for row in rows]


def move(connection: Connection, old: str, new: str) -> None:
    connection.execute(update(callbacks).where(callbacks.c.conversation_id == old).values(conversation_id=new))


def erase(connection: Connection, conversation_id: str) -> None:
    """Take the customer's number and what was noted about him out of his callbacks."""
    mine = select(callbacks.c.id).where(callbacks.c.conversation_id == conversation_id)
    connection.execute(update(callback_attempts).where(callback_attempts.c.callback_id.in_(mine)).values(note=""))
    connection.execute(update(callbacks).where(callbacks.c.conversation_id == conversation_id).values(phone=None))
