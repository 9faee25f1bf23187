"""SQL of common causes and incidents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Sequence

from sqlalchemy import Connection, func, insert, select, update

from contracts.tickets import OPEN_STATUSES
from service.tickets.models import ticket_causes, ticket_incidents, tickets


@dataclass(frozen=True)
class IncidentRow:
    number: str
    cause: str
    started_at: datetime
    ended_at: datetime | None


_INCIDENT = (
    ticket_incidents.c.number,
    ticket_incidents.c.cause,
    ticket_incidents.c.started_at,
    ticket_incidents.c.ended_at,
)


def insert_causes(connection: Connection, number: str, causes: Sequence[str], customer: str, at: datetime) -> None:
    rows = [{"ticket_number": number, "cause": cause, "customer": customer, "at": at} for cause in causes]
    connection.execute(insert(ticket_causes), rows)


def causes_of(connection: Connection, number: str) -> list[str]:
    query = select(ticket_causes.c.cause).where(ticket_causes.c.ticket_number == number)
    return list(connection.execute(query.order_by(ticket_causes.c.id)).scalars())


def customers_since(connection: Connection, cause: str, since: datetime) -> int:
    """How many different customers reported a cause."""
    query = select(func.count(func.distinct(ticket_causes.c.customer)))
    found = connection.execute(query.where(ticket_causes.c.cause == cause, ticket_causes.c.at >= since))
    return int(found.scalar_one())


def open_with(connection: Connection, cause: str, since: datetime) -> list[str]:
    """Open tickets of a cause that belong to no incident yet."""
    query = (
        select(tickets.c.number)
        .join(ticket_causes, ticket_causes.c.ticket_number == tickets.c.number)
        .where(
            ticket_causes.c.cause == cause,
            ticket_causes.c.at >= since,
            tickets.c.parent_number.is_(None),
            tickets.c.status.in_([s.value for s in OPEN_STATUSES]),
        )
    )
    return list(connection.execute(query.order_by(tickets.c.created_at, tickets.c.number)).scalars())


def live(connection: Connection, cause: str) -> IncidentRow | None:
    """The incident of a cause that is going on."""
    query = select(*_INCIDENT).where(ticket_incidents.c.cause == cause, ticket_incidents.c.ended_at.is_(None))
    row = connection.execute(query).first()
    return None if row is None else IncidentRow(*row)


def incident(connection: Connection, number: str) -> IncidentRow | None:
    row = connection.execute(select(*_INCIDENT).where(ticket_incidents.c.number == number)).first()
    return None if row is None else IncidentRow(*row)


def all_live(connection: Connection) -> list[IncidentRow]:
    """Incidents that are going on, newest first."""
    query = select(*_INCIDENT).where(ticket_incidents.c.ended_at.is_(None))
    return [IncidentRow(*row) for row in connection.execute(query.order_by(ticket_incidents.c.started_at.desc()))]


def insert_incident(connection: Connection, number: str, cause: str, at: datetime) -> None:
    connection.execute(insert(ticket_incidents).values(number=number, cause=cause, started_at=at))


def end_incident(connection: Connection, number: str, at: datetime) -> None:
    connection.execute(
        update(ticket_incidents)
        .where(ticket_incidents.c.number == number, ticket_incidents.c.ended_at.is_(None))
        .values(ended_at=at)
    )


def reopen_incident(connection: Connection, number: str) -> None:
    connection.execute(update(ticket_incidents).where(ticket_incidents.c.number == number).values(ended_at=None))
