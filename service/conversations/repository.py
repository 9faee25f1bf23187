"""SQL of conversations: whose they are, how far they are counted, what they are joined to."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from contracts.conversation import Owner
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

# Statements of every turn are built once: building one costs more than running it.
_BY_ID = _CONVERSATION.where(conversations.c.id == bindparam("id"))
_LOCKED_BY_ID = _BY_ID.with_for_update(of=conversations)
_RESERVE = (
    update(conversations)
    .where(conversations.c.id == bindparam("conversation"))
    .values(seq=conversations.c.seq + bindparam("count"), updated_at=bindparam("now"))
    .returning(conversations.c.seq)
)


def _conversation(row: Any) -> ConversationRow:
    values = dict(row._mapping)
    values["owner"] = Owner(values["owner"])
    return ConversationRow(**values)


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


def conversations_of_agent(
    connection: Connection, agent_id: int, since: datetime | None = None
) -> list[ConversationRow]:
    """What an agent has, what changed last first; with `since` only what changed at that moment or later."""
    query = _CONVERSATION.where(conversations.c.agent_id == agent_id, conversations.c.owner == Owner.HUMAN.value)
    if since is not None:
        query = query.where(conversations.c.updated_at >= since)
    return [_conversation(row) for row in connection.execute(query.order_by(conversations.c.updated_at.desc()))]


def ids_of_agent(connection: Connection, agent_id: int) -> list[str]:
    """The same, names only."""
    query = select(conversations.c.id).where(
        conversations.c.agent_id == agent_id, conversations.c.owner == Owner.HUMAN.value
    )
    return list(connection.execute(query.order_by(conversations.c.updated_at.desc())).scalars())
