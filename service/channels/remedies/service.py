"""Remedies as agents see them: with the customer's masked name, the rule's title and its limit."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Sequence

from contracts.errors import NotFound, PlatformUnavailable
from contracts.policy import CompensationRule
from service.agents.rules import Permission, may
from service.agents.service import AgentRow
from service.channels.console.service import LEVEL_TITLES
from service.channels.remedies.schemas import RemedyShape, RemedyWish
from service.house import House
from service.policies import service as policies
from service.privacy import mask, mask_name
from service.remedies import rules
from service.remedies import service as remedies
from service.remedies.options import service as options
from service.remedies.options.service import AUTHORITY_TITLES
from service.remedies.service import RemedyRow, Wanted


def wanted_of(body: RemedyWish) -> Wanted:
    """The wish as the domain takes it."""
    return Wanted(
        kind=body.kind,
        why=body.reason,
        target_id=body.target_id,
        amount_fen=body.amount_fen,
        points=body.points,
        cause=body.cause,
        details=body.details,
        ticket_number=body.ticket_number,
    )


async def settled(house: House, customer_id: str, wanted: Wanted, key: str | None = None) -> Wanted:
    """The wish as the customer's records allow it; one that was sent before under `key` is what it was.

    Raises:
        NotFound, NotAllowed: see `service.remedies.options.service.settled`.
    """
    if key is not None:
        known = await house.database.read(lambda c: remedies.of_key(c, key))
        if known is not None:
            reissued = wanted.kind in options.OF_RECORD
            return replace(wanted, amount_fen=known.amount_fen, points=known.points) if reissued else wanted
    return options.settled(wanted, await options.records_for(house.platform, customer_id, wanted))


async def shapes(house: House, agent: AgentRow, rows: Sequence[RemedyRow]) -> list[RemedyShape]:
    """The rows with what a person needs to decide about them."""
    table = await house.database.read(policies.compensation)
    customers = sorted({row.customer_id for row in rows})
    names = dict(zip(customers, await asyncio.gather(*(_name(house, c) for c in customers)), strict=True))
    return [_shape(row, agent, names[row.customer_id], table.rules.get(row.cause or "")) for row in rows]


async def _name(house: House, customer_id: str) -> str:
    try:
        return mask_name((await house.platform.customer(customer_id)).name)
    except (NotFound, PlatformUnavailable):
        return "客户"


def _shape(row: RemedyRow, agent: AgentRow, name: str, rule: CompensationRule | None) -> RemedyShape:
    return RemedyShape(
        id=row.id,
        customer_id=row.customer_id,
        customer_name=name,
        level_title=LEVEL_TITLES.get(row.level or ""),
        conversation_id=row.conversation_id,
        kind=rules.RemedyKind(row.kind),
        title=rules.kind_title(row.kind),
        status=row.status,
        status_title=rules.STATUS_TITLES[row.status],
        reason=row.reason,
        why=mask(row.why),
        target_id=row.target_id,
        amount_fen=row.amount_fen,
        points=row.points,
        cause=row.cause,
        cause_title=rule.title if rule is not None else None,
        limit=policies.limit(rule, row.level) if rule is not None else None,
        ticket_number=row.ticket_number,
        requested_by=row.requested_by,
        approver=row.approver,
        approver_title=AUTHORITY_TITLES.get(row.approver or ""),
        decided_by=row.decided_by,
        reference=(row.receipt or {}).get("reference") or None,
        decidable=may(agent.role, Permission.REMEDIES_APPROVE) and remedies.may_decide(agent, row),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
