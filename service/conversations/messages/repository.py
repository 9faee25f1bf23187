"""SQL of messages and the files that came with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Mapping, Sequence

from sqlalchemy import Connection, bindparam, func, insert, select

from contracts.conversation import Sender
from service.conversations.models import attachments, conversations, messages


@dataclass(frozen=True)
class MessageRow:
    id: int
    conversation_id: str
    seq: int
    sender: Sender
    text: str
    source: str | None
    buttons: Sequence[Mapping[str, str]] | None
    card: Mapping[str, Any] | None
    attachments: Sequence[Mapping[str, str]] | None
    context: Mapping[str, Any] | None
    payload: str | None
    client_id: str | None
    turn_id: int | None
    agent_id: int | None
    created_at: datetime


_MESSAGE = select(
    messages.c.id,
    messages.c.conversation_id,
    messages.c.seq,
    messages.c.sender,
    messages.c.text,
    messages.c.source,
    messages.c.buttons,
    messages.c.card,
    messages.c.attachments,
    messages.c.context,
    messages.c.payload,
    messages.c.client_id,
    messages.c.turn_id,
    messages.c.agent_id,
    messages.c.created_at,
)

# Statements of every turn are built once: building one costs more than running it.
_BY_CLIENT_ID = _MESSAGE.where(
    messages.c.conversation_id == bindparam("conversation_id"), messages.c.client_id == bindparam("client_id")
)
_BUTTONS = (
    select(messages.c.buttons)
    .where(messages.c.conversation_id == bindparam("conversation_id"), messages.c.buttons.is_not(None))
    .order_by(messages.c.seq.desc())
    .limit(bindparam("limit"))
)
_INSERT_MESSAGE = insert(messages).returning(messages.c.id)
_INSERT_MESSAGES = insert(messages)


def _message(row: Any) -> MessageRow:
    values = dict(row._mapping)
    values["sender"] = Sender(values["sender"])
    return MessageRow(**values)


def insert_message(connection: Connection, **values: Any) -> int:
    """Add a message row; returns its id."""
    return int(connection.execute(_INSERT_MESSAGE, values).scalar_one())


def insert_messages(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.execute(_INSERT_MESSAGES, list(rows))


def message_by_client_id(connection: Connection, conversation_id: str, client_id: str) -> MessageRow | None:
    row = connection.execute(_BY_CLIENT_ID, {"conversation_id": conversation_id, "client_id": client_id}).first()
    return None if row is None else _message(row)


def messages_after(connection: Connection, conversation_id: str, after_seq: int, limit: int = 200) -> list[MessageRow]:
    """Messages with a higher sequence number, oldest first."""
    query = _MESSAGE.where(messages.c.conversation_id == conversation_id, messages.c.seq > after_seq)
    return [_message(row) for row in connection.execute(query.order_by(messages.c.seq).limit(limit))]


def messages_before(
    connection: Connection, conversation_id: str, before_seq: int | None, limit: int
) -> list[MessageRow]:
    """The last messages with a lower sequence number (None: the newest of all), oldest first."""
    query = _MESSAGE.where(messages.c.conversation_id == conversation_id)
    if before_seq is not None:
        query = query.where(messages.c.seq < before_seq)
    rows = connection.execute(query.order_by(messages.c.seq.desc()).limit(limit)).all()
    return [_message(row) for row in reversed(rows)]


def last_messages(connection: Connection, conversation_id: str, limit: int) -> list[MessageRow]:
    """The newest messages, oldest first."""
    query = _MESSAGE.where(messages.c.conversation_id == conversation_id).order_by(messages.c.seq.desc()).limit(limit)
    return [_message(row) for row in connection.execute(query)][::-1]


def last_messages_of(
    connection: Connection, conversation_ids: Sequence[str], limit: int
) -> dict[str, list[MessageRow]]:
    """The newest messages of each conversation, oldest first, in one query."""
    query = _MESSAGE.join(conversations, conversations.c.id == messages.c.conversation_id).where(
        messages.c.conversation_id.in_(conversation_ids), messages.c.seq > conversations.c.seq - limit
    )
    found: dict[str, list[MessageRow]] = {id: [] for id in conversation_ids}
    for row in connection.execute(query.order_by(messages.c.seq)):
        found[row.conversation_id].append(_message(row))
    return found


def newest_of(connection: Connection, conversation_ids: Sequence[str]) -> dict[str, MessageRow]:
    """The newest message of each conversation, in one query."""
    query = _MESSAGE.join(
        conversations, (conversations.c.id == messages.c.conversation_id) & (conversations.c.seq == messages.c.seq)
    ).where(messages.c.conversation_id.in_(conversation_ids))
    return {row.conversation_id: _message(row) for row in connection.execute(query)}


def messages_of_turn(connection: Connection, turn_id: int) -> list[MessageRow]:
    """The replies that a turn committed, in order."""
    query = _MESSAGE.where(messages.c.turn_id == turn_id, messages.c.sender != Sender.CUSTOMER.value)
    return [_message(row) for row in connection.execute(query.order_by(messages.c.seq))]


def buttons_shown(connection: Connection, conversation_id: str, limit: int) -> list[Sequence[Mapping[str, str]]]:
    """The buttons of the newest messages that had some, newest first."""
    return list(connection.execute(_BUTTONS, {"conversation_id": conversation_id, "limit": limit}).scalars())


def said_by_customer(connection: Connection, conversation_id: str, limit: int) -> list[str]:
    """The customer's newest messages, newest first."""
    query = select(messages.c.text).where(
        messages.c.conversation_id == conversation_id, messages.c.sender == Sender.CUSTOMER.value
    )
    return list(connection.execute(query.order_by(messages.c.seq.desc()).limit(limit)).scalars())


def last_words(connection: Connection, conversation_id: str, since: datetime) -> dict[str, datetime]:
    """When customer and agent wrote last since then, by sender."""
    query = (
        select(messages.c.sender, func.max(messages.c.created_at))
        .where(
            messages.c.conversation_id == conversation_id,
            messages.c.created_at >= since,
            messages.c.sender.in_([Sender.CUSTOMER.value, Sender.AGENT.value]),
        )
        .group_by(messages.c.sender)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def newest_message_id(connection: Connection) -> int:
    """0 before the first message."""
    return int(connection.execute(select(func.max(messages.c.id))).scalar() or 0)


def messages_after_id(connection: Connection, message_id: int, limit: int) -> list[MessageRow]:
    """Messages of all conversations with a larger id, in order."""
    query = _MESSAGE.where(messages.c.id > message_id).order_by(messages.c.id).limit(limit)
    return [_message(row) for row in connection.execute(query)]


def recent_texts(connection: Connection, limit: int) -> list[str]:
    """What customers typed last, each text once, newest first; presses of buttons are not among them."""
    newest = (
        select(messages.c.text, func.max(messages.c.id).label("last"))
        .where(messages.c.sender == Sender.CUSTOMER.value, messages.c.payload.is_(None), messages.c.text != "")
        .group_by(messages.c.text)
        .subquery()
    )
    return list(connection.execute(select(newest.c.text).order_by(newest.c.last.desc()).limit(limit)).scalars())


def count_messages(connection: Connection, conversation_id: str) -> int:
    query = select(func.count()).select_from(messages).where(messages.c.conversation_id == conversation_id)
    return int(connection.execute(query).scalar_one())


def message(connection: Connection, message_id: int) -> MessageRow:
    return _message(connection.execute(_MESSAGE.where(messages.c.id == message_id)).one())


def insert_attachment(connection: Connection, **values: Any) -> None:
    connection.execute(insert(attachments).values(**values))


def attachments_in(connection: Connection, conversation_id: str, ids: Sequence[str]) -> dict[str, str]:
    """Media types of those of `ids` that belong to the conversation."""
    query = select(attachments.c.id, attachments.c.media_type).where(
        attachments.c.conversation_id == conversation_id, attachments.c.id.in_(ids)
    )
    return {row.id: row.media_type for row in connection.execute(query)}


def attachment(connection: Connection, attachment_id: str) -> Any:
    return connection.execute(select(attachments).where(attachments.c.id == attachment_id)).first()
