"""Remedies for agents: ask for one, decide about one that waits, see what was done."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request

from contracts.errors import NotFound
from contracts.remedies import RemedyKind
from service.access import allowed
from service.agents.rules import Permission
from service.agents.service import AgentRow
from service.channels.console.service import LEVEL_TITLES
from service.channels.remedies import service as page
from service.channels.remedies.schemas import (
    JudgementAnswer,
    OptionsAnswer,
    OptionShape,
    RemedyCounts,
    RemedyDecision,
    RemedyList,
    RemedyShape,
    RemedyWish,
)
from service.clock import utc_now
from service.errors import ApiError
from service.house import House, house_of
from service.policies.service import AUTHORITIES
from service.remedies import service as remedies
from service.remedies.options import service as options
from service.remedies.service import RemedyRow, RemedyStatus, Wanted

router = APIRouter(prefix="/api/v1", tags=["remedies"])

PAGE = 50

Giver = Annotated[AgentRow, Depends(allowed(Permission.REMEDIES))]
Approver = Annotated[AgentRow, Depends(allowed(Permission.REMEDIES_APPROVE))]
IdempotencyKey = Annotated[str, Header(alias="Idempotency-Key", min_length=1, max_length=64, pattern=r"^[\w.:-]+$")]


@router.post("/customers/{customer_id}/remedies", response_model=RemedyShape)
async def ask(
    customer_id: str, body: RemedyWish, request: Request, agent: Giver, idempotency_key: IdempotencyKey
) -> RemedyShape:
    """Have the platform do something for a customer; above the agent's authority it waits for approval.

    The same `Idempotency-Key` again returns the same remedy. What is issued again is worth what the record says.
    """
    house = house_of(request)
    level = (await house.platform.customer(customer_id)).level
    key = remedies.key_of(agent, idempotency_key)
    wanted = await page.settled(house, customer_id, page.wanted_of(body), key)
    row = await house.database.write(
        lambda c: remedies.request(c, agent, customer_id, idempotency_key, wanted, level, utc_now())
    )
    return await _changed(house, agent, row)


@router.post("/customers/{customer_id}/remedies/check", response_model=JudgementAnswer)
async def check(customer_id: str, body: RemedyWish, request: Request, agent: Giver) -> JudgementAnswer:
    """What would become of it: done at once, or first approved by somebody else. Nothing is changed."""
    house = house_of(request)
    level = (await house.platform.customer(customer_id)).level
    wanted = await page.settled(house, customer_id, page.wanted_of(body))
    found = await house.database.read(lambda c: options.judge(c, agent, customer_id, wanted, level, utc_now()))
    return JudgementAnswer(
        decision=found.decision.value,
        reason=found.reason,
        approver=options.AUTHORITY_TITLES.get(found.approver or ""),
        amount_fen=wanted.amount_fen,
        points=wanted.points,
    )


@router.get("/customers/{customer_id}/remedies/options", response_model=OptionsAnswer)
async def what_may_be_asked(
    customer_id: str,
    request: Request,
    agent: Giver,
    kind: RemedyKind,
    target_id: Annotated[str | None, Query(max_length=64)] = None,
) -> OptionsAnswer:
    """The causes that the policy knows for this, with the agent's limits and what they come to for the record."""
    house = house_of(request)
    level = (await house.platform.customer(customer_id)).level
    records = await options.records_for(house.platform, customer_id, Wanted(kind, "", target_id))
    found = await house.database.read(
        lambda c: options.options(c, agent, customer_id, kind, target_id, level, records, utc_now())
    )
    causes = [OptionShape(**vars(option)) for option in found.options]
    return OptionsAnswer(**{**vars(found), "options": causes}, level_title=LEVEL_TITLES.get(level))


@router.get("/remedies", response_model=RemedyList)
async def list_remedies(
    request: Request,
    agent: Giver,
    status: Annotated[str | None, Query(max_length=120, description="statuses with commas")] = None,
    customer_id: Annotated[str | None, Query(max_length=64)] = None,
    cursor: Annotated[str | None, Query(pattern=r"^\d{1,18}$")] = None,
) -> RemedyList:
    """Remedies, newest first."""
    statuses = [s.strip() for s in (status or "").split(",") if s.strip()]
    unknown = [s for s in statuses if s not in {r.value for r in RemedyStatus}]
    if unknown:
        raise ApiError(422, "unknown_status", f"没有这种状态：{'、'.join(unknown)}")
    house = house_of(request)
    rows = await house.database.read(
        lambda c: remedies.search(
            c,
            statuses=statuses,
            customer_id=customer_id,
            before=int(cursor) if cursor is not None else None,
            limit=PAGE + 1,
        )
    )
    items = await page.shapes(house, agent, rows[:PAGE])
    return RemedyList(items=items, next=str(items[-1].id) if len(rows) > PAGE else None)


@router.get("/remedies/counts", response_model=RemedyCounts)
async def counts(request: Request, agent: Approver) -> RemedyCounts:
    """How many wait for a decision that this person may take."""
    mine = AUTHORITIES[: AUTHORITIES.index(remedies.authority_of(agent)) + 1]
    found = await house_of(request).database.read(lambda c: remedies.waiting_for(c, agent.username, mine))
    return RemedyCounts(waiting=found)


@router.get("/remedies/{remedy_id}", response_model=RemedyShape)
async def remedy(remedy_id: int, request: Request, agent: Giver) -> RemedyShape:
    """One remedy as it stands."""
    house = house_of(request)
    row = await house.database.read(lambda c: remedies.remedy(c, remedy_id))
    if row is None:
        raise NotFound("没有这笔补救")
    return (await page.shapes(house, agent, [row]))[0]


@router.post("/remedies/{remedy_id}/approve", response_model=RemedyShape)
async def approve(remedy_id: int, body: RemedyDecision, request: Request, agent: Approver) -> RemedyShape:
    """Agree to one that somebody else asked for; it is carried out at once."""
    house = house_of(request)
    row = await house.database.write(lambda c: remedies.approve(c, agent, remedy_id, body.note, utc_now()))
    return await _changed(house, agent, row)


@router.post("/remedies/{remedy_id}/refuse", response_model=RemedyShape)
async def refuse(remedy_id: int, body: RemedyDecision, request: Request, agent: Approver) -> RemedyShape:
    """Decide against one; a customer who waits for it is told."""
    house = house_of(request)
    row = await house.database.write(lambda c: remedies.refuse(c, agent, remedy_id, body.note, utc_now()))
    return await _changed(house, agent, row)


@router.post("/remedies/{remedy_id}/retry", response_model=RemedyShape)
async def retry(remedy_id: int, request: Request, agent: Giver) -> RemedyShape:
    """Try one again to which the platform did not answer; it acts once all the same."""
    house = house_of(request)
    row = await house.database.write(lambda c: remedies.retry(c, agent, remedy_id, utc_now()))
    return await _changed(house, agent, row)


async def _changed(house: House, agent: AgentRow, row: RemedyRow) -> RemedyShape:
    house.outbox.wake()
    house.remedies.wake()
    return (await page.shapes(house, agent, [row]))[0]
