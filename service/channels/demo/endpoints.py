"""The demo shop front's own endpoint: it plays the part of the app that signs its user's token."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from contracts.errors import NotFound
from service.clock import utc_now
from service.gateways.fuel_platform.demo_data import LEVELS, level_of
from service.house import house_of

router = APIRouter(prefix="/api/v1/demo", tags=["demo"])


class TokenRequest(BaseModel):
    customer_id: str = Field(max_length=64)


class TokenAnswer(BaseModel):
    token: str
    level_title: str


@router.post("/customer-token", response_model=TokenAnswer)
async def customer_token(body: TokenRequest, request: Request) -> TokenAnswer:
    """A signed token for a demo customer; only demo customers, and only while YOUBAN_DEMO is on."""
    level = level_of(body.customer_id)
    if level is None:
        raise NotFound("没有这个演示客户")
    token = house_of(request).tokens.customer_token(body.customer_id, utc_now())
    return TokenAnswer(token=token, level_title=LEVELS[level])
