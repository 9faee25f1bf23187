"""SQL of tickets and their events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Mapping, Sequence

from sqlalchemy import Connection, Select, and_, func, insert, or_, select, update

from contracts.tickets import OPEN_STATUSES, TicketStatus
from service.tickets.models import ticket_events, ticket_numbers, tickets

_OPEN = [s.value for s in OPEN_STATUSES]


@dataclass(frozen=True)
class TicketRow:
    number: str
    category: str
    department: str
    working: str
    step: int
    priority: str
    status: TicketStatus
    resume_status: TicketStatus | None
    paused_at: datetime | None
    paused_left: float | None
    summary: str
    details: Mapping[str, Any]
    order_ids: Sequence[str]
    customer_id: str | None
    level: str | None
    channel: str | None
    station_id: str | None
    conversation_id: str | None
    turn_id: int
    owner_id: int | None
    assignee_id: int | None
    offered_at: datetime | None
    rung_at: datetime | None
    created_at: datetime
    updated_at: datetime
    first_response_due_at: datetime
    first_response_at: datetime | None
    first_warned_at: datetime | None
    first_breached_at: datetime | None
    promised_at: datetime
    due_at: datetime
    warned_at: datetime | None
    breached_at: datetime | None
    breaches: int
    escalation: int
    told_at: datetime
    noticed_at: datetime | None
    notice_due_at: datetime | None
    reminded_at: datetime | None
    solved_at: datetime | None
    closed_at: datetime | None
    confirmed: bool | None
    urges: int
    reopened: int
    merged_into: str | None
    parent_number: str | None
    resolution: str | None
    root_cause: str | None
    side: str | None

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES


@dataclass(frozen=True)
class EventRow:
    kind: str
    actor: str
    data: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True)
class Filter:
    """Which tickets are listed; None and empty mean all.

    `departments` and `station_id` bound what the agent may see; `department` is what he asked for. `person` is an
    agent who owns the ticket or works on it. `overdue`: a promise was broken or is, and the ticket is open.
    """

    customer_id: str | None = None
    statuses: Sequence[str] = ()
    departments: Sequence[str] | None = None
    station_id: str | None = None
    department: str | None = None
    priorities: Sequence[str] = ()
    person: int | None = None
    unassigned: bool = False
    overdue: bool = False
    parent_number: str | None = None
    text: str | None = None


def read_ticket(row: Any) -> TicketRow:
    """A row of the table as it is spoken of."""
    values = dict(row._mapping)
    values["status"] = TicketStatus(values["status"])
    values["resume_status"] = TicketStatus(values["resume_status"]) if values["resume_status"] else None
    values["working"] = values["working"] or values["department"]
    values["promised_at"] = values["promised_at"] or values["due_at"]
    values["told_at"] = values["told_at"] or values["created_at"]
    return TicketRow(**values)


def insert_ticket(connection: Connection, **values: Any) -> None:
    connection.execute(insert(tickets).values(**values))


def number_of_key(connection: Connection, key: str, at: datetime) -> tuple[int, bool]:
    """The running number that belongs to a request's key, and whether it is new."""
    known = connection.execute(select(ticket_numbers.c.id).where(ticket_numbers.c.key == key)).scalar()
    if known is not None:
        return int(known), False
    made = connection.execute(insert(ticket_numbers).values(key=key, at=at).returning(ticket_numbers.c.id))
    return int(made.scalar_one()), True


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
    return None if row is None else read_ticket(row)


def events(connection: Connection, number: str) -> list[EventRow]:
    """What happened to a ticket, oldest first."""
    query = select(ticket_events.c.kind, ticket_events.c.actor, ticket_events.c.data, ticket_events.c.at)
    rows = connection.execute(query.where(ticket_events.c.ticket_number == number).order_by(ticket_events.c.id))
    return [EventRow(*row) for row in rows]


def of_conversation(connection: Connection, conversation_id: str, *, only_open: bool = False) -> list[TicketRow]:
    """Tickets of a conversation, newest first."""
    query = select(tickets).where(tickets.c.conversation_id == conversation_id)
    if only_open:
        query = query.where(tickets.c.status.in_(_OPEN))
    return [
        read_ticket(row) for row in connection.execute(query.order_by(tickets.c.created_at.desc(), tickets.c.number))
    ]


def by_numbers(connection: Connection, numbers: Sequence[str]) -> dict[str, TicketRow]:
    """Those of `numbers` that exist."""
    if not numbers:
        return {}
    rows = connection.execute(select(tickets).where(tickets.c.number.in_(numbers)))
    return {row.number: read_ticket(row) for row in rows}


def children(connection: Connection, parent: str) -> list[TicketRow]:
    """The tickets that were linked to an incident's parent, oldest first."""
    query = select(tickets).where(tickets.c.parent_number == parent).order_by(tickets.c.created_at, tickets.c.number)
    return [read_ticket(row) for row in connection.execute(query)]


def move(connection: Connection, source: str, target: str, customer_id: str | None) -> int:
    """Tickets of one conversation become those of another; returns how many."""
    moved = connection.execute(
        update(tickets)
        .where(tickets.c.conversation_id == source)
        .values(conversation_id=target, customer_id=func.coalesce(customer_id, tickets.c.customer_id))
    )
    return int(moved.rowcount)


def search(
    connection: Connection,
    wanted: Filter,
    *,
    before: tuple[datetime, str] | None,
    limit: int,
    now: datetime,
) -> list[TicketRow]:
    """Tickets newest first, those after the position `before` (created_at, number) of a page."""
    query = filtered(select(tickets), wanted, now)
    if before is not None:
        at, number = before
        query = query.where((tickets.c.created_at < at) | ((tickets.c.created_at == at) & (tickets.c.number < number)))
    query = query.order_by(tickets.c.created_at.desc(), tickets.c.number.desc()).limit(limit)
    return [read_ticket(row) for row in connection.execute(query)]


def counts(connection: Connection, wanted: Filter, now: datetime) -> dict[str, int]:
    """How many tickets of each status a filter finds."""
    query = filtered(select(tickets.c.status, func.count().label("found")), wanted, now)
    return {row.status: row.found for row in connection.execute(query.group_by(tickets.c.status))}


def filtered(query: Select[Any], wanted: Filter, now: datetime) -> Select[Any]:
    """A query over tickets, for those alone that a filter lets through."""
    if wanted.customer_id is not None:
        query = query.where(tickets.c.customer_id == wanted.customer_id)
    if wanted.statuses:
        query = query.where(tickets.c.status.in_(wanted.statuses))
    if wanted.departments is not None:
        query = query.where(tickets.c.department.in_(wanted.departments) | tickets.c.working.in_(wanted.departments))
    if wanted.station_id is not None:
        query = query.where(tickets.c.station_id == wanted.station_id)
    if wanted.department is not None:
        query = query.where((tickets.c.department == wanted.department) | (tickets.c.working == wanted.department))
    if wanted.priorities:
        query = query.where(tickets.c.priority.in_(wanted.priorities))
    if wanted.person is not None:
        query = query.where((tickets.c.owner_id == wanted.person) | (tickets.c.assignee_id == wanted.person))
    if wanted.unassigned:
        query = query.where(tickets.c.assignee_id.is_(None))
    if wanted.overdue:
        unanswered = and_(tickets.c.first_response_at.is_(None), tickets.c.first_response_due_at < now)
        late = and_(tickets.c.due_at < now, tickets.c.paused_at.is_(None))
        query = query.where(tickets.c.status.in_(_OPEN), or_(tickets.c.breaches > 0, late, unanswered))
    if wanted.parent_number is not None:
        query = query.where(tickets.c.parent_number == wanted.parent_number)
    if wanted.text:
        query = query.where(mentions(wanted.text))
    return query


def mentions(text: str) -> Any:
    """Whether number, summary, customer or an order holds the text as it is."""
    return or_(
        tickets.c.number.contains(text.upper(), autoescape=True),
        tickets.c.summary.contains(text, autoescape=True),
        tickets.c.customer_id.contains(text, autoescape=True),
        tickets.c.resolution.contains(text, autoescape=True),
    )


def rung(connection: Connection, departments: Sequence[str] | None, station_id: str | None) -> list[TicketRow]:
    """Open tickets within these bounds that rang because nobody took them, and still nobody has; oldest first."""
    query = select(tickets).where(
        tickets.c.status.in_(_OPEN),
        tickets.c.rung_at.is_not(None),
        tickets.c.assignee_id.is_(None),
        tickets.c.paused_at.is_(None),
    )
    if departments is not None:
        query = query.where(tickets.c.department.in_(departments) | tickets.c.working.in_(departments))
    if station_id is not None:
        query = query.where(tickets.c.station_id == station_id)
    return [read_ticket(row) for row in connection.execute(query.order_by(tickets.c.rung_at, tickets.c.number))]


def without_timers(connection: Connection, timers: Any) -> list[str]:
    """Open tickets that nothing watches: those that were filed before there were timers."""
    watched = select(timers.c.ticket_number)
    query = select(tickets.c.number).where(tickets.c.status.in_(_OPEN), tickets.c.number.not_in(watched))
    return list(connection.execute(query).scalars())


def changed_since(connection: Connection, since: datetime | None, limit: int) -> list[TicketRow]:
    """Tickets that changed after a moment (None: all), the oldest change first."""
    query = select(tickets).order_by(tickets.c.updated_at).limit(limit)
    if since is not None:
        query = query.where(tickets.c.updated_at > since)
    return [read_ticket(row) for row in connection.execute(query)]


def count_open(connection: Connection, overdue_at: datetime | None = None) -> int:
    """How many tickets are open, or of these how many are past their promised time."""
    query = select(func.count()).select_from(tickets).where(tickets.c.status.in_([s.value for s in OPEN_STATUSES]))
    if overdue_at is not None:
        query = query.where(tickets.c.due_at < overdue_at)
    return int(connection.execute(query).scalar_one())


def erase_words(connection: Connection, conversation_id: str) -> int:
    """Take the customer's words out of his finished tickets; what they were about and when stays. Returns how many."""
    done = select(tickets.c.number).where(tickets.c.conversation_id == conversation_id, tickets.c.status.not_in(_OPEN))
    numbers = list(connection.execute(done).scalars())
    connection.execute(update(ticket_events).where(ticket_events.c.ticket_number.in_(numbers)).values(data={}))
    erased = update(tickets).where(tickets.c.number.in_(numbers))
    connection.execute(erased.values(summary=tickets.c.category, details={}))
    return len(numbers)
