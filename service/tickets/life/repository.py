"""SQL of timers and of notices that are held back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Mapping, Sequence

from sqlalchemy import Connection, delete, insert, select, update

from service.tickets.models import ticket_notices, ticket_timers


@dataclass(frozen=True)
class TimerRow:
    id: int
    ticket_number: str
    kind: str
    due_at: datetime
    attempts: int


@dataclass(frozen=True)
class NoticeRow:
    id: int
    text: str
    at: datetime


_TIMER = (
    ticket_timers.c.id,
    ticket_timers.c.ticket_number,
    ticket_timers.c.kind,
    ticket_timers.c.due_at,
    ticket_timers.c.attempts,
)


def due_timers(connection: Connection, now: datetime, limit: int) -> list[TimerRow]:
    """Timers whose time has come, the oldest first. A look, nothing is taken."""
    query = select(*_TIMER).where(ticket_timers.c.due_at <= now).order_by(ticket_timers.c.due_at, ticket_timers.c.id)
    return [TimerRow(*row) for row in connection.execute(query.limit(limit))]


def take_timer(connection: Connection, timer_id: int, now: datetime) -> TimerRow | None:
    """Take a timer away, if it is still due: of several processes exactly one gets it.

    It comes back when the caller's unit of work is undone, so that a process that dies in between loses nothing.
    """
    taken = connection.execute(
        delete(ticket_timers).where(ticket_timers.c.id == timer_id, ticket_timers.c.due_at <= now).returning(*_TIMER)
    ).first()
    return None if taken is None else TimerRow(*taken)


def postpone_timer(connection: Connection, timer_id: int, due_at: datetime) -> None:
    connection.execute(
        update(ticket_timers)
        .where(ticket_timers.c.id == timer_id)
        .values(due_at=due_at, attempts=ticket_timers.c.attempts + 1)
    )


def timers_of(connection: Connection, number: str) -> dict[str, datetime]:
    """The timers of a ticket by kind."""
    query = select(ticket_timers.c.kind, ticket_timers.c.due_at).where(ticket_timers.c.ticket_number == number)
    return {row.kind: row.due_at for row in connection.execute(query)}


def set_timers(connection: Connection, number: str, timers: Mapping[str, datetime]) -> None:
    """Set timers of a ticket; those of other kinds stay."""
    if not timers:
        return
    drop_timers(connection, number, list(timers))
    rows = [{"ticket_number": number, "kind": kind, "due_at": at} for kind, at in timers.items()]
    connection.execute(insert(ticket_timers), rows)


def drop_timers(connection: Connection, number: str, kinds: Sequence[str]) -> None:
    connection.execute(
        delete(ticket_timers).where(ticket_timers.c.ticket_number == number, ticket_timers.c.kind.in_(kinds))
    )


def hold_notice(connection: Connection, number: str, text: str, at: datetime) -> None:
    connection.execute(insert(ticket_notices).values(ticket_number=number, text=text, at=at))


def take_notices(connection: Connection, number: str) -> list[NoticeRow]:
    """The notices that were held back, oldest first; they are taken away."""
    taken = connection.execute(
        delete(ticket_notices)
        .where(ticket_notices.c.ticket_number == number)
        .returning(ticket_notices.c.id, ticket_notices.c.text, ticket_notices.c.at)
    )
    return sorted((NoticeRow(*row) for row in taken), key=lambda n: n.id)


def timer(connection: Connection, timer_id: int) -> TimerRow | None:
    """A timer as it stands; nothing is taken."""
    row = connection.execute(select(*_TIMER).where(ticket_timers.c.id == timer_id)).first()
    return None if row is None else TimerRow(*row)
