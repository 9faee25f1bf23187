"""Customers who asked to be called: the list, taking one, its number, and how each call went."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from service.access import allowed
from service.agents.rules import Permission
from service.agents.service import AgentRow
from service.callbacks import service as callbacks
from service.callbacks.desk import service as desk
from service.callbacks.desk.service import CallbackRow
from service.callbacks.rules import Attempt
from service.channels.callbacks import service as listing
from service.channels.callbacks.schemas import (
    AttemptRequest,
    CallbackCount,
    CallbackList,
    CallbackShape,
    RevealAnswer,
)
from service.clock import CHINA, utc_now
from service.errors import ApiError
from service.house import house_of

router = APIRouter(prefix="/api/v1/callbacks", tags=["callbacks"])

Talker = Annotated[AgentRow, Depends(allowed(Permission.CONVERSATIONS))]
Revealer = Annotated[AgentRow, Depends(allowed(Permission.REVEAL))]


@router.get("", response_model=CallbackList)
async def list_callbacks(request: Request, _agent: Talker, over: Annotated[bool, Query()] = False) -> CallbackList:
    """Who is to be called, the most pressing first; `over=true`: what ended in the last seven days."""
    return await listing.listed(house_of(request), over=over, now=utc_now())


@router.get("/count", response_model=CallbackCount)
async def count(request: Request, _agent: Talker) -> CallbackCount:
    """How many are promised, and how many of them are to be called by now."""
    promised, due = await house_of(request).database.read(lambda c: callbacks.count(c, utc_now()))
    return CallbackCount(open=promised, due=due)


@router.post("/{callback_id}/take", response_model=CallbackShape)
async def take(callback_id: int, request: Request, agent: Talker) -> CallbackShape:
    """Take a callback; 409 when another agent has it."""
    row = await house_of(request).database.write(lambda c: desk.take(c, callback_id, agent, utc_now()))
    return await _answer(request, row)


@router.post("/{callback_id}/release", response_model=CallbackShape)
async def release(callback_id: int, request: Request, agent: Talker) -> CallbackShape:
    """Give a callback back, for a colleague."""
    row = await house_of(request).database.write(lambda c: desk.give_back(c, callback_id, agent, utc_now()))
    return await _answer(request, row)


@router.post("/{callback_id}/reveal", response_model=RevealAnswer)
async def reveal(callback_id: int, request: Request, agent: Revealer) -> RevealAnswer:
    """The number in full, for who took the callback; audited."""
    phone = await house_of(request).database.write(lambda c: desk.reveal(c, callback_id, agent, utc_now()))
    return RevealAnswer(phone=phone)


@router.post("/{callback_id}/attempts", response_model=CallbackShape)
async def attempt(callback_id: int, body: AttemptRequest, request: Request, agent: Talker) -> CallbackShape:
    """How a call went; the customer is told what follows."""
    wanted = body.next_at
    if wanted is not None and wanted.tzinfo is None:
        wanted = wanted.replace(tzinfo=CHINA)
    try:
        row = await house_of(request).database.write(
            lambda c: desk.attempt(c, callback_id, agent, Attempt(body.outcome), body.note.strip(), wanted, utc_now())
        )
    except ValueError as error:
        raise ApiError(422, "bad_time", str(error)) from error
    return await _answer(request, row)


async def _answer(request: Request, row: CallbackRow) -> CallbackShape:
    house = house_of(request)
    house.outbox.wake()
    return (await listing.shapes(house, [row], utc_now()))[0]
