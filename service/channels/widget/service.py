"""What the widget reads of a conversation, and what it may bring in."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from contracts.conversation import Attachment
from service.conversations import service as conversations
from service.errors import ApiError
from service.house import House
from service.tickets import service as tickets

PAGE = 200
MOST_SEQ = 2**31 - 1
BACK_PAGE = 60
"""What is read backwards comes in smaller pages: the first of them is what a phone waits for."""


async def after(house: House, conversation_id: str, seq: int) -> tuple[list[dict[str, Any]], str, bool]:
    """The messages after a number as they are read now, the owner, and whether there are more."""

    def work(connection: Connection) -> tuple[list[dict[str, Any]], str, bool]:
        rows = conversations.messages_after(connection, conversation_id, seq, PAGE + 1)
        owner = conversations.require(connection, conversation_id).owner
        # What was said stays as it was; a ticket's card shows the ticket as it is now.
        shown = tickets.cards(connection, [conversations.wire(row) for row in rows[:PAGE]])
        return shown, owner.value, len(rows) > PAGE

    return await house.database.read(work)


async def before(house: House, conversation_id: str, seq: int | None) -> tuple[list[dict[str, Any]], str, bool]:
    """The last messages before a number (None: the newest of all), oldest first; whether there are older ones."""

    def work(connection: Connection) -> tuple[list[dict[str, Any]], str, bool]:
        rows = conversations.messages_before(connection, conversation_id, seq, BACK_PAGE + 1)
        owner = conversations.require(connection, conversation_id).owner
        shown = tickets.cards(connection, [conversations.wire(row) for row in rows[-BACK_PAGE:]])
        return shown, owner.value, len(rows) > BACK_PAGE

    return await house.database.read(work)


async def attachments(house: House, conversation_id: str, ids: list[str]) -> tuple[Attachment, ...]:
    """The uploads that a message names.

    Raises:
        ApiError: one of them was not uploaded in this conversation (422).
    """
    if not ids:
        return ()
    known = await house.database.read(lambda c: conversations.attachments_in(c, conversation_id, ids))
    missing = [i for i in ids if i not in known]
    if missing:
        raise ApiError(422, "unknown_attachment", "有图片没有上传成功，请重新上传后再发送")
    return tuple(Attachment(i, known[i]) for i in ids)


def clean(text: str) -> str:
    """Without characters that no store or reader can keep: lone surrogates, NUL and other control characters."""
    kept = text.encode("utf-8", "ignore").decode("utf-8")
    return "".join(c for c in kept if c >= " " or c in "\n\t").replace("\x7f", "").strip()
