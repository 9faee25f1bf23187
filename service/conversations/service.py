"""What can be done with a conversation, inside a unit of work."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Mapping, Sequence

from sqlalchemy import Connection

from contracts.conversation import Attachment, Owner, Reply, Sender
from contracts.errors import NotFound
from service.conversations import repository
from service.conversations.contacts import repository as contacts
from service.conversations.dialogues import repository as dialogues
from service.conversations.messages import repository as messages
from service.conversations.messages.repository import MessageRow
from service.conversations.repository import ConversationRow
from service.delivery import service as delivery

# What other domains may use of this one, beside the functions below.
from service.conversations.contacts.repository import (  # isort: skip
    add_identity as add_identity,
    count_identities as count_identities,
    delete_identity as delete_identity,
    identity_of as identity_of,
    move_identity as move_identity,
    set_customer as set_customer,
)
from service.conversations.dialogues.repository import (  # isort: skip
    DialogueRow as DialogueRow,
    end_open_dialogues as end_open_dialogues,
    insert_dialogue as insert_dialogue,
    open_dialogue as open_dialogue,
    update_dialogue as update_dialogue,
)
from service.conversations.messages.repository import (  # isort: skip
    attachment as attachment,
    attachments_in as attachments_in,
    insert_attachment as insert_attachment,
    insert_message as insert_message,
    last_messages as last_messages,
    last_messages_of as last_messages_of,
    last_words as last_words,
    message as message,
    message_by_client_id as message_by_client_id,
    messages_after as messages_after,
    messages_after_id as messages_after_id,
    messages_before as messages_before,
    messages_of_turn as messages_of_turn,
    newest_message_id as newest_message_id,
    newest_of as newest_of,
    recent_texts as recent_texts,
    said_by_customer as said_by_customer,
)
from service.conversations.repository import (  # isort: skip
    change_owner as change_owner,
    conversation_of_customer as conversation_of_customer,
    conversation_of_identity as conversation_of_identity,
    conversations_of_agent as conversations_of_agent,
    erase_words as erase_words,
    ids_of_agent as ids_of_agent,
    reserve_seqs as reserve_seqs,
    set_second_problem as set_second_problem,
    use_channel as use_channel,
)


class StaleEpoch(Exception):
    """The conversation changed its owner since it was read; what was decided for the old owner is dropped."""


def open_conversation(
    connection: Connection, channel: str, customer_id: str | None, external_id: str | None, now: datetime
) -> ConversationRow:
    """The one conversation of a customer or channel identity, made on first contact."""
    found = None
    if customer_id is not None:
        found = repository.conversation_of_customer(connection, customer_id)
    elif external_id is not None:
        found = repository.conversation_of_identity(connection, channel, external_id)
    if found is None:
        found = repository.create_conversation(connection, channel, customer_id, now)
        if external_id is not None:
            contacts.add_identity(connection, found.contact_id, channel, external_id)
    return found


def require(connection: Connection, conversation_id: str, *, lock: bool = False) -> ConversationRow:
    """The conversation.

    Raises:
        NotFound: there is none with this id.
    """
    found = repository.conversation(connection, conversation_id, lock=lock)
    if found is None:
        raise NotFound("没有这个会话")
    return found


def new_conversation(connection: Connection, channel: str, now: datetime) -> ConversationRow:
    """A contact of its own with its conversation, for an identity that leaves another."""
    return repository.create_conversation(connection, channel, None, now)


def join(connection: Connection, old: ConversationRow, home: ConversationRow, now: datetime) -> int:
    """The conversation of somebody unknown becomes part of his lifelong one; returns what its numbers grew by.

    What is under way in `old` is refused from now on (its epoch changes) and taken up again in `home`. Turns, tickets
    and hand-offs are moved by their own domains.
    """
    offset = repository.reserve_seqs(connection, home.id, old.seq, now) - 1
    if dialogues.open_dialogue(connection, old.id) is not None:
        dialogues.end_open_dialogues(connection, home.id, "closed", now)
    repository.join(connection, old, home, offset)
    repository.change_owner(connection, old.id, Owner.CLOSED, now, None)
    repository.change_owner(connection, home.id, home.owner, now, home.agent_id)
    repository.use_channel(connection, home.id, old.channel)
    return offset


def require_epoch(connection: Connection, conversation_id: str, epoch: int) -> ConversationRow:
    """The conversation under lock, if it still has the owner of `epoch`.

    Raises:
        StaleEpoch: it changed hands.
    """
    found = require(connection, conversation_id, lock=True)
    if found.epoch != epoch:
        raise StaleEpoch(f"conversation {conversation_id}: epoch {epoch} is over, now {found.epoch}")
    return found


def append(
    connection: Connection,
    conversation: ConversationRow,
    replies: Sequence[Reply],
    now: datetime,
    *,
    turn_id: int | None = None,
    agent_id: int | None = None,
    client_id: str | None = None,
    owner: Owner | None = None,
    attachments: Sequence[Attachment] = (),
) -> list[dict[str, Any]]:
    """Write replies with their sequence numbers and announce them; returns the rows that were written.

    `client_id` and `attachments` belong to the first of them.
    """
    first = repository.reserve_seqs(connection, conversation.id, len(replies), now)
    kept = [{"id": a.id, "media_type": a.media_type} for a in attachments] or None
    rows: list[dict[str, Any]] = [
        {
            "conversation_id": conversation.id,
            "seq": first + place,
            "sender": reply.sender.value,
            "text": reply.text,
            "source": reply.source,
            "buttons": [{"title": b.title, "payload": b.payload} for b in reply.buttons] or None,
            "card": dict(reply.card) if reply.card is not None else None,
            "turn_id": turn_id,
            "agent_id": agent_id,
            "client_id": client_id if place == 0 else None,
            "attachments": kept if place == 0 else None,
            "created_at": now,
        }
        for place, reply in enumerate(replies)
    ]
    messages.insert_messages(connection, rows)
    state = owner or conversation.owner
    last = first + len(replies) - 1
    delivery.announce_messages(connection, conversation.id, last, state.value, conversation.channel)
    if agent_id is not None:
        # Where nobody is looking, the app may show that a person answered.
        fact = {"customer_id": conversation.customer_id, "channel": conversation.channel, "seq": last}
        delivery.announce_event(connection, "message.created", f"{conversation.id}:{last}", fact)
    return rows


def say_system(connection: Connection, conversation: ConversationRow, text: str, now: datetime, owner: Owner) -> None:
    """A line from the house itself, such as who took over."""
    append(connection, conversation, [Reply(text=text, sender=Sender.SYSTEM, source="system")], now, owner=owner)


def wire(message: MessageRow) -> dict[str, Any]:
    """A message in the shape that customers and agents get."""
    row = {name: getattr(message, name) for name in ("seq", "text", "created_at", *_OPTIONAL)}
    return wire_row({**row, "sender": message.sender.value})


_OPTIONAL = ("source", "buttons", "card", "attachments", "client_id")


def wire_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """`wire` for a row as it was written."""
    shape = {"seq": row["seq"], "sender": row["sender"], "text": row["text"], "at": row["created_at"].isoformat()}
    shape.update({name: row[name] for name in _OPTIONAL if row.get(name)})
    return shape


def offered_buttons(connection: Connection, conversation_id: str, depth: int = 20) -> list[Mapping[str, Any]]:
    """Buttons that were shown lately, newest message first; `latest` marks those of the newest message."""
    return [
        {"title": button["title"], "payload": button["payload"], "latest": place == 0}
        for place, buttons in enumerate(messages.buttons_shown(connection, conversation_id, depth))
        for button in buttons
    ]
