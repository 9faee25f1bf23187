"""Pictures of a ticket for those who work on it: the customer's, and what they took on the spot themselves."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response, UploadFile
from sqlalchemy import Connection

from contracts.errors import NotFound
from service.access import allowed
from service.agents import service as agents
from service.agents.rules import Permission
from service.agents.service import AgentRow
from service.attachments.service import place
from service.channels.attachments import service as attachments
from service.channels.tickets import service as shapes
from service.channels.tickets.desk.endpoints import worked
from service.channels.tickets.schemas import TicketDetail
from service.clock import utc_now
from service.errors import ApiError
from service.house import house_of
from service.storage.endpoints import file_response
from service.tickets.desk import service as desk
from service.tickets.service import TicketRow

router = APIRouter(prefix="/api/v1/tickets", tags=["tickets"])

Worker = Annotated[AgentRow, Depends(allowed(Permission.TICKETS_WORK))]
_MOST_FILES = 30


@router.post("/{number}/attachments", response_model=TicketDetail, status_code=201)
async def upload(
    number: str,
    file: UploadFile,
    request: Request,
    agent: Worker,
    text: Annotated[str, Form(max_length=500)] = "",
    shared: Annotated[bool, Form(description="the customer gets it, too")] = False,
) -> TicketDetail:
    """Add a picture or short video to the ticket."""
    house = house_of(request)

    def look(connection: Connection) -> TicketRow:
        row = shapes.require(connection, number, agent)
        if len(shapes.files(connection, row)) >= _MOST_FILES:
            raise ApiError(409, "too_many", f"一张工单最多 {_MOST_FILES} 个附件")
        return row

    row = await house.database.read(look)
    if row.conversation_id is None:
        raise ApiError(409, "wrong_status", "这是群发故障的总工单，照片请放到具体客户的工单里")
    content = await file.read(attachments.most_bytes(house) + 1)
    stored = await attachments.store(house, row.conversation_id, content)
    return await worked(
        request,
        agent,
        number,
        "photo",
        lambda c, now: desk.photo(c, number, agent, stored, text.strip(), shared, now),
        attachment=stored.id,
        shared=shared,
    )


@router.get("/{number}/attachments/{attachment_id}", response_class=Response)
async def download(number: str, attachment_id: str, request: Request, agent: Worker) -> Response:
    """A picture of a ticket that the agent may see, as a download; looking at it is audited."""
    house = house_of(request)

    def look(connection: Connection) -> str | None:
        row = shapes.require(connection, number, agent)
        return next((f.media_type for f in shapes.files(connection, row) if f.id == attachment_id), None)

    media_type = await house.database.read(look)
    if media_type is None or not await house.storage.exists(place(attachment_id)):
        raise NotFound("没有这个附件")
    await house.database.write(
        lambda c: agents.audit(c, agent.username, "attachment.read", attachment_id, {"ticket": number}, utc_now())
    )
    name = f"{attachment_id}.{attachments.EXTENSIONS[media_type]}"
    return await file_response(house.storage, place(attachment_id), request, "application/octet-stream", {}, name)
