"""E-mail as a channel: see contract.Channel. A sender's address proves nobody; only a binding makes him a customer."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Sequence

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
    Update,
    UpdateKind,
)
from service.channels.email import rules
from service.channels.email.client import MailServer
from service.channels.exchange import rules as exchange
from service.conversations.service import MessageRow

NAME = "email"
FILE_NAME = "attachment"


class EmailChannel:
    """Implements contract.Channel for one mailbox."""

    name = NAME
    capacity = Capacity(text_bytes=60_000, carries=frozenset(EXTENSIONS), merges=True)

    def __init__(self, address: str, server: MailServer) -> None:
        self._address = address
        self.server = server

    def verify(self, envelope: Envelope) -> bytes:
        """See contract.Channel: refuses what a program sent."""
        if rules.is_automatic(envelope.body, self._address):
            raise Refused("a program sent it")
        return envelope.body

    def parse(self, content: bytes, at: datetime) -> Sequence[Update]:
        """See contract.Channel. A mail without words is its subject."""
        mail = rules.read_mail(content)
        thread = {"subject": mail.subject, "message_id": mail.key if mail.key.startswith("<") else ""}
        return [
            Update(
                channel=NAME,
                external_id=mail.sender,
                key=mail.key,
                kind=UpdateKind.MESSAGE,
                at=at,
                text=mail.text or ("" if mail.pictures else mail.subject),
                media=mail.pictures,
                state={"thread": thread},
            )
        ]

    async def fetch(self, media: Media) -> bytes:
        """See contract.Channel: the picture came with the mail."""
        try:
            return base64.b64decode(media.ref, validate=True)
        except (binascii.Error, ValueError) as error:
            raise MediaGone("no base64") from error

    def degrade(self, messages: Sequence[MessageRow]) -> Sequence[Piece]:
        """See contract.Channel."""
        return exchange.pieces(messages, self.capacity, lambda card: exchange.card_lines(card, exchange.plain_link))

    async def send(self, recipient: Recipient, piece: Piece, key: str, file: File | None) -> Outcome:
        """See contract.Channel."""
        thread = dict(recipient.state.get("thread", {}))
        attached = None
        if file is not None:
            attached = (file.content, file.media_type, f"{FILE_NAME}.{EXTENSIONS[file.media_type]}")
        text = exchange.numbered(piece) or "（见附件）"
        mail = rules.compose(
            self._address, recipient.external_id, text, rules.message_id(key, self._address), thread, attached
        )
        return await self.server.send(mail)

    async def typing(self, external_id: str) -> None:
        """Mails show nobody typing."""

    async def notify(self, recipient: Recipient, notice: Notice, key: str) -> Outcome:
        """See contract.Channel; there is no window that could be closed."""
        return Outcome(Sent.CLOSED, reason="no notices")
