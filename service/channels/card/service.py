"""The customer card: gathered from platform, tickets, bindings and ratings; personal data masked."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import datetime
from typing import Any, Awaitable, Sequence, TypeVar

from sqlalchemy import Connection

from contracts.errors import NotFound, PlatformUnavailable
from contracts.platform import Customer
from service.agents import service as agents
from service.channels.binding.service import BindingRow
from service.channels.card import rules
from service.channels.card.schemas import BindingShape, CardAnswer, MarksShape, PersonalShape, PointsShape
from service.channels.console import service as console
from service.channels.service import Channels
from service.channels.tickets.service import ticket_shape
from service.conversations import service as conversations
from service.house import House
from service.points import rules as points
from service.privacy import mask
from service.ratings import service as ratings
from service.ratings.service import RatingRow
from service.tickets import service as tickets
from service.tickets.service import Filter, TicketRow

T = TypeVar("T")

ORDERS, ENTRIES, TICKETS, RATINGS = 20, 30, 50, 20


async def card(house: House, channels: Channels, customer_id: str, now: datetime) -> CardAnswer:
    """Everything about a customer; what the platform does not give now is named in `missing`.

    Raises:
        NotFound: neither the platform nor we know this customer.
    """
    platform = house.platform
    missing: list[str] = []
    brief, customer = await console.brief(house, customer_id)

    async def part(name: str, asked: Awaitable[Sequence[T]]) -> Sequence[T]:
        try:
            return await asked
        except (PlatformUnavailable, NotFound):
            missing.append(name)
            return ()

    orders, coupons, entries, gifts = await asyncio.gather(
        part("orders", platform.orders(customer_id, limit=ORDERS)),
        part("coupons", platform.coupons(customer_id)),
        part("ledger", platform.points(customer_id, limit=ENTRIES)),
        part("gifts", platform.gifts(customer_id)),
    )
    cards, invoices, refunds, titles = await asyncio.gather(
        part("cards", platform.cards(customer_id)),
        part("invoices", platform.invoices(customer_id)),
        part("refunds", platform.refunds(customer_id)),
        part("titles", platform.invoice_titles(customer_id)),
    )
    bound = await channels.binding.bindings_of(customer_id)
    conversation_id, filed, rated, names = await house.database.read(lambda c: _ours(c, customer_id, now))
    if customer is None and conversation_id is None and not filed:
        raise NotFound("没有这位客户")
    ledger = points.story(entries, orders, gifts)
    return CardAnswer(
        customer=brief,
        conversation_id=conversation_id,
        frozen=customer.frozen if customer is not None else False,
        points=customer.points if customer is not None else None,
        balance_fen=customer.balance_fen if customer is not None else None,
        station_id=customer.station_id if customer is not None else None,
        personal=[
            PersonalShape(field=p.field, label=p.label, masked=p.masked)
            for p in (rules.personal(customer, titles, invoices) if customer is not None else ())
        ],
        orders=[_record(o) for o in orders],
        coupons=[_record(c) for c in coupons],
        ledger=[
            PointsShape(
                id=line.entry.id,
                kind=line.entry.kind,
                title=mask(line.title),
                change=line.entry.change,
                balance=line.entry.balance,
                origin=mask(line.origin),
                use=mask(line.use),
                at=line.entry.at,
            )
            for line in ledger.entries
        ],
        ledger_broken_at=ledger.broken_at,
        gifts=[_record(g) for g in gifts],
        cards=[_record(c) for c in cards],
        invoices=[_record(i) for i in invoices],
        titles=[_record(t) for t in titles],
        refunds=[_record(r) for r in refunds],
        tickets=[ticket_shape(house.taxonomy, t) for t in filed],
        bindings=[_binding(row) for row in bound],
        ratings=[_marks(row, names) for row in rated],
        missing=sorted(missing),
    )


async def reveal(house: House, customer_id: str, field: str) -> str:
    """One piece of personal data, plain. Who asks must have written down that he did.

    Raises:
        NotFound: there is no such customer, or no such field on his card.
        PlatformUnavailable: the platform does not answer.
    """
    customer: Customer = await house.platform.customer(customer_id)
    about_invoices = field.split(":", 1)[0] in ("email", "invoice", "tax")
    titles = await house.platform.invoice_titles(customer_id) if about_invoices else ()
    invoices = await house.platform.invoices(customer_id) if about_invoices else ()
    for piece in rules.personal(customer, titles, invoices):
        if piece.field == field:
            return piece.plain
    raise NotFound("这位客户没有这一项资料")


def _ours(
    connection: Connection, customer_id: str, now: datetime
) -> tuple[str | None, list[TicketRow], list[RatingRow], dict[int, str]]:
    """What we know of him ourselves: conversation, tickets, ratings, and the numbers of those who were rated."""
    talk = conversations.conversation_of_customer(connection, customer_id)
    filed = tickets.search(connection, Filter(customer_id=customer_id), before=None, limit=TICKETS, now=now)
    rated = ratings.of_conversation(connection, talk.id, RATINGS) if talk is not None else []
    return talk.id if talk is not None else None, filed, rated, {a.id: a.number for a in agents.all_agents(connection)}


def _record(record: Any) -> dict[str, Any]:
    shape = rules.veiled(dataclasses.asdict(record))
    return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in shape.items()}


def _binding(row: BindingRow) -> BindingShape:
    return BindingShape(channel=row.channel, masked=rules.mask_middle(row.external_id), at=row.consent_at)


def _marks(row: RatingRow, names: dict[int, str]) -> MarksShape:
    return MarksShape(
        id=row.id,
        agent=names.get(row.agent_id or 0),
        attitude=row.attitude,
        speed=row.speed,
        solution=row.solution,
        words=mask(row.words) if row.words else None,
        at=row.rated_at or row.asked_at,
    )
