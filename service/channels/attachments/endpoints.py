"""Uploads of customers: type by content, size limit, random name, never served inline."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, UploadFile
from fastapi.responses import Response
from pydantic import BaseModel
from sqlalchemy import Connection

from contracts.errors import NotFound
from service.access import allowed, current_session
from service.agents import service as agents
from service.agents.rules import Permission
from service.agents.service import AgentRow
from service.attachments import rules as links
from service.attachments.service import THUMB, VIDEOS, place
from service.channels.attachments import service as attachments
from service.channels.widget.schemas import UploadAnswer
from service.clock import utc_now
from service.conversations import service as conversations
from service.customers.service import Session
from service.errors import ApiError
from service.house import House, house_of
from service.storage.endpoints import file_response
from service.storage.service import Missing

router = APIRouter(prefix="/api/v1/attachments", tags=["attachments"])
own = APIRouter(prefix="/api/v1/widget/attachments", tags=["widget"])

SessionOf = Annotated[Session, Depends(current_session)]
Variant = Literal["whole", "thumb"]


class LinkAnswer(BaseModel):
    """Addresses that work without a token until `expires_at`; `thumb_url` is null where there is no small form."""

    url: str
    thumb_url: str | None
    expires_at: datetime


@router.post("", response_model=UploadAnswer, status_code=201)
async def upload(
    file: UploadFile, request: Request, session: Annotated[Session, Depends(current_session)]
) -> UploadAnswer:
    """Store a picture or short video; its id goes into a message's `attachments`."""
    house = house_of(request)
    house.limits.require(house.limits.customer, session.conversation_id)
    content = await file.read(attachments.most_bytes(house) + 1)
    stored = await attachments.store(house, session.conversation_id, content)
    size = await attachments.size_of(house, stored.id)
    return UploadAnswer(id=stored.id, media_type=stored.media_type, size=size)


@router.get("/{attachment_id}/file", response_class=Response)
async def linked(
    attachment_id: str,
    request: Request,
    expires: Annotated[int, Query(ge=0)],
    signature: Annotated[str, Query(max_length=128)],
    variant: Variant = "whole",
) -> Response:
    """What a signed link points to."""
    house = house_of(request)
    if not links.is_signed(house.settings.secret, attachment_id, variant, expires, signature, utc_now()):
        raise ApiError(403, "bad_link", "链接已失效，请重新打开")
    row = await house.database.read(lambda c: conversations.attachment(c, attachment_id))
    return await _file(house, request, row, variant)


@own.get("/{attachment_id}", response_class=Response)
async def whole(attachment_id: str, request: Request, session: SessionOf) -> Response:
    """A picture or video of the customer's own conversation."""
    return await _file(house_of(request), request, await _own(request, session, attachment_id), "whole")


@own.get("/{attachment_id}/thumb", response_class=Response)
async def thumb(attachment_id: str, request: Request, session: SessionOf) -> Response:
    """Its small form; the picture itself where there is none."""
    return await _file(house_of(request), request, await _own(request, session, attachment_id), "thumb")


@own.post("/{attachment_id}/link", response_model=LinkAnswer)
async def link(attachment_id: str, request: Request, session: SessionOf) -> LinkAnswer:
    """Addresses for where no token can be sent along, good for a quarter of an hour."""
    house = house_of(request)
    await _own(request, session, attachment_id)
    expires = int((utc_now() + links.LINK_LIFE).timestamp())

    def address(variant: Variant) -> str:
        signature = links.sign(house.settings.secret, attachment_id, variant, expires)
        where = f"{house.settings.public_url.rstrip('/')}{router.prefix}/{attachment_id}/file"
        return f"{where}?variant={variant}&expires={expires}&signature={signature}"

    small = await house.storage.exists(place(attachment_id) + THUMB)
    return LinkAnswer(
        url=address("whole"),
        thumb_url=address("thumb") if small else None,
        expires_at=datetime.fromtimestamp(expires, timezone.utc),
    )


@router.get("/{attachment_id}")
async def download(
    attachment_id: str, request: Request, agent: Annotated[AgentRow, Depends(allowed(Permission.CONVERSATIONS))]
) -> Response:
    """An attachment for an agent, as a download; looking at it is audited."""
    house = house_of(request)
    row = await house.database.read(lambda c: conversations.attachment(c, attachment_id))
    if row is None or not await house.storage.exists(place(attachment_id)):
        raise NotFound("没有这个附件")
    await house.database.write(
        lambda c: agents.audit(c, agent.username, "attachment.read", attachment_id, {}, utc_now())
    )
    name = f"{attachment_id}.{attachments.EXTENSIONS[row.media_type]}"
    return await file_response(house.storage, place(attachment_id), request, "application/octet-stream", {}, name)


async def _own(request: Request, session: Session, attachment_id: str) -> Any:
    """The row of an attachment of this conversation.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    house = house_of(request)

    def work(connection: Connection) -> Any:
        row = conversations.attachment(connection, attachment_id)
        mine = conversations.require(connection, session.conversation_id)
        return row if row is not None and row.conversation_id == mine.id else None

    found = await house.database.read(work)
    if found is None:
        raise NotFound("没有这个附件")
    return found


async def _file(house: House, request: Request, row: Any, variant: Variant) -> Response:
    """The file for its owner: never run or shown as a page of ours.

    Raises:
        NotFound: it is gone, or a video that has no small form (yet).
    """
    if row is None:
        raise NotFound("没有这个附件")
    name, media_type = place(row.id), row.media_type
    if variant == "thumb":
        small = await house.storage.exists(name + THUMB)
        if not small and media_type in VIDEOS:
            raise NotFound("这段视频没有预览图")
        name, media_type = (name + THUMB, "image/jpeg") if small else (name, media_type)
    headers = {
        "Cache-Control": "private, max-age=86400",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
    }
    filename = f"{row.id}.{attachments.EXTENSIONS[media_type]}"
    try:
        return await file_response(house.storage, name, request, media_type, headers, filename)
    except Missing:
        raise NotFound("没有这个附件") from None
