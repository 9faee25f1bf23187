"""SQL of readings, and of the messages whose pictures were read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from contracts.conversation import Sender
from service.attachments.models import attachment_readings
from service.conversations.models import attachments, messages


@dataclass(frozen=True)
class ReadingRow:
    attachment_id: str
    text: str
    order_numbers: list[str]
    error_codes: list[str]


def readings(connection: Connection, attachment_ids: Sequence[str]) -> dict[str, ReadingRow]:
    """What is read already, by attachment."""
    t = attachment_readings.c
    query = select(t.attachment_id, t.text, t.order_numbers, t.error_codes).where(t.attachment_id.in_(attachment_ids))
    return {row.attachment_id: ReadingRow(**row._mapping) for row in connection.execute(query)}


def insert_reading(connection: Connection, **values: Any) -> None:
    connection.execute(insert(attachment_readings).values(**values))


def delete_readings(connection: Connection, attachment_ids: Sequence[str]) -> None:
    connection.execute(delete(attachment_readings).where(attachment_readings.c.attachment_id.in_(attachment_ids)))


def unread(connection: Connection, media_types: Sequence[str], since: datetime) -> list[str]:
    """Pictures since then that nobody has read yet, oldest first."""
    query = (
        select(attachments.c.id)
        .outerjoin(attachment_readings, attachment_readings.c.attachment_id == attachments.c.id)
        .where(
            attachments.c.media_type.in_(media_types),
            attachments.c.created_at >= since,
            attachment_readings.c.attachment_id.is_(None),
        )
        .order_by(attachments.c.created_at)
    )
    return list(connection.execute(query).scalars())


def homes(connection: Connection, attachment_ids: Sequence[str]) -> list[str]:
    """The conversations of these, in order; a customer's may be erased while its picture is read."""
    query = select(attachments.c.conversation_id).where(attachments.c.id.in_(attachment_ids)).distinct()
    return sorted(connection.execute(query).scalars())


_LATEST = (
    select(messages.c.text, messages.c.attachments, messages.c.created_at)
    .where(
        messages.c.conversation_id == bindparam("conversation"),
        messages.c.sender == Sender.CUSTOMER.value,
        messages.c.seq < bindparam("seq"),
    )
    .order_by(messages.c.seq.desc())
    .limit(bindparam("limit"))
)


def pictures_before(connection: Connection, conversation_id: str, seq: int, since: datetime, limit: int) -> list[str]:
    """Attachments of the customer's last messages before `seq`, as far as they are pictures without a word."""
    found: list[str] = []
    for row in connection.execute(_LATEST, {"conversation": conversation_id, "seq": seq, "limit": limit}):
        if row.text.strip() or not row.attachments or row.created_at < since:
            break
        found += [a["id"] for a in row.attachments]
    return found


def media_type(connection: Connection, attachment_id: str) -> str | None:
    """What an attachment is, None when there is none."""
    found = connection.execute(select(attachments.c.media_type).where(attachments.c.id == attachment_id)).scalar()
    return None if found is None else str(found)


def tell_messages(connection: Connection, attachment_id: str, text: str) -> None:
    """The message that carries the picture shows its words from now on. Under the lock of its conversation: what is
    known of its other pictures is written again with it."""
    home = select(attachments.c.conversation_id).where(attachments.c.id == attachment_id)
    query = select(messages.c.id, messages.c.attachments).where(
        messages.c.conversation_id == home.scalar_subquery(), messages.c.attachments.is_not(None)
    )
    for row in connection.execute(query).all():
        if any(a["id"] == attachment_id for a in row.attachments):
            told = [{**a, "text": text} if a["id"] == attachment_id else a for a in row.attachments]
            connection.execute(update(messages).where(messages.c.id == row.id).values(attachments=told))
