"""The private store of what customers sent: type by content, size limit, random names."""

from __future__ import annotations

import asyncio
import logging
import uuid
from pathlib import Path
from typing import Any, Iterable, Sequence

import filetype

from contracts.conversation import Attachment
from service.attachments import client, rules
from service.attachments import service as readings
from service.attachments.client import Infected, NotAPicture
from service.attachments.service import PICTURES
from service.clock import utc_now
from service.conversations import service as conversations
from service.errors import ApiError
from service.house import House

log = logging.getLogger(__name__)

THUMB = ".thumb"
READING_SECONDS = 3.0
"""A message waits no longer for its pictures to be read."""
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
    size = await asyncio.to_thread(_put, house, name, content, media_type)
    await house.database.write(
        lambda c: conversations.insert_attachment(
            c,
            id=name,
            conversation_id=conversation_id,
            media_type=media_type,
            size=size,
            created_at=utc_now(),
        )
    )
    if media_type in PICTURES:
        house.reader.wake(name)
    return Attachment(name, media_type)


def _put(house: House, name: str, content: bytes, media_type: str) -> int:
    """Write the file as it is kept: looked at by the scanner, without metadata, a small form beside it. Returns its
    size in bytes.

    Raises:
        ApiError: the scanner refuses it (422), or it cannot be drawn (415).
    """
    path = path_of(house, name)
    path.write_bytes(content)
    try:
        if house.settings.scan_command:
            client.scan(house.settings.scan_command, path)
        kept = client.without_metadata(content, media_type)
        path.write_bytes(kept)
        if media_type.startswith("image/"):
            path.with_name(name + THUMB).write_bytes(client.thumbnail(kept))
    except Infected as error:
        path.unlink()
        log.warning("upload %s refused: %s", name, error)
        raise ApiError(422, "unsafe_file", "这个文件没有通过安全检查，不能发送") from None
    except NotAPicture as error:
        path.unlink()
        log.info("upload %s cannot be drawn: %s", name, error)
        raise ApiError(415, "bad_picture", "这张图片打不开，请重新截图或拍照后再发") from None
    return len(kept)


def thumb_of(house: House, attachment_id: str) -> Path:
    """Where the small form lies; videos and old uploads have none."""
    return path_of(house, attachment_id).with_name(attachment_id + THUMB)


async def seen_in(house: House, attached: Sequence[Attachment]) -> dict[str, Any]:
    """What a turn is told of its message's pictures, under `seen`; those that are being read are waited for a while."""
    ids = [a.id for a in attached if a.media_type in PICTURES]
    found = await house.reader.of(ids, READING_SECONDS)
    seen = rules.seen([(r.text, r.order_numbers, r.error_codes) for r in found.values()])
    return {"seen": seen} if seen else {}


async def show_words(house: House, attached: Sequence[Attachment]) -> None:
    """Once a message is stored: those who read it see what its pictures say."""
    ids = [a.id for a in attached if a.media_type in PICTURES]
    if ids:
        await house.database.write(lambda c: readings.tell_message(c, ids))


async def read(house: House, attachment_id: str) -> bytes | None:
    """The file's bytes, None when it is gone."""
    path = path_of(house, attachment_id)
    return await asyncio.to_thread(path.read_bytes) if path.exists() else None


async def forget(house: House, attachment_ids: Iterable[str]) -> None:
    """Take the files away; their rows are the caller's."""
    for attachment_id in attachment_ids:
        for path in (path_of(house, attachment_id), thumb_of(house, attachment_id)):
            await asyncio.to_thread(path.unlink, missing_ok=True)
