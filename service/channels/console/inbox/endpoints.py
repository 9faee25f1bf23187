"""An agent's inbox: mentions, whispers, answers to what he asked for."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import Connection

from service.access import allowed
from service.agents.rules import Permission
from service.agents.service import AgentRow
from service.channels.console.inbox.schemas import NoticeList, NoticeShape, NoticesRead
from service.clock import utc_now
from service.house import house_of
from service.inbox import service as inbox
from service.privacy import mask

router = APIRouter(prefix="/api/v1/agents/me", tags=["console"])

Talker = Annotated[AgentRow, Depends(allowed(Permission.CONVERSATIONS))]


@router.get("/notices", response_model=NoticeList)
async def list_notices(request: Request, agent: Talker, limit: Annotated[int, Query(ge=1, le=100)] = 30) -> NoticeList:
    """What the agent should look at, newest first."""
    return await house_of(request).database.read(lambda c: _notices(c, agent, limit))


@router.post("/notices/read", response_model=NoticeList)
async def read_notices(body: NoticesRead, request: Request, agent: Talker) -> NoticeList:
    """The agent has looked at some, or at all."""
    house = house_of(request)

    def work(connection: Connection) -> NoticeList:
        inbox.mark_read(connection, agent.id, body.ids, utc_now())
        return _notices(connection, agent, 30)

    found = await house.database.write(work)
    house.outbox.wake()
    return found


def _notices(connection: Connection, agent: AgentRow, limit: int) -> NoticeList:
    return NoticeList(
        items=[
            NoticeShape(
                id=row.id,
                kind=row.kind,
                conversation_id=row.conversation_id,
                author=row.author,
                text=mask(row.text),
                at=row.at,
                read=row.read_at is not None,
            )
            for row in inbox.notices_of(connection, agent.id, limit)
        ],
        unread=inbox.unread(connection, agent.id),
    )
