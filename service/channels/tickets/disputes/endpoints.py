"""Disputes: the parties' statements, an advance by policy, and who answers for it in the end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection

from contracts.policy import CompensationOffer, CompensationRule
from contracts.remedies import RemedyKind
from service.access import allowed
from service.agents.rules import Permission
from service.agents.service import AgentRow
from service.channels.tickets import service as shapes
from service.channels.tickets.desk.endpoints import worked
from service.channels.tickets.schemas import (
    AdvanceRequest,
    PartyRequest,
    RulingRequest,
    StatementRequest,
    TicketDetail,
)
from service.errors import ApiError
from service.house import House, house_of
from service.policies import service as policies
from service.remedies import service as remedies
from service.remedies.service import RemedyStatus, Wanted
from service.tickets.life import service as life
from service.tickets.parties import service as parties
from service.tickets.service import TicketRow

router = APIRouter(prefix="/api/v1/tickets", tags=["tickets"])

_READ_ORDERS = 50
_IN_POINTS = frozenset({RemedyKind.GRANT_POINTS, RemedyKind.RETURN_POINTS})

Worker = Annotated[AgentRow, Depends(allowed(Permission.TICKETS_WORK))]
Payer = Annotated[AgentRow, Depends(allowed(Permission.REMEDIES))]
Judge = Annotated[AgentRow, Depends(allowed(Permission.REMEDIES_APPROVE))]


@router.post("/{number}/parties", response_model=TicketDetail)
async def ask_party(number: str, body: PartyRequest, request: Request, agent: Worker) -> TicketDetail:
    """Ask a party for its statement; when it stays silent too long, the supervisor hears of it."""

    def work(connection: Connection, now: datetime) -> None:
        held = life.lock(connection, number)
        parties.ask(connection, held, body.party, body.name, body.question, agent.username, now)

    return await worked(request, agent, number, "party", work, party=body.party)


@router.post("/{number}/statements", response_model=TicketDetail)
async def state(number: str, body: StatementRequest, request: Request, agent: Worker) -> TicketDetail:
    """What a party says; 409 when it was not asked."""

    def work(connection: Connection, now: datetime) -> None:
        held = life.lock(connection, number)
        parties.state(connection, held, body.party, body.statement, agent.username, now)

    return await worked(request, agent, number, "statement", work, party=body.party)


@router.post("/{number}/advance", response_model=TicketDetail)
async def advance(number: str, body: AdvanceRequest, request: Request, agent: Payer) -> TicketDetail:
    """The platform pays first, once, what the policy's line allows; above the agent's authority it waits for approval.

    The amount follows from the policy and the platform's record of the order, never from the request.
    """
    house = house_of(request)
    ticket = await house.database.read(lambda c: shapes.require(c, number, agent))
    rule = await house.database.read(lambda c: _rule(c, body.cause))
    in_points = RemedyKind(rule.kind) in _IN_POINTS
    record = await _record(house, ticket, in_points)
    offer = _offer(rule, record)
    wanted = Wanted(
        kind=RemedyKind(offer.kind),
        why=body.words,
        target_id=record.id,
        amount_fen=None if in_points else offer.amount,
        points=offer.amount if in_points else None,
        cause=offer.cause,
        ticket_number=number,
    )

    def work(connection: Connection, now: datetime) -> None:
        held, key = life.lock(connection, number), f"{number}:advance"
        parties.may_advance(connection, held)
        asked = remedies.request(connection, agent, record.customer_id, key, wanted, record.level, now)
        granted = asked.status is not RemedyStatus.WAITING_APPROVAL
        parties.advance(connection, held, body.side, offer, body.words, agent.username, now, granted=granted)

    detail = await worked(request, agent, number, "advance", work, cause=body.cause, side=body.side)
    house.remedies.wake()
    return detail


@router.post("/{number}/ruling", response_model=TicketDetail)
async def rule(number: str, body: RulingRequest, request: Request, agent: Judge) -> TicketDetail:
    """Decide which side answers for it; the customer hears it."""

    def work(connection: Connection, now: datetime) -> None:
        parties.rule(connection, life.lock(connection, number), body.side, body.words, agent.username, now)

    return await worked(request, agent, number, "ruling", work, side=body.side)


def _rule(connection: Connection, cause: str) -> CompensationRule:
    found = policies.compensation(connection).rules.get(cause)
    if found is None:
        raise ApiError(422, "unknown_cause", "补偿政策里没有这一项，不能垫付")
    return found


@dataclass(frozen=True)
class _Record:
    """What an amount follows from: the ticket's order (fen) or gift (points); `amount` None: it names none."""

    customer_id: str
    level: str
    id: str | None = None
    amount: int | None = None


async def _record(house: House, ticket: TicketRow, in_points: bool) -> _Record:
    """The platform's record that the ticket is about.

    Raises:
        ApiError: the ticket is a guest's, to whom nothing can be paid (409).
    """
    if ticket.customer_id is None:
        raise ApiError(409, "guest", "这张工单没有关联到登录客户，请先核实身份再垫付")
    known = _Record(ticket.customer_id, (await house.platform.customer(ticket.customer_id)).level)
    if in_points:
        wanted = ticket.details.get("gift_id") or (ticket.details.get("slots") or {}).get("gift_id")
        gifts = await house.platform.gifts(ticket.customer_id) if wanted else ()
        return next((replace(known, id=g.id, amount=g.points) for g in gifts if g.id == wanted), known)
    orders = await house.platform.orders(ticket.customer_id, limit=_READ_ORDERS) if ticket.order_ids else ()
    return next((replace(known, id=o.id, amount=o.paid_fen) for o in orders if o.id in ticket.order_ids), known)


def _offer(rule: CompensationRule, record: _Record) -> CompensationOffer:
    """What the line allows: its fixed amount, or a share of the record up to it.

    Raises:
        ApiError: the amount follows from a record, and the ticket names none (409).
    """
    amount = rule.amounts[record.level]
    if rule.basis == "record":
        if record.amount is None:
            raise ApiError(409, "no_record", "金额要按平台记录计算，这张工单没有关联订单或礼品，请先补上")
        amount = min(amount, record.amount * rule.percent // 100)
    return CompensationOffer(rule.cause, rule.kind, amount, rule.valid_days, 0)
