"""Uploads of customers: type by content, size limit, random name, never served inline."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path
from typing import Annotated

import filetype
from fastapi import APIRouter, Depends, Request, UploadFile
from fastapi.responses import FileResponse

from contracts.errors import NotFound
from service.access import allowed, current_session
from service.agents import service as agents
from service.agents.rules import Permission
from service.agents.service import AgentRow
from service.channels.widget.schemas import UploadAnswer
from service.clock import utc_now
from service.conversations import service as conversations
from service.customers.service import Session
from service.errors import ApiError
from service.house import House, house_of

router = APIRouter(prefix="/api/v1/attachments", tags=["attachments"])

ALLOWED = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif", "video/mp4": "mp4"}


def _folder(house: House) -> Path:
    folder = house.settings.data_dir / "attachments"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@router.post("", response_model=UploadAnswer, status_code=201)
async def upload(
    file: UploadFile, request: Request, session: Annotated[Session, Depends(current_session)]
) -> UploadAnswer:
    """Store a picture or short video; its id goes into a message's `attachments`."""
    house = house_of(request)
    house.limits.require(house.limits.customer, session.conversation_id)
    limit = house.settings.upload_megabytes * 1024 * 1024
    content = await file.read(limit + 1)
    if len(content) > limit:
        raise ApiError(413, "too_large", f"文件超过 {house.settings.upload_megabytes} MB，请压缩后再上传")
    kind = filetype.guess(content)
    if kind is None or kind.mime not in ALLOWED:
        raise ApiError(415, "bad_type", "只支持 JPG、PNG、WebP、GIF 图片和 MP4 视频")
    media_type = kind.mime
    name = uuid.uuid4().hex
    await asyncio.to_thread((_folder(house) / name).write_bytes, content)
    await house.database.write(
        lambda c: conversations.insert_attachment(
            c,
            id=name,
            conversation_id=session.conversation_id,
            media_type=media_type,
            size=len(content),
            created_at=utc_now(),
        )
    )
    return UploadAnswer(id=name, media_type=media_type, size=len(content))


@router.get("/{attachment_id}")
async def download(
    attachment_id: str, request: Request, agent: Annotated[AgentRow, Depends(allowed(Permission.CONVERSATIONS))]
) -> FileResponse:
    """An attachment for an agent, as a download; looking at it is audited."""
    house = house_of(request)
    row = await house.database.read(lambda c: conversations.attachment(c, attachment_id))
    path = _folder(house) / attachment_id
    if row is None or not path.exists():
        raise NotFound("没有这个附件")
    await house.database.write(
        lambda c: agents.audit(c, agent.username, "attachment.read", attachment_id, {}, utc_now())
    )
    name = f"{attachment_id}.{ALLOWED[row.media_type]}"
    return FileResponse(path, media_type="application/octet-stream", filename=name)
