"""Uploads of customers: type by content, size limit, random name, never served inline."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, UploadFile
from fastapi.responses import FileResponse

from contracts.errors import NotFound
from service.access import allowed, current_session
from service.agents import service as agents
from service.agents.rules import Permission
from service.agents.service import AgentRow
from service.channels.attachments import service as attachments
from service.channels.widget.schemas import UploadAnswer
from service.clock import utc_now
from service.conversations import service as conversations
from service.customers.service import Session
from service.house import house_of

router = APIRouter(prefix="/api/v1/attachments", tags=["attachments"])


@router.post("", response_model=UploadAnswer, status_code=201)
async def upload(
    file: UploadFile, request: Request, session: Annotated[Session, Depends(current_session)]
) -> UploadAnswer:
    """Store a picture or short video; its id goes into a message's `attachments`."""
    house = house_of(request)
    house.limits.require(house.limits.customer, session.conversation_id)
    content = await file.read(house.settings.upload_megabytes * 1024 * 1024 + 1)
    stored = await attachments.store(house, session.conversation_id, content)
    return UploadAnswer(id=stored.id, media_type=stored.media_type, size=len(content))


@router.get("/{attachment_id}")
async def download(
    attachment_id: str, request: Request, agent: Annotated[AgentRow, Depends(allowed(Permission.CONVERSATIONS))]
) -> FileResponse:
    """An attachment for an agent, as a download; looking at it is audited."""
    house = house_of(request)
    row = await house.database.read(lambda c: conversations.attachment(c, attachment_id))
    path = attachments.path_of(house, attachment_id)
    if row is None or not path.exists():
        raise NotFound("没有这个附件")
    await house.database.write(
        lambda c: agents.audit(c, agent.username, "attachment.read", attachment_id, {}, utc_now())
    )
    name = f"{attachment_id}.{attachments.EXTENSIONS[row.media_type]}"
    return FileResponse(path, media_type="application/octet-stream", filename=name)
