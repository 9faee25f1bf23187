"""The private store of what customers sent: type by content, size limit, random names."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path
from typing import Iterable

import filetype

from contracts.conversation import Attachment
from service.clock import utc_now
from service.conversations import service as conversations
from service.errors import ApiError
from service.house import House

ALLOWED = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif", "video/mp4": "mp4"}
VOICE = {"audio/amr": "amr", "audio/mpeg": "mp3"}
"""What a channel may bring in beside that: a voice message."""
EXTENSIONS = {**ALLOWED, **VOICE}


def path_of(house: House, attachment_id: str) -> Path:
    """Where the file lies, whether or not it exists."""
    folder = house.settings.data_dir / "attachments"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / attachment_id


async def store(house: House, conversation_id: str, content: bytes, *, voice: bool = False) -> Attachment:
    """Keep a picture or short video (or a voice message) of a conversation.

    Raises:
        ApiError: it is too large (413), or of another type (415).
    """
    limit = house.settings.upload_megabytes
    if len(content) > limit * 1024 * 1024:
        raise ApiError(413, "too_large", f"文件超过 {limit} MB，请压缩后再上传")
    kind = filetype.guess(content)
    if kind is None or kind.mime not in (EXTENSIONS if voice else ALLOWED):
        raise ApiError(415, "bad_type", "只支持 JPG、PNG、WebP、GIF 图片和 MP4 视频")
    media_type = str(kind.mime)
    name = uuid.uuid4().hex
    await asyncio.to_thread(path_of(house, name).write_bytes, content)
    await house.database.write(
        lambda c: conversations.insert_attachment(
            c,
            id=name,
            conversation_id=conversation_id,
            media_type=media_type,
            size=len(content),
            created_at=utc_now(),
        )
    )
    return Attachment(name, media_type)


async def read(house: House, attachment_id: str) -> bytes | None:
    """The file's bytes, None when it is gone."""
    path = path_of(house, attachment_id)
    return await asyncio.to_thread(path.read_bytes) if path.exists() else None


async def forget(house: House, attachment_ids: Iterable[str]) -> None:
    """Take the files away; their rows are the caller's."""
    for attachment_id in attachment_ids:
        await asyncio.to_thread(path_of(house, attachment_id).unlink, missing_ok=True)
