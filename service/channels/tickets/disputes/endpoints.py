"""Disputes: the parties' statements, an advance by policy, and who answers for it in the end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Mapping

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection

from contracts.policy import CompensationOffer, CompensationRule
from contracts.remedies import RemedyKind
from service.access import allowed
from service.agents.rules import Permission
from service.agents.service import AgentRow
from service.channels.tickets import service as shapes
from service.channels.tickets.desk.endpoints import worked
from service.channels.tickets.disputes.schemas import AdvanceOption, AdvanceOptions
from service.channels.tickets.schemas import (
    AdvanceRequest,
    PartyRequest,
    RulingRequest,
    StatementRequest,
    TicketDetail,
)
from service.clock import utc_now
from service.errors import ApiError
from service.house import House, house_of
from service.policies import service as policies
from service.policies.service import Decision
from service.remedies import service as remedies
from service.remedies.options import service as options
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


@router.get("/{number}/advance", response_model=AdvanceOptions)
async def advance_options(number: str, request: Request, agent: Payer) -> AdvanceOptions:
    """What may be paid first on this ticket and how much it would be; nothing is changed.

    409 when it is a guest's, or something was advanced on it already.
    """
    house, now = house_of(request), utc_now()
    ticket = await house.database.read(lambda c: shapes.require(c, number, agent))
    if any(r.kind == "advance" for r in await house.database.read(lambda c: parties.rulings(c, number))):
        raise ApiError(409, "advanced", "这张工单已经先行垫付过了，不能重复垫付")
    records = {in_points: await _record(house, ticket, in_points) for in_points in (False, True)}

    def work(connection: Connection) -> AdvanceOptions:
        rules = policies.compensation(connection).rules.values()
        return AdvanceOptions(items=[_option(connection, agent, rule, records, now) for rule in rules])

    return await house.database.read(work)


def _option(
    connection: Connection, agent: AgentRow, rule: CompensationRule, records: Mapping[bool, _Record], now: datetime
) -> AdvanceOption:
    in_points = RemedyKind(rule.kind) in _IN_POINTS
    record, unit = records[in_points], "points" if in_points else "fen"
    try:
        offer = _offer(rule, record)
    except ApiError as error:
        return AdvanceOption(cause=rule.cause, title=rule.title, unit=unit, amount=None, problem=error.message)
    wanted = _wanted(offer, record, "")
    try:
        found = options.judge(connection, agent, record.customer_id, wanted, record.level, now)
    except remedies.NotAllowed as error:
        return AdvanceOption(cause=rule.cause, title=rule.title, unit=unit, amount=offer.amount, problem=str(error))
    refused = found.decision is Decision.REFUSED
    return AdvanceOption(
        cause=rule.cause,
        title=rule.title,
        unit=unit,
        amount=offer.amount,
        needs_approval=found.decision is Decision.NEEDS_APPROVAL,
        approver=options.AUTHORITY_TITLES.get(found.approver or ""),
        problem=found.reason if refused else None,
    )


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
    wanted = replace(_wanted(offer, record, body.words), ticket_number=number)

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


def _wanted(offer: CompensationOffer, record: _Record, why: str) -> Wanted:
    in_points = RemedyKind(offer.kind) in _IN_POINTS
    return Wanted(
        kind=RemedyKind(offer.kind),
        why=why,
        target_id=record.id,
        amount_fen=None if in_points else offer.amount,
        points=offer.amount if in_points else None,
        cause=offer.cause,
    )


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
