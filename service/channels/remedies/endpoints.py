"""Remedies for agents: ask for one, decide about one that waits, see what was done."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request

from service.access import allowed
from service.agents.rules import Permission
from service.agents.service import AgentRow
from service.channels.remedies.schemas import RemedyDecision, RemedyList, RemedyShape, RemedyWish
from service.clock import utc_now
from service.errors import ApiError
from service.house import House, house_of
from service.remedies import rules
from service.remedies import service as remedies
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

    The same `Idempotency-Key` again returns the same remedy.
    """
    house = house_of(request)
    wanted = Wanted(
        kind=body.kind,
        why=body.reason,
        target_id=body.target_id,
        amount_fen=body.amount_fen,
        points=body.points,
        cause=body.cause,
        details=body.details,
        ticket_number=body.ticket_number,
    )
    level = (await house.platform.customer(customer_id)).level
    row = await house.database.write(
        lambda c: remedies.request(c, agent, customer_id, idempotency_key, wanted, level, utc_now())
    )
    return _changed(house, row)


@router.get("/remedies", response_model=RemedyList)
async def list_remedies(
    request: Request,
    _agent: Giver,
    status: Annotated[str | None, Query(max_length=120, description="statuses with commas")] = None,
    customer_id: Annotated[str | None, Query(max_length=64)] = None,
    cursor: Annotated[str | None, Query(pattern=r"^\d{1,18}$")] = None,
) -> RemedyList:
    """Remedies, newest first."""
    statuses = [s.strip() for s in (status or "").split(",") if s.strip()]
    unknown = [s for s in statuses if s not in {r.value for r in RemedyStatus}]
    if unknown:
        raise ApiError(422, "unknown_status", f"没有这种状态：{'、'.join(unknown)}")
    rows = await house_of(request).database.read(
        lambda c: remedies.search(
            c,
            statuses=statuses,
            customer_id=customer_id,
            before=int(cursor) if cursor is not None else None,
            limit=PAGE + 1,
        )
    )
    items = [_shape(row) for row in rows[:PAGE]]
    return RemedyList(items=items, next=str(items[-1].id) if len(rows) > PAGE else None)


@router.post("/remedies/{remedy_id}/approve", response_model=RemedyShape)
async def approve(remedy_id: int, body: RemedyDecision, request: Request, agent: Approver) -> RemedyShape:
    """Agree to one that somebody else asked for; it is carried out at once."""
    house = house_of(request)
    row = await house.database.write(lambda c: remedies.approve(c, agent, remedy_id, body.note, utc_now()))
    return _changed(house, row)


@router.post("/remedies/{remedy_id}/refuse", response_model=RemedyShape)
async def refuse(remedy_id: int, body: RemedyDecision, request: Request, agent: Approver) -> RemedyShape:
    """Decide against one; a customer who waits for it is told."""
    house = house_of(request)
    row = await house.database.write(lambda c: remedies.refuse(c, agent, remedy_id, body.note, utc_now()))
    return _changed(house, row)


@router.post("/remedies/{remedy_id}/retry", response_model=RemedyShape)
async def retry(remedy_id: int, request: Request, agent: Giver) -> RemedyShape:
    """Try one again to which the platform did not answer; it acts once all the same."""
    house = house_of(request)
    row = await house.database.write(lambda c: remedies.retry(c, agent, remedy_id, utc_now()))
    return _changed(house, row)


def _changed(house: House, row: RemedyRow) -> RemedyShape:
    house.outbox.wake()
    house.remedies.wake()
    return _shape(row)


def _shape(row: RemedyRow) -> RemedyShape:
    values = {name: getattr(row, name) for name in RemedyShape.model_fields if name not in ("title", "reference")}
    reference = (row.receipt or {}).get("reference") or None
    return RemedyShape(**values, title=rules.kind_title(row.kind), reference=reference)
