"""SQL of the lists that people work from: narrowed, in the order of the work, page by page."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import Any, Sequence

from sqlalchemy import ColumnElement, Connection, Select, case, func, or_, select, tuple_

from contracts.tickets import OPEN_STATUSES
from service.tickets import repository
from service.tickets.models import tickets
from service.tickets.repository import Filter, TicketRow

_OPEN = [s.value for s in OPEN_STATUSES]


class Sort(str, Enum):
    """`due`: what must happen next comes first; `priority`: the most urgent, then by due time."""

    NEWEST = "newest"
    UPDATED = "updated"
    DUE = "due"
    PRIORITY = "priority"


@dataclass(frozen=True)
class DeskFilter:
    """A `Filter` narrowed further; None and empty mean all.

    `numbers`: among these alone. `words` with `sounding` and `about`: the text stands in the ticket, or search found it
    in these tickets, or these categories are called so. `due_before`: open, running, and next due before then.
    """

    base: Filter = field(default_factory=Filter)
    numbers: Sequence[str] | None = None
    categories: Sequence[str] = ()
    levels: Sequence[str] = ()
    words: str | None = None
    sounding: Sequence[str] = ()
    about: Sequence[str] = ()
    due_after: datetime | None = None
    due_before: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None

    def late(self) -> DeskFilter:
        """The same, for the tickets alone whose promise was broken."""
        return replace(self, base=replace(self.base, overdue=True))


@dataclass(frozen=True)
class Position:
    """Where a page ended: the values that the list is sorted by, and the number."""

    values: tuple[str | datetime, ...]
    number: str


def next_due() -> ColumnElement[datetime]:
    """When the ticket must be looked at next: its first answer while there is none, else its result."""
    waits = tickets.c.first_response_at.is_(None) & (tickets.c.first_response_due_at < tickets.c.due_at)
    return case((waits, tickets.c.first_response_due_at), else_=tickets.c.due_at)


def search(
    connection: Connection, wanted: DeskFilter, sort: Sort, after: Position | None, limit: int, now: datetime
) -> list[TicketRow]:
    """Tickets in their order, those after the position of a page."""
    falling = sort in (Sort.NEWEST, Sort.UPDATED)
    keys: list[ColumnElement[Any]] = [*_keys(sort), tickets.c.number]
    query = _narrowed(select(tickets), wanted, now)
    if after is not None:
        here, there = tuple_(*keys), tuple_(*after.values, after.number, types=[key.type for key in keys])
        query = query.where(here < there if falling else here > there)
    query = query.order_by(*(key.desc() if falling else key.asc() for key in keys)).limit(limit)
    return [repository.read_ticket(row) for row in connection.execute(query)]


def position(ticket: TicketRow, sort: Sort) -> Position:
    """The position of a ticket in a list that is sorted so."""
    waits = ticket.first_response_at is None and ticket.first_response_due_at < ticket.due_at
    due = ticket.first_response_due_at if waits else ticket.due_at
    values: dict[Sort, tuple[str | datetime, ...]] = {
        Sort.NEWEST: (ticket.created_at,),
        Sort.UPDATED: (ticket.updated_at,),
        Sort.DUE: (due,),
        Sort.PRIORITY: (ticket.priority, due),
    }
    return Position(values[sort], ticket.number)


def counts(connection: Connection, wanted: DeskFilter, now: datetime) -> dict[str, int]:
    """How many tickets of each status a filter finds."""
    query = _narrowed(select(tickets.c.status, func.count().label("found")), wanted, now)
    return {row.status: row.found for row in connection.execute(query.group_by(tickets.c.status))}


def count(connection: Connection, wanted: DeskFilter, now: datetime) -> int:
    """How many tickets a filter finds."""
    return int(connection.execute(_narrowed(select(func.count()).select_from(tickets), wanted, now)).scalar_one())


def stations(connection: Connection, wanted: Filter, now: datetime) -> list[str]:
    """The stations that tickets within these bounds are about."""
    query = repository.filtered(select(tickets.c.station_id).distinct(), wanted, now)
    query = query.where(tickets.c.station_id.is_not(None)).order_by(tickets.c.station_id)
    return list(connection.execute(query).scalars())


def last_event(connection: Connection, number: str, kind: str) -> repository.EventRow | None:
    """The latest event of a kind."""
    found = [e for e in repository.events(connection, number) if e.kind == kind]
    return found[-1] if found else None


def _keys(sort: Sort) -> tuple[ColumnElement[Any], ...]:
    keys: dict[Sort, tuple[ColumnElement[Any], ...]] = {
        Sort.NEWEST: (tickets.c.created_at,),
        Sort.UPDATED: (tickets.c.updated_at,),
        Sort.DUE: (next_due(),),
        Sort.PRIORITY: (tickets.c.priority, next_due()),
    }
    return keys[sort]


def _narrowed(query: Select[Any], wanted: DeskFilter, now: datetime) -> Select[Any]:
    query = repository.filtered(query, wanted.base, now)
    if wanted.numbers is not None:
        query = query.where(tickets.c.number.in_(wanted.numbers))
    if wanted.categories:
        query = query.where(tickets.c.category.in_(wanted.categories))
    if wanted.levels:
        query = query.where(tickets.c.level.in_(wanted.levels))
    if wanted.words:
        places = [repository.mentions(wanted.words)]
        if wanted.sounding:
            places.append(tickets.c.number.in_(wanted.sounding))
        if wanted.about:
            places.append(tickets.c.category.in_(wanted.about))
        query = query.where(or_(*places))
    if wanted.due_before is not None:
        running = tickets.c.status.in_(_OPEN) & tickets.c.paused_at.is_(None)
        query = query.where(running, next_due() < wanted.due_before)
    if wanted.due_after is not None:
        query = query.where(next_due() >= wanted.due_after)
    if wanted.since is not None:
        query = query.where(tickets.c.created_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(tickets.c.created_at < wanted.until)
    return query
