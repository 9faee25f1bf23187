"""What an agent may ask for: the causes of the policy with their limits, and the judgement before anything is sent."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from contracts.errors import NotFound
from contracts.platform import FuelPlatform
from contracts.remedies import RemedyKind
from service.agents.service import AgentRow
from service.policies import service as policies
from service.policies.service import AUTHORITIES, CAP_WINDOW, Allowance, Claim
from service.remedies import rules as remedy_rules
from service.remedies.options import rules
from service.remedies.options.rules import Records
from service.remedies.service import NotAllowed, Wanted, authority_of, claim_of

# What others may use of the rules, beside the functions below.
from service.remedies.options.rules import OF_RECORD as OF_RECORD  # isort: skip

AUTHORITY_TITLES = {"assistant": "智能助手", "agent": "客服", "supervisor": "主管", "admin": "管理员"}
_PAYMENTS, _ENTRIES, _ORDERS = 100, 200, 50


@dataclass(frozen=True)
class Option:
    """One cause that the policy knows for a kind. Amounts in fen or points.

    `limit`: the most for this customer's level without approval; `suggested`: what it comes to for the record;
    `given` of `cap` were given in 30 days; `free`: whether this agent may give it without asking, within the limit.
    """

    cause: str
    title: str
    limit: int
    suggested: int | None
    given: int
    cap: int
    repeat_days: int
    valid_days: int | None
    free: bool
    authority: str
    approver: str


@dataclass(frozen=True)
class Options:
    """`most`: what the record bears at most. Without `options` the kind needs no cause."""

    kind: RemedyKind
    title: str
    unit: str | None
    most: int | None
    fixed: bool
    authority: str
    options: tuple[Option, ...]


async def records_for(platform: FuelPlatform, customer_id: str, wanted: Wanted) -> Records:
    """The customer's records that bound this kind; nothing is asked where nothing is counted."""
    if wanted.kind not in rules.UNITS:
        return Records()
    orders, coupons, payments, points, gifts, refunds = await asyncio.gather(
        platform.orders(customer_id, limit=_ORDERS),
        platform.coupons(customer_id),
        platform.payments(customer_id, limit=_PAYMENTS),
        platform.points(customer_id, limit=_ENTRIES),
        platform.gifts(customer_id),
        platform.refunds(customer_id),
    )
    return Records(orders, coupons, payments, points, gifts, refunds)


def settled(wanted: Wanted, records: Records) -> Wanted:
    """The wish as the records allow it: what is given again is worth what it was worth.

    Raises:
        NotFound: the customer has no such record.
        NotAllowed: the record bears less.
    """
    bound = rules.most(wanted.kind, wanted.target_id, records)
    if wanted.kind in rules.OF_RECORD:
        if bound is None:
            raise NotFound("这位客户没有这条记录")
        money = rules.UNITS[wanted.kind] == rules.FEN
        return replace(wanted, amount_fen=bound if money else None, points=None if money else bound)
    amount = remedy_rules.amount_of(wanted.amount_fen, wanted.points)
    if bound is not None and amount is not None and amount > bound:
        raise NotAllowed(_too_much(wanted.kind, bound))
    return wanted


def options(
    connection: Connection,
    agent: AgentRow,
    customer_id: str,
    kind: RemedyKind,
    target_id: str | None,
    level: str | None,
    records: Records,
    now: datetime,
) -> Options:
    """What this agent may ask for, as kind and record allow."""
    authority = authority_of(agent)
    given = policies.given_to(connection, customer_id)
    spent = sum(g.amount for g in given if g.kind == kind.value and now - g.at < CAP_WINDOW)
    known = [rule for rule in policies.compensation(connection).rules.values() if rule.kind == kind.value]
    return Options(
        kind=kind,
        title=remedy_rules.kind_title(kind.value),
        unit=rules.UNITS.get(kind),
        most=rules.most(kind, target_id, records),
        fixed=kind in rules.OF_RECORD,
        authority=AUTHORITY_TITLES[authority],
        options=tuple(
            Option(
                cause=rule.cause,
                title=rule.title,
                limit=rules.most_allowed(rule, level),
                suggested=rules.suggested(rule, level, kind, target_id, records),
                given=spent,
                cap=rule.cap_30_days,
                repeat_days=rule.repeat_days,
                valid_days=rule.valid_days,
                free=AUTHORITIES.index(authority) >= AUTHORITIES.index(rule.authority),
                authority=AUTHORITY_TITLES[rule.authority],
                approver=AUTHORITY_TITLES[rule.approver],
            )
            for rule in known
        ),
    )


def judge(
    connection: Connection, agent: AgentRow, customer_id: str, wanted: Wanted, level: str | None, now: datetime
) -> Allowance:
    """What would become of the wish if it were sent now. Nothing is written."""
    claimed: Claim = claim_of(agent, customer_id, wanted, level)
    return policies.allows(connection, claimed, now)


def _too_much(kind: RemedyKind, bound: int) -> str:
    unit = f"{bound / 100:.2f} 元" if rules.UNITS[kind] == rules.FEN else f"{bound} 分"
    return f"这条记录最多还能退 {unit}" if bound else "这条记录已经没有可退的了"
