"""SQL of tickets and their events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Mapping, Sequence

from sqlalchemy import Connection, insert, select, update

from contracts.tickets import OPEN_STATUSES, TicketStatus
from service.tickets.models import ticket_events, tickets


@dataclass(frozen=True)
class TicketRow:
    number: str
    category: str
    department: str
    priority: str
    status: TicketStatus
    summary: str
    details: Mapping[str, Any]
    order_ids: Sequence[str]
    customer_id: str | None
    conversation_id: str
    turn_id: int
    step: int
    created_at: datetime
    updated_at: datetime
    first_response_due_at: datetime
    first_response_at: datetime | None
    due_at: datetime


@dataclass(frozen=True)
class EventRow:
    kind: str
    actor: str
    data: Mapping[str, Any]
    at: datetime


def _ticket(row: Any) -> TicketRow:
    values = dict(row._mapping)
    values["status"] = TicketStatus(values["status"])
    return TicketRow(**values)


def insert_ticket(connection: Connection, **values: Any) -> None:
    connection.execute(insert(tickets).values(**values))


def update_ticket(connection: Connection, number: str, **values: Any) -> None:
    connection.execute(update(tickets).where(tickets.c.number == number).values(**values))


def add_event(
    connection: Connection, number: str, kind: str, actor: str, data: Mapping[str, Any], at: datetime
) -> None:
    connection.execute(
        insert(ticket_events).values(ticket_number=number, kind=kind, actor=actor, data=dict(data), at=at)
    )


def ticket(connection: Connection, number: str, *, lock: bool = False) -> TicketRow | None:
    query = select(tickets).where(tickets.c.number == number)
    row = connection.execute(query.with_for_update() if lock else query).first()
    return None if row is None else _ticket(row)


def events(connection: Connection, number: str) -> list[EventRow]:
    """What happened to a ticket, oldest first."""
    query = select(ticket_events.c.kind, ticket_events.c.actor, ticket_events.c.data, ticket_events.c.at)
    rows = connection.execute(query.where(ticket_events.c.ticket_number == number).order_by(ticket_events.c.id))
    return [EventRow(*row) for row in rows]


def of_conversation(connection: Connection, conversation_id: str, *, only_open: bool = False) -> list[TicketRow]:
    """Tickets of a conversation, newest first."""
    query = select(tickets).where(tickets.c.conversation_id == conversation_id)
    if only_open:
        query = query.where(tickets.c.status.in_([s.value for s in OPEN_STATUSES]))
    return [_ticket(row) for row in connection.execute(query.order_by(tickets.c.created_at.desc(), tickets.c.number))]


def search(
    connection: Connection,
    *,
    customer_id: str | None,
    statuses: Sequence[str],
    departments: Sequence[str] | None,
    station_id: str | None,
    before: tuple[datetime, str] | None,
    limit: int,
) -> list[TicketRow]:
    """Tickets newest first, those after the position `before` (created_at, number) of a page."""
    query = select(tickets)
    if customer_id is not None:
        query = query.where(tickets.c.customer_id == customer_id)
    if statuses:
        query = query.where(tickets.c.status.in_(statuses))
    if departments is not None:
        query = query.where(tickets.c.department.in_(departments))
    if station_id is not None:
        query = query.where(tickets.c.details["station_id"].as_string() == station_id)
    if before is not None:
        at, number = before
        query = query.where((tickets.c.created_at < at) | ((tickets.c.created_at == at) & (tickets.c.number < number)))
    query = query.order_by(tickets.c.created_at.desc(), tickets.c.number.desc()).limit(limit)
    return [_ticket(row) for row in connection.execute(query)]
