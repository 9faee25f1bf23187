"""The private store of what customers sent: type by content, size limit, random names."""

from __future__ import annotations

import asyncio
import logging
import uuid
from typing import Any, Mapping, Sequence

import filetype

from contracts.conversation import Attachment
from service.attachments import client, rules
from service.attachments import service as readings
from service.attachments.client import Infected, NotAPicture
from service.attachments.service import PICTURES, THUMB, VIDEOS, place
from service.attachments.video import rules as video
from service.channels.contract import File
from service.clock import utc_now
from service.conversations import service as conversations
from service.errors import ApiError
from service.house import House
from service.storage.service import Missing

log = logging.getLogger(__name__)

READING_SECONDS = 3.0
"""A message waits no longer for its pictures to be read."""
ALLOWED = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/gif": "gif",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
}
VOICE = {"audio/amr": "amr", "audio/mpeg": "mp3"}
"""What a channel may bring in beside that: a voice message."""
EXTENSIONS = {**ALLOWED, **VOICE}


def most_bytes(house: House) -> int:
    """No upload is larger than this, whatever it is."""
    return max(house.settings.upload_megabytes, house.settings.video_megabytes) * 1024 * 1024


async def store(house: House, conversation_id: str, content: bytes, *, voice: bool = False) -> Attachment:
    """Keep a picture or short video (or a voice message) of a conversation.

    Raises:
        ApiError: it is too large or too long (413), of another type or cannot be drawn (415), or the scanner refuses
            it (422).
        StorageUnavailable: the store does not answer.
    """
    # In a thread: a file decides itself how much there is to look through.
    media_type = await asyncio.to_thread(checked, house, content, EXTENSIONS if voice else ALLOWED)
    name = uuid.uuid4().hex
    kept, small = await asyncio.to_thread(_prepared, house, name, content, media_type)
    await house.storage.put(place(name), kept, media_type)
    if small is not None:
        await house.storage.put(place(name) + THUMB, small, "image/jpeg")
    await house.database.write(
        lambda c: conversations.insert_attachment(
            c,
            id=name,
            conversation_id=conversation_id,
            media_type=media_type,
            size=len(kept),
            created_at=utc_now(),
        )
    )
    if media_type in (*PICTURES, *VIDEOS):
        house.reader.wake(name)
    return Attachment(name, media_type)


def checked(house: House, content: bytes, allowed: Mapping[str, str]) -> str:
    """The type of a file, by its content.

    Raises:
        ApiError: it is too large or too long (413), of another type or cannot be played (415).
    """
    settings = house.settings
    kind = filetype.guess(content[:8192])
    media_type = str(kind.mime) if kind is not None else ""
    limit = settings.video_megabytes if media_type in VIDEOS else settings.upload_megabytes
    if len(content) > limit * 1024 * 1024:
        raise ApiError(413, "too_large", f"文件超过 {limit} MB，请压缩后再上传")
    if media_type not in allowed:
        raise ApiError(415, "bad_type", "只支持 JPG、PNG、WebP、GIF 图片和 MP4、MOV 视频")
    try:
        lasts = video.seconds(content) if media_type in VIDEOS else None
    except video.TooMany as error:
        log.info("upload cannot be played: %s", error)
        raise _bad_video() from None
    if lasts is not None and lasts > settings.video_seconds + 1:
        raise ApiError(413, "too_long", f"视频超过 {settings.video_seconds} 秒，请截取关键的一段再发")
    return media_type


async def prepared(house: House, content: bytes, media_type: str) -> bytes:
    """A file that everybody may see, as it is kept: see `_prepared`."""
    return (await asyncio.to_thread(_prepared, house, "media", content, media_type))[0]


def _prepared(house: House, name: str, content: bytes, media_type: str) -> tuple[bytes, bytes | None]:
    """The file as it is kept: looked at by the scanner, without metadata; and its small form, where it has one.

    Raises:
        ApiError: the scanner refuses it (422), or it cannot be drawn (415).
    """
    try:
        client.scan(content, house.settings.scan_command, house.settings.scan_address)
        kept = client.without_metadata(content, media_type)
        return kept, client.thumbnail(kept) if media_type.startswith("image/") else None
    except Infected as error:
        log.warning("upload %s refused: %s", name, error)
        raise ApiError(422, "unsafe_file", "这个文件没有通过安全检查，不能发送") from None
    except NotAPicture as error:
        log.info("upload %s cannot be drawn: %s", name, error)
        if media_type in VIDEOS:
            raise _bad_video() from None
        raise ApiError(415, "bad_picture", "这张图片打不开，请重新截图或拍照后再发") from None


def _bad_video() -> ApiError:
    return ApiError(415, "bad_video", "这段视频打不开，请重新拍摄后再发")


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


async def size_of(house: House, attachment_id: str) -> int:
    """Bytes of the file as it is kept, 0 when it is gone."""
    return await house.storage.size(place(attachment_id)) or 0


async def whole(house: House, attachment_id: str) -> File | None:
    """The file with its small form, None when it is gone.

    Raises:
        StorageUnavailable: the store does not answer.
    """
    row = await house.database.read(lambda c: conversations.attachment(c, attachment_id))
    if row is None:
        return None
    try:
        content = await house.storage.get(place(attachment_id))
    except Missing:
        return None
    try:
        small = await house.storage.get(place(attachment_id) + THUMB)
    except Missing:
        small = None
    return File(content, row.media_type, small)


class Eraser:
    """The outbox' handler that takes files away; the store may be down for a while, the outbox tries again."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def erase(self, attachment_id: str, _payload: Mapping[str, Any]) -> None:
        """Take the file and its small form away.

        Raises:
            StorageUnavailable: the store does not answer.
        """
        for name in (place(attachment_id), place(attachment_id) + THUMB):
            await self._house.storage.delete(name)
