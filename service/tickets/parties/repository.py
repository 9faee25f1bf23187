"""SQL of the parties of a dispute, and of what was decided between them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from service.tickets.models import ticket_parties, ticket_rulings


@dataclass(frozen=True)
class PartyRow:
    party: str
    name: str
    question: str
    asked_at: datetime
    due_at: datetime
    statement: str | None
    stated_at: datetime | None


@dataclass(frozen=True)
class RulingRow:
    """`kind`: `advance` (paid first, to be claimed from `side`) or `ruling`. `amount` in fen or points, see `unit`."""

    kind: str
    side: str
    cause: str | None
    amount: int | None
    unit: str | None
    words: str
    actor: str
    at: datetime


_PARTY = (
    ticket_parties.c.party,
    ticket_parties.c.name,
    ticket_parties.c.question,
    ticket_parties.c.asked_at,
    ticket_parties.c.due_at,
    ticket_parties.c.statement,
    ticket_parties.c.stated_at,
)
_RULING = (
    ticket_rulings.c.kind,
    ticket_rulings.c.side,
    ticket_rulings.c.cause,
    ticket_rulings.c.amount,
    ticket_rulings.c.unit,
    ticket_rulings.c.words,
    ticket_rulings.c.actor,
    ticket_rulings.c.at,
)


def parties(connection: Connection, number: str) -> list[PartyRow]:
    """The parties of a ticket in the order in which they were asked."""
    query = select(*_PARTY).where(ticket_parties.c.ticket_number == number).order_by(ticket_parties.c.id)
    return [PartyRow(*row) for row in connection.execute(query)]


def put_party(connection: Connection, number: str, party: str, **values: Any) -> None:
    """Ask a party, or ask it again."""
    known = (ticket_parties.c.ticket_number == number) & (ticket_parties.c.party == party)
    if not connection.execute(update(ticket_parties).where(known).values(**values)).rowcount:
        connection.execute(insert(ticket_parties).values(ticket_number=number, party=party, **values))


def rulings(connection: Connection, number: str) -> list[RulingRow]:
    """What was decided, oldest first."""
    query = select(*_RULING).where(ticket_rulings.c.ticket_number == number).order_by(ticket_rulings.c.id)
    return [RulingRow(*row) for row in connection.execute(query)]


def insert_ruling(connection: Connection, **values: Any) -> None:
    connection.execute(insert(ticket_rulings).values(**values))
