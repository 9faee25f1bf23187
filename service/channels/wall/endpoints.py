"""The live wall of supervisors."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from service.access import allowed
from service.agents.rules import Permission
from service.agents.service import AgentRow
from service.channels.wall import service
from service.channels.wall.schemas import WallAnswer
from service.clock import utc_now
from service.house import house_of

router = APIRouter(prefix="/api/v1", tags=["people"])

Supervisor = Annotated[AgentRow, Depends(allowed(Permission.SUPERVISE))]


@router.get("/wall", response_model=WallAnswer)
async def wall(request: Request, _agent: Supervisor) -> WallAnswer:
    """The live wall: who waits, who works, what is late, and how today went."""
    return await service.wall(house_of(request), utc_now())
