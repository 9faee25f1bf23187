"""The demo shop front's own endpoints: it plays the part of the app, and of what happens on its platform."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from contracts.errors import NotFound
from contracts.platform import PlatformEventKind
from service.clock import utc_now
from service.errors import ApiError
from service.gateways.fuel_platform.demo_data import LEVELS, level_of
from service.gateways.fuel_platform.embedded import EmbeddedPlatform
from service.house import house_of

router = APIRouter(prefix="/api/v1/demo", tags=["demo"])


class TokenRequest(BaseModel):
    customer_id: str = Field(max_length=64)


class TokenAnswer(BaseModel):
    token: str
    level_title: str


class RecordShape(BaseModel):
    """A record of a demo customer: enough to open the chat with it."""

    id: str
    title: str
    status: str


class RecordsAnswer(BaseModel):
    orders: list[RecordShape]
    coupons: list[RecordShape]
    gifts: list[RecordShape]
    invoices: list[RecordShape]
    cards: list[RecordShape]
    refunds: list[RecordShape]


class HappeningRequest(BaseModel):
    """`subject` is a demo customer, or a station for station events; `target_id` one of his records."""

    kind: PlatformEventKind
    subject: str = Field(max_length=64)
    target_id: str | None = Field(None, max_length=64)


class TextsAnswer(BaseModel):
    items: list[str]


class HappeningAnswer(BaseModel):
    happened: bool


@router.post("/customer-token", response_model=TokenAnswer)
async def customer_token(body: TokenRequest, request: Request) -> TokenAnswer:
    """A signed token for a demo customer; only demo customers, and only while YOUBAN_DEMO is on."""
    level = _level(body.customer_id)
    token = house_of(request).tokens.customer_token(body.customer_id, utc_now())
    return TokenAnswer(token=token, level_title=LEVELS[level])


@router.get("/records", response_model=RecordsAnswer)
async def records(request: Request, customer_id: Annotated[str, Query(max_length=64)]) -> RecordsAnswer:
    """The records of a demo customer, newest first, so that a page can open the chat with one of them."""
    _level(customer_id)
    platform = house_of(request).platform
    return RecordsAnswer(
        orders=[
            RecordShape(id=o.id, title=f"{o.station_name} {o.fuel} {o.paid_fen / 100:.2f} 元", status=o.status)
            for o in await platform.orders(customer_id, 50)
        ],
        coupons=[RecordShape(id=c.id, title=c.title, status=c.status) for c in await platform.coupons(customer_id)],
        gifts=[RecordShape(id=g.id, title=g.title, status=g.status) for g in await platform.gifts(customer_id)],
        invoices=[RecordShape(id=i.id, title=i.title, status=i.status) for i in await platform.invoices(customer_id)],
        cards=[RecordShape(id=k.id, title=k.number, status=k.status) for k in await platform.cards(customer_id)],
        refunds=[
            RecordShape(id=r.id, title=f"{r.amount_fen / 100:.2f} 元", status=r.status)
            for r in await platform.refunds(customer_id)
        ],
    )


@router.get("/texts", response_model=TextsAnswer)
async def texts(request: Request, phone: Annotated[str, Query(min_length=11, max_length=11)]) -> TextsAnswer:
    """What the embedded platform sent to a number, newest first: the demo's text messages reach no telephone."""
    platform = house_of(request).platform
    if not isinstance(platform, EmbeddedPlatform):
        raise ApiError(409, "no_demo_platform", "现在连接的不是演示平台")
    return TextsAnswer(items=await asyncio.to_thread(platform.texts, phone))


@router.post("/events", response_model=HappeningAnswer)
async def happen(body: HappeningRequest, request: Request) -> HappeningAnswer:
    """Let something happen on the embedded platform, as `youban demo event` does: fuel flows, a refund arrives, …"""
    platform = house_of(request).platform
    if not isinstance(platform, EmbeddedPlatform):
        raise ApiError(409, "no_demo_platform", "现在连接的不是演示平台")
    happened = await asyncio.to_thread(platform.trigger, body.kind, body.subject, body.target_id)
    return HappeningAnswer(happened=happened)


def _level(customer_id: str) -> str:
    level = level_of(customer_id)
    if level is None:
        raise NotFound("没有这个演示客户")
    return level
