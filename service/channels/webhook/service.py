"""A channel for whatever speaks JSON over HTTP and can sign: see contract.Channel and the shapes beside this file."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from typing import Any, Sequence

from pydantic import ValidationError

from service.channels.attachments.service import EXTENSIONS
from service.channels.contract import (
    Capacity,
    Envelope,
    File,
    Media,
    MediaGone,
    Notice,
    Outcome,
    Piece,
    Recipient,
    Refused,
    Sent,
    Unreadable,
    Update,
    UpdateKind,
)
from service.channels.exchange import rules as exchange
from service.channels.outgoing.client import SignedPost
from service.channels.platform.rules import SIGNATURE_HEADER, TIMESTAMP_HEADER, problem
from service.channels.webhook.schemas import UpdateShape
from service.conversations.service import MessageRow
from service.settings import Settings

NAME = "webhook"
_KNOWN_ALREADY, _BUSY = 409, 429
_GONE = frozenset({404, 410})


class WebhookChannel:
    """Implements contract.Channel; the other side deduplicates by the event id, so that a doubt is sent again."""

    name = NAME
    capacity = Capacity(text_bytes=16_000, carries=frozenset(EXTENSIONS), merges=False)

    def __init__(self, settings: Settings, post: SignedPost) -> None:
        self._settings, self._post = settings, post

    def verify(self, envelope: Envelope) -> bytes:
        """See contract.Channel."""
        headers = envelope.headers
        why = problem(
            self._settings.webhook_secret,
            headers.get(TIMESTAMP_HEADER.lower()),
            headers.get(SIGNATURE_HEADER.lower()),
            envelope.body,
            envelope.received_at.timestamp(),
        )
        if why is not None:
            raise Refused(why)
        return envelope.body

    def parse(self, content: bytes, at: datetime) -> Sequence[Update]:
        """See contract.Channel."""
        try:
            shape = UpdateShape.model_validate_json(content)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            raise Unreadable(f"{'.'.join(str(p) for p in first['loc'])}: {first['msg']}") from None
        kind = {"follow": UpdateKind.FOLLOW, "unfollow": UpdateKind.UNFOLLOW}.get(shape.event, UpdateKind.MESSAGE)
        return [
            Update(
                channel=NAME,
                external_id=shape.user,
                key=shape.id,
                kind=kind,
                at=at,
                text=exchange.cleaned(shape.text),
                choice=shape.choice,
                media=tuple(Media(p.kind, p.content) for p in shape.pictures),
                location=shape.location.model_dump(exclude_none=True) if shape.location is not None else None,
            )
        ]

    async def fetch(self, media: Media) -> bytes:
        """See contract.Channel: the picture came with the message."""
        try:
            return base64.b64decode(media.ref, validate=True)
        except (binascii.Error, ValueError) as error:
            raise MediaGone("no base64") from error

    def degrade(self, messages: Sequence[MessageRow]) -> Sequence[Piece]:
        """See contract.Channel."""
        return exchange.pieces(messages, self.capacity, lambda card: exchange.card_lines(card, exchange.plain_link))

    async def send(self, recipient: Recipient, piece: Piece, key: str, file: File | None) -> Outcome:
        """See contract.Channel."""
        message: dict[str, Any] = {
            "text": piece.text,
            "choices": [{"title": c.title, "ref": c.ref} for c in piece.choices],
        }
        if file is not None:
            message |= {"picture": base64.b64encode(file.content).decode(), "media_type": file.media_type}
        return await self._out({"event": "message", "user": recipient.external_id, "message": message}, key)

    async def typing(self, external_id: str) -> None:
        """Nobody waits here with his eyes on the screen."""

    async def notify(self, recipient: Recipient, notice: Notice, key: str) -> Outcome:
        """See contract.Channel; there is no window that could be closed."""
        return Outcome(Sent.CLOSED, reason="no notices")

    async def _out(self, body: dict[str, Any], key: str) -> Outcome:
        if not self._settings.webhook_reply_url:
            return Outcome(Sent.CLOSED, reason="no reply address")
        content = json.dumps({"id": key, **body}, ensure_ascii=False).encode()
        answer = await self._post.send(self._settings.webhook_reply_url, self._settings.webhook_secret, content, key)
        code = answer.status or None
        if answer.done or answer.status == _KNOWN_ALREADY:
            return Outcome(Sent.DONE, code)
        if answer.status in _GONE:
            return Outcome(Sent.GONE, code, answer.words)
        if answer.status == _BUSY:
            return Outcome(Sent.AGAIN, code, answer.words, retry_after=answer.retry_after or 5.0)
        if 400 <= answer.status < 500:
            return Outcome(Sent.REFUSED, code, answer.words)
        return Outcome(Sent.AGAIN, code, answer.words)
