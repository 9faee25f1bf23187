"""SQL of contacts, conversations, messages and dialogues."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Mapping, Sequence

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from contracts.conversation import Owner, Sender
from service.conversations.models import attachments, channel_identities, contacts, conversations, dialogues, messages


@dataclass(frozen=True)
class ConversationRow:
    id: str
    contact_id: str
    customer_id: str | None
    owner: Owner
    epoch: int
    seq: int
    channel: str
    agent_id: int | None
    second_problem: str | None
    created_at: datetime
    updated_at: datetime
    joined_to: str | None = None


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


@dataclass(frozen=True)
class DialogueRow:
    id: int
    problem: str
    snapshot: Sequence[Mapping[str, Any]]
    active_loop: str | None
    requested_slot: str | None
    question: Mapping[str, Any] | None
    slots: Mapping[str, Any]
    opened_at: datetime
    updated_at: datetime


_CONVERSATION = select(
    conversations.c.id,
    conversations.c.contact_id,
    contacts.c.customer_id,
    conversations.c.owner,
    conversations.c.epoch,
    conversations.c.seq,
    conversations.c.channel,
    conversations.c.agent_id,
    conversations.c.second_problem,
    conversations.c.created_at,
    conversations.c.updated_at,
    conversations.c.joined_to,
).join(contacts, contacts.c.id == conversations.c.contact_id)

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
_BY_ID = _CONVERSATION.where(conversations.c.id == bindparam("id"))
_LOCKED_BY_ID = _BY_ID.with_for_update(of=conversations)
_BY_CLIENT_ID = _MESSAGE.where(
    messages.c.conversation_id == bindparam("conversation_id"), messages.c.client_id == bindparam("client_id")
)
_BUTTONS = (
    select(messages.c.buttons)
    .where(messages.c.conversation_id == bindparam("conversation_id"), messages.c.buttons.is_not(None))
    .order_by(messages.c.seq.desc())
    .limit(bindparam("limit"))
)
_RESERVE = (
    update(conversations)
    .where(conversations.c.id == bindparam("conversation"))
    .values(seq=conversations.c.seq + bindparam("count"), updated_at=bindparam("now"))
    .returning(conversations.c.seq)
)
_INSERT_MESSAGE = insert(messages).returning(messages.c.id)
_INSERT_MESSAGES = insert(messages)
_OPEN_DIALOGUE = (
    select(
        dialogues.c.id,
        dialogues.c.problem,
        dialogues.c.snapshot,
        dialogues.c.active_loop,
        dialogues.c.requested_slot,
        dialogues.c.question,
        dialogues.c.slots,
        dialogues.c.opened_at,
        dialogues.c.updated_at,
    )
    .where(dialogues.c.conversation_id == bindparam("conversation_id"), dialogues.c.outcome.is_(None))
    .order_by(dialogues.c.id.desc())
    .limit(1)
)


def _conversation(row: Any) -> ConversationRow:
    values = dict(row._mapping)
    values["owner"] = Owner(values["owner"])
    return ConversationRow(**values)


def _message(row: Any) -> MessageRow:
    values = dict(row._mapping)
    values["sender"] = Sender(values["sender"])
    return MessageRow(**values)


def conversation(connection: Connection, conversation_id: str, *, lock: bool = False) -> ConversationRow | None:
    """The conversation, or the one it was joined to; `lock` holds its row until the unit of work ends."""
    row = connection.execute(_LOCKED_BY_ID if lock else _BY_ID, {"id": conversation_id}).first()
    if row is not None and row.joined_to is not None:
        return conversation(connection, row.joined_to, lock=lock)
    return None if row is None else _conversation(row)


def conversation_of_customer(connection: Connection, customer_id: str) -> ConversationRow | None:
    row = connection.execute(_CONVERSATION.where(contacts.c.customer_id == customer_id)).first()
    return None if row is None else _conversation(row)


def conversation_of_identity(connection: Connection, channel: str, external_id: str) -> ConversationRow | None:
    query = _CONVERSATION.join(channel_identities, channel_identities.c.contact_id == contacts.c.id).where(
        channel_identities.c.channel == channel, channel_identities.c.external_id == external_id
    )
    row = connection.execute(query).first()
    return None if row is None else _conversation(row)


def create_conversation(
    connection: Connection, channel: str, customer_id: str | None, now: datetime
) -> ConversationRow:
    """A new contact with its one conversation, owned by the assistant."""
    contact_id, conversation_id = uuid.uuid4().hex, uuid.uuid4().hex
    connection.execute(insert(contacts).values(id=contact_id, customer_id=customer_id, created_at=now))
    connection.execute(
        insert(conversations).values(
            id=conversation_id,
            contact_id=contact_id,
            owner=Owner.BOT.value,
            epoch=0,
            seq=0,
            channel=channel,
            created_at=now,
            updated_at=now,
        )
    )
    created = conversation(connection, conversation_id)
    assert created is not None
    return created


def add_identity(connection: Connection, contact_id: str, channel: str, external_id: str) -> None:
    connection.execute(
        insert(channel_identities).values(contact_id=contact_id, channel=channel, external_id=external_id)
    )


def identity_of(connection: Connection, contact_id: str, channel: str) -> str | None:
    """The contact's newest name in a channel, None when it has none there."""
    query = select(channel_identities.c.external_id).where(
        channel_identities.c.contact_id == contact_id, channel_identities.c.channel == channel
    )
    found = connection.execute(query.order_by(channel_identities.c.id.desc())).scalars().first()
    return None if found is None else str(found)


def move_identity(connection: Connection, channel: str, external_id: str, contact_id: str) -> None:
    """The identity belongs to another contact from now on."""
    connection.execute(
        update(channel_identities)
        .where(channel_identities.c.channel == channel, channel_identities.c.external_id == external_id)
        .values(contact_id=contact_id)
    )


def delete_identity(connection: Connection, channel: str, external_id: str) -> None:
    connection.execute(
        delete(channel_identities).where(
            channel_identities.c.channel == channel, channel_identities.c.external_id == external_id
        )
    )


def count_identities(connection: Connection, contact_id: str) -> int:
    query = select(func.count()).select_from(channel_identities).where(channel_identities.c.contact_id == contact_id)
    return int(connection.execute(query).scalar_one())


def set_customer(connection: Connection, contact_id: str, customer_id: str) -> None:
    connection.execute(update(contacts).where(contacts.c.id == contact_id).values(customer_id=customer_id))


def join(connection: Connection, old: ConversationRow, home: ConversationRow, offset: int) -> None:
    """Messages, dialogues, files and identities of `old` become those of `home`; sequence numbers grow by `offset`."""
    there = select(messages.c.client_id).where(messages.c.conversation_id == home.id, messages.c.client_id.is_not(None))
    mine = messages.c.conversation_id == old.id
    connection.execute(update(messages).where(mine, messages.c.client_id.in_(there)).values(client_id=None))
    connection.execute(update(messages).where(mine).values(conversation_id=home.id, seq=messages.c.seq + offset))
    for table in (dialogues, attachments):
        connection.execute(update(table).where(table.c.conversation_id == old.id).values(conversation_id=home.id))
    connection.execute(
        update(channel_identities)
        .where(channel_identities.c.contact_id == old.contact_id)
        .values(contact_id=home.contact_id)
    )
    connection.execute(update(conversations).where(conversations.c.id == old.id).values(joined_to=home.id))


def erase_words(connection: Connection, conversation_id: str) -> list[str]:
    """Take away what was said, sent and filled in; the ids of files that must go, too."""
    connection.execute(
        update(messages)
        .where(messages.c.conversation_id == conversation_id)
        .values(text="", context=None, payload=None, attachments=None, buttons=None, card=None)
    )
    connection.execute(delete(dialogues).where(dialogues.c.conversation_id == conversation_id))
    gone = connection.execute(
        delete(attachments).where(attachments.c.conversation_id == conversation_id).returning(attachments.c.id)
    )
    return list(gone.scalars())


def reserve_seqs(connection: Connection, conversation_id: str, count: int, now: datetime) -> int:
    """Take `count` sequence numbers under the row's lock; returns the first."""
    last = connection.execute(_RESERVE, {"conversation": conversation_id, "count": count, "now": now}).scalar_one()
    return int(last) - count + 1


def change_owner(
    connection: Connection, conversation_id: str, owner: Owner, now: datetime, agent_id: int | None
) -> None:
    """A new owner, and with it a new epoch: what was decided for the old one no longer lands."""
    connection.execute(
        update(conversations)
        .where(conversations.c.id == conversation_id)
        .values(owner=owner.value, epoch=conversations.c.epoch + 1, agent_id=agent_id, updated_at=now)
    )


def use_channel(connection: Connection, conversation_id: str, channel: str) -> None:
    """The channel the customer writes in now; what is for him goes there."""
    connection.execute(update(conversations).where(conversations.c.id == conversation_id).values(channel=channel))


def set_second_problem(connection: Connection, conversation_id: str, label: str | None) -> None:
    connection.execute(update(conversations).where(conversations.c.id == conversation_id).values(second_problem=label))


def conversations_of_agent(connection: Connection, agent_id: int) -> list[ConversationRow]:
    query = _CONVERSATION.where(conversations.c.agent_id == agent_id, conversations.c.owner == Owner.HUMAN.value)
    return [_conversation(row) for row in connection.execute(query.order_by(conversations.c.updated_at.desc()))]


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


def last_messages(connection: Connection, conversation_id: str, limit: int) -> list[MessageRow]:
    """The newest messages, oldest first."""
    query = _MESSAGE.where(messages.c.conversation_id == conversation_id).order_by(messages.c.seq.desc()).limit(limit)
    return [_message(row) for row in connection.execute(query)][::-1]


def messages_of_turn(connection: Connection, turn_id: int) -> list[MessageRow]:
    """The replies that a turn committed, in order."""
    query = _MESSAGE.where(messages.c.turn_id == turn_id, messages.c.sender != Sender.CUSTOMER.value)
    return [_message(row) for row in connection.execute(query.order_by(messages.c.seq))]


def buttons_shown(connection: Connection, conversation_id: str, limit: int) -> list[Sequence[Mapping[str, str]]]:
    """The buttons of the newest messages that had some, newest first."""
    return list(connection.execute(_BUTTONS, {"conversation_id": conversation_id, "limit": limit}).scalars())


def open_dialogue(connection: Connection, conversation_id: str) -> DialogueRow | None:
    """The dialogue that is going on, if any."""
    row = connection.execute(_OPEN_DIALOGUE, {"conversation_id": conversation_id}).first()
    return None if row is None else DialogueRow(**row._mapping)


def insert_dialogue(connection: Connection, **values: Any) -> None:
    connection.execute(insert(dialogues).values(**values))


def update_dialogue(connection: Connection, dialogue_id: int, **values: Any) -> None:
    connection.execute(update(dialogues).where(dialogues.c.id == dialogue_id).values(**values))


def end_open_dialogues(connection: Connection, conversation_id: str, outcome: str, now: datetime) -> None:
    connection.execute(
        update(dialogues)
        .where(dialogues.c.conversation_id == conversation_id, dialogues.c.outcome.is_(None))
        .values(outcome=outcome, updated_at=now)
    )


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
