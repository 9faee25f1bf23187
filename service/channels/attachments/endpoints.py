"""Uploads of customers: type by content, size limit, random name, never served inline."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, UploadFile
from fastapi.responses import FileResponse
from pydantic import BaseModel
from sqlalchemy import Connection

from contracts.errors import NotFound
from service.access import allowed, current_session
from service.agents import service as agents
from service.agents.rules import Permission
from service.agents.service import AgentRow
from service.attachments import rules as links
from service.channels.attachments import service as attachments
from service.channels.widget.schemas import UploadAnswer
from service.clock import utc_now
from service.conversations import service as conversations
from service.customers.service import Session
from service.errors import ApiError
from service.house import House, house_of

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
    content = await file.read(house.settings.upload_megabytes * 1024 * 1024 + 1)
    stored = await attachments.store(house, session.conversation_id, content)
    size = attachments.path_of(house, stored.id).stat().st_size
    return UploadAnswer(id=stored.id, media_type=stored.media_type, size=size)


@router.get("/{attachment_id}/file", response_class=FileResponse)
async def linked(
    attachment_id: str,
    request: Request,
    expires: Annotated[int, Query(ge=0)],
    signature: Annotated[str, Query(max_length=128)],
    variant: Variant = "whole",
) -> FileResponse:
    """What a signed link points to."""
    house = house_of(request)
    if not links.is_signed(house.settings.secret, attachment_id, variant, expires, signature, utc_now()):
        raise ApiError(403, "bad_link", "链接已失效，请重新打开")
    row = await house.database.read(lambda c: conversations.attachment(c, attachment_id))
    return _file(house, row, variant)


@own.get("/{attachment_id}", response_class=FileResponse)
async def whole(attachment_id: str, request: Request, session: SessionOf) -> FileResponse:
    """A picture or video of the customer's own conversation."""
    return _file(house_of(request), await _own(request, session, attachment_id), "whole")


@own.get("/{attachment_id}/thumb", response_class=FileResponse)
async def thumb(attachment_id: str, request: Request, session: SessionOf) -> FileResponse:
    """Its small form; the picture itself where there is none."""
    return _file(house_of(request), await _own(request, session, attachment_id), "thumb")


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

    small = attachments.thumb_of(house, attachment_id).exists()
    return LinkAnswer(
        url=address("whole"),
        thumb_url=address("thumb") if small else None,
        expires_at=datetime.fromtimestamp(expires, timezone.utc),
    )


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


def _file(house: House, row: Any, variant: Variant) -> FileResponse:
    """The file for its owner: never run or shown as a page of ours.

    Raises:
        NotFound: it is gone.
    """
    path = attachments.path_of(house, row.id) if row is not None else None
    if row is None or path is None or not path.exists():
        raise NotFound("没有这个附件")
    media_type = row.media_type
    small = attachments.thumb_of(house, row.id)
    if variant == "thumb" and small.exists():
        path, media_type = small, "image/jpeg"
    name = f"{row.id}.{attachments.EXTENSIONS[media_type]}"
    headers = {
        "Cache-Control": "private, max-age=86400",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
    }
    return FileResponse(path, media_type=media_type, filename=name, headers=headers)
