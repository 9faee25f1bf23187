"""The running conversation: pages of messages, files from the agent, colleagues to mention."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, UploadFile
from sqlalchemy import Connection

from service.access import allowed
from service.agents import service as agents
from service.agents.rules import Permission, may
from service.agents.service import AgentRow
from service.channels.attachments import service as attachments
from service.channels.console import service as console
from service.channels.console.talk import service as talk
from service.channels.console.talk.schemas import ColleagueList, ColleagueShape, TalkAnswer
from service.channels.widget.schemas import UploadAnswer
from service.handoff import service as handoff
from service.house import house_of

router = APIRouter(prefix="/api/v1", tags=["console"])

Talker = Annotated[AgentRow, Depends(allowed(Permission.CONVERSATIONS))]


@router.get("/conversations/{conversation_id}/messages", response_model=TalkAnswer, response_model_exclude_none=True)
async def page(
    conversation_id: str,
    request: Request,
    agent: Talker,
    after_seq: Annotated[int | None, Query(ge=0)] = None,
    before_seq: Annotated[int | None, Query(ge=1)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
) -> TalkAnswer:
    """Messages after a number (how the console follows), or the page before one (how it goes back)."""
    house = house_of(request)
    found = await house.database.read(
        lambda c: talk.page(house, c, conversation_id, agent, after_seq, before_seq, limit)
    )
    await console.looked_at(house, conversation_id, agent)
    return found


@router.post("/conversations/{conversation_id}/attachments", response_model=UploadAnswer, status_code=201)
async def upload(conversation_id: str, file: UploadFile, request: Request, agent: Talker) -> UploadAnswer:
    """Store a picture or short video for the customer of a conversation that the agent has; its id goes into a
    message's `attachments`."""
    house = house_of(request)
    house.limits.require(house.limits.customer, f"agent:{agent.id}")
    home = await house.database.read(lambda c: handoff.require_owned(c, conversation_id, agent).id)
    content = await file.read(attachments.most_bytes(house) + 1)
    stored = await attachments.store(house, home, content)
    size = await attachments.size_of(house, stored.id)
    return UploadAnswer(id=stored.id, media_type=stored.media_type, size=size)


@router.get("/colleagues", response_model=ColleagueList)
async def colleagues(request: Request, _agent: Talker) -> ColleagueList:
    """Who else talks to customers: to be mentioned, or given a conversation."""

    def work(connection: Connection) -> ColleagueList:
        return ColleagueList(
            items=[
                ColleagueShape(
                    id=row.id,
                    username=row.username,
                    number=row.number,
                    role=row.role.value,
                    department=row.department,
                    presence=row.presence,
                )
                for row in agents.all_agents(connection)
                if row.active and may(row.role, Permission.CONVERSATIONS)
            ]
        )

    return await house_of(request).database.read(work)
