"""Before a conversation is closed: what the agent most probably writes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from service.access import allowed
from service.agents.rules import Permission
from service.agents.service import AgentRow
from service.channels.console.wrapup import service as wrapup
from service.channels.console.wrapup.schemas import WrapUpGuess
from service.house import house_of

router = APIRouter(prefix="/api/v1", tags=["console"])


@router.get("/conversations/{conversation_id}/wrap-up", response_model=WrapUpGuess)
async def guess(
    conversation_id: str, request: Request, _agent: Annotated[AgentRow, Depends(allowed(Permission.CONVERSATIONS))]
) -> WrapUpGuess:
    """A wrap-up to confirm or change; it is stored with `POST /conversations/{id}/close`."""
    house = house_of(request)
    return await house.database.read(lambda c: wrapup.guess(house, c, conversation_id))
