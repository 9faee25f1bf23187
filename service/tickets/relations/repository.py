"""SQL of links between tickets, and of solved tickets that are proposed as articles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Sequence

from sqlalchemy import Connection, insert, or_, select, update

from service.tickets.models import ticket_links, ticket_proposals


@dataclass(frozen=True)
class ProposalRow:
    """`status`: `proposed`, `taken` or `refused`."""

    id: int
    ticket_number: str
    title: str
    problem: str
    solution: str
    status: str
    actor: str
    at: datetime


_PROPOSAL = (
    ticket_proposals.c.id,
    ticket_proposals.c.ticket_number,
    ticket_proposals.c.title,
    ticket_proposals.c.problem,
    ticket_proposals.c.solution,
    ticket_proposals.c.status,
    ticket_proposals.c.actor,
    ticket_proposals.c.at,
)


def link(connection: Connection, one: str, other: str, actor: str, at: datetime) -> bool:
    """Link two tickets; False when they are linked already."""
    first, second = sorted((one, other))
    known = select(ticket_links.c.id).where(ticket_links.c.one == first, ticket_links.c.other == second)
    if connection.execute(known).first() is not None:
        return False
    connection.execute(insert(ticket_links).values(one=first, other=second, actor=actor, at=at))
    return True


def linked(connection: Connection, number: str) -> list[str]:
    """The numbers that a ticket is linked with."""
    query = select(ticket_links.c.one, ticket_links.c.other).where(
        or_(ticket_links.c.one == number, ticket_links.c.other == number)
    )
    rows = connection.execute(query.order_by(ticket_links.c.id))
    return [row.other if row.one == number else row.one for row in rows]


def insert_proposal(connection: Connection, **values: Any) -> int:
    made = connection.execute(insert(ticket_proposals).values(**values).returning(ticket_proposals.c.id))
    return int(made.scalar_one())


def proposal_of(connection: Connection, number: str) -> ProposalRow | None:
    row = connection.execute(select(*_PROPOSAL).where(ticket_proposals.c.ticket_number == number)).first()
    return None if row is None else ProposalRow(*row)


def proposal(connection: Connection, proposal_id: int) -> ProposalRow | None:
    row = connection.execute(select(*_PROPOSAL).where(ticket_proposals.c.id == proposal_id)).first()
    return None if row is None else ProposalRow(*row)


def proposals(connection: Connection, statuses: Sequence[str], limit: int) -> list[ProposalRow]:
    """Proposals, newest first."""
    query = select(*_PROPOSAL)
    if statuses:
        query = query.where(ticket_proposals.c.status.in_(statuses))
    return [ProposalRow(*row) for row in connection.execute(query.order_by(ticket_proposals.c.id.desc()).limit(limit))]


def set_status(connection: Connection, proposal_id: int, status: str) -> None:
    connection.execute(update(ticket_proposals).where(ticket_proposals.c.id == proposal_id).values(status=status))
