"""The customer's points ledger: every entry with its origin and its use, and whether the chain holds."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from service.access import current_session
from service.customers.service import Session
from service.errors import ApiError
from service.house import house_of
from service.points.rules import EntryStory, story

router = APIRouter(prefix="/api/v1/widget", tags=["widget"])

ENTRIES = 1000
ORDERS = 200

SessionOf = Annotated[Session, Depends(current_session)]


class PartShape(BaseModel):
    """So many points that an entry used of another, or that another used of it."""

    entry_id: str
    points: int


class PointsEntryShape(BaseModel):
    """One entry; `left` is what is not used yet of points that came in."""

    id: str
    at: datetime
    kind: str
    title: str
    change: int
    balance: int
    order_id: str | None
    origin: str
    use: str
    left: int
    parts: list[PartShape]
    hash: str


class PointsAnswer(BaseModel):
    """The ledger, newest first. `verified`: every entry fits its hash and the one before; else `broken_at`."""

    balance: int
    verified: bool
    broken_at: str | None
    entries: list[PointsEntryShape]


@router.get("/points", response_model=PointsAnswer)
async def points(request: Request, session: SessionOf) -> PointsAnswer:
    """The logged-in customer's own ledger, checked anew with every call."""
    house = house_of(request)
    house.limits.require(house.limits.customer, session.conversation_id)
    if session.customer_id is None:
        raise ApiError(403, "log_in_first", "登录后才能查看积分明细，请先在 App 里登录")
    entries = await house.platform.points(session.customer_id, ENTRIES)
    orders = await house.platform.orders(session.customer_id, ORDERS)
    gifts = await house.platform.gifts(session.customer_id)
    told = story(entries, orders, gifts)
    return PointsAnswer(
        balance=told.balance,
        verified=told.broken_at is None,
        broken_at=told.broken_at,
        entries=[_shape(entry) for entry in told.entries],
    )


def _shape(told: EntryStory) -> PointsEntryShape:
    entry = told.entry
    return PointsEntryShape(
        id=entry.id,
        at=entry.at,
        kind=entry.kind,
        title=told.title,
        change=entry.change,
        balance=entry.balance,
        order_id=entry.order_id,
        origin=told.origin,
        use=told.use,
        left=told.left,
        parts=[PartShape(entry_id=p.entry_id, points=p.points) for p in told.parts],
        hash=entry.hash,
    )
