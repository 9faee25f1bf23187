"""Guests, in whatever channel: a number proven by a code, in the chat or beside it; a guest who logs in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping, Sequence

from sqlalchemy import Connection

from contracts.conversation import InboundMessage, Owner, Reply
from service.callbacks import service as callbacks
from service.channels.binding.service import join
from service.clock import utc_now
from service.conversations import service as conversations
from service.conversations.service import ConversationRow
from service.guests import rules
from service.guests import service as guests
from service.guests.rules import Outcome
from service.house import House
from service.tickets import service as tickets

_SHOWN = 20


@dataclass(frozen=True)
class Heard:
    """What a message about a code led to. `conversation_id` is another one when the guest was recognised."""

    conversation_id: str
    seq: int
    messages: Sequence[Mapping[str, Any]]
    state: str


@dataclass(frozen=True)
class Proof:
    """How a code fared; `conversation` is the one that the number belongs to."""

    outcome: Outcome
    conversation: ConversationRow
    replies: Sequence[Reply]
    tickets: Sequence[Mapping[str, Any]] = ()
    left: int = 0


async def hear(house: House, inbound: InboundMessage) -> Heard | None:
    """The answer when a guest's message is about proving his number; None: it is for the assistant.

    A code is veiled before anything is stored; nothing of it reaches the router, the transcript or a log.
    """
    code, phone = rules.code_in(inbound.text), rules.phone_in(inbound.text)
    again = inbound.payload == rules.RESEND or rules.wants_again(inbound.text)
    if inbound.attachments or not (code or phone or again):
        return None
    now = utc_now()

    def work(connection: Connection) -> Heard | None:
        conversation = conversations.require(connection, inbound.conversation_id, lock=True)
        if conversation.customer_id is not None:
            return None
        known = conversations.message_by_client_id(connection, conversation.id, inbound.client_id)
        if known is not None:
            return _repeated(connection, conversation, known.seq) if known.turn_id is None else None
        pending = guests.pending(connection, conversation.id, now)
        if code is not None and pending is not None:
            proof = prove(house, connection, conversation, None, code)
            return _stored(connection, proof.conversation, inbound, rules.veiled(inbound.text), proof.replies)
        if again and pending is not None:
            replies = ask(house, connection, conversation, pending.phone)
        elif phone is not None and _unasked(connection, conversation):
            replies = ask(house, connection, conversation, phone)
        else:
            return None
        return _stored(connection, conversation, inbound, inbound.text, replies)

    heard = await house.database.write(work)
    if heard is not None:
        house.outbox.wake()
        if heard.conversation_id != inbound.conversation_id:
            house.hub.publish(inbound.conversation_id, {"type": "moved"})
    return heard


def ask(house: House, connection: Connection, conversation: ConversationRow, phone: str) -> list[Reply]:
    """A code for `phone`, or why not now."""
    asked = guests.ask_code(connection, conversation, phone, utc_now())
    if asked.sent:
        return [guests.code_sent(phone, house.replies.say)]
    return [Reply(house.replies.say("guest_code_wait", wait=_spell(asked.wait)), source=guests.SOURCE)]


def prove(house: House, connection: Connection, conversation: ConversationRow, phone: str | None, code: str) -> Proof:
    """Judge a code. A right one makes the number the guest's: he is led to what he filed under it before."""
    say, now = house.replies.say, utc_now()
    outcome, row = guests.check(connection, conversation.id, phone, code, house.settings.secret, now)
    if outcome is not Outcome.RIGHT or row is None:
        left = guests.tries_left(row) if row is not None else 0
        text = say(f"guest_code_{outcome.value}", left=left)
        buttons = guests.code_sent(row.phone, say).buttons if row is not None else ()
        return Proof(outcome, conversation, [Reply(text, source=guests.SOURCE, buttons=buttons)], left=left)
    guests.note_proof(connection, conversation, row.phone, say, now)
    stolen = guests.stolen_here(connection, conversation)
    home = guests.home_of(connection, conversation, row.phone)
    if home is not None:
        guests.follow(connection, conversation.id, home.id)
        conversation = join(connection, conversation.id, home.id, now)
    replies = [guests.welcome(connection, conversation, row.phone, say)]
    if stolen is not None:
        replies.append(guests.freeze(connection, conversation, row.phone, stolen, say))
    mine = [
        {"number": t.number, "category": t.category, "status": t.status.value, "due_at": t.due_at.isoformat()}
        for t in tickets.open_of(connection, conversation.id)[:_SHOWN]
    ]
    return Proof(outcome, conversation, replies, mine)


def identify(connection: Connection, guest_id: str, customer_id: str, channel: str) -> ConversationRow:
    """A guest has logged in: what he said and filed becomes part of the customer's lifelong conversation."""
    now = utc_now()
    guest = conversations.require(connection, guest_id, lock=True)
    home = conversations.conversation_of_customer(connection, customer_id)
    if guest.customer_id is not None:
        # Joined to a customer before: that one's, or somebody else's, in which case nothing is taken along.
        return home or conversations.open_conversation(connection, channel, customer_id, None, now)
    phone = guests.phone_of(connection, guest.contact_id)
    if phone is not None:
        # Whoever proves the number later is a guest again and must not be led to the account's conversation.
        conversations.delete_identity(connection, guests.PHONE, phone)
    if home is None:
        conversations.set_customer(connection, guest.contact_id, customer_id)
        mine = conversations.require(connection, guest.id)
        tickets.move_to(connection, guest.id, mine)
        return mine
    guests.follow(connection, guest.id, home.id)
    return join(connection, guest.id, home.id, now)


def _unasked(connection: Connection, conversation: ConversationRow) -> bool:
    """Whether a bare number answers nobody's question: a form's, an agent's, or who is to be called."""
    if conversation.owner is Owner.HUMAN or callbacks.asks_number(connection, conversation.id):
        return False
    dialogue = conversations.open_dialogue(connection, conversation.id)
    return dialogue is None or dialogue.requested_slot is None


def _stored(
    connection: Connection, conversation: ConversationRow, inbound: InboundMessage, text: str, replies: Sequence[Reply]
) -> Heard:
    """The customer's message as it may be kept, and the answer under it."""
    now = utc_now()
    if conversation.owner is Owner.CLOSED:
        conversations.change_owner(connection, conversation.id, Owner.BOT, now, None)
        conversation = conversations.require(connection, conversation.id)
    # The earlier conversation that he was led to may know the id from another device.
    taken = conversations.message_by_client_id(connection, conversation.id, inbound.client_id)
    seq = conversations.reserve_seqs(connection, conversation.id, 1, now)
    conversations.insert_message(
        connection,
        conversation_id=conversation.id,
        seq=seq,
        sender="customer",
        text=text,
        payload=None,
        client_id=None if taken is not None else inbound.client_id,
        channel=inbound.channel,
        context=None,
        attachments=None,
        created_at=now,
    )
    rows = conversations.append(connection, conversation, replies, now)
    return Heard(conversation.id, seq, [conversations.wire_row(r) for r in rows], conversation.owner.value)


def _repeated(connection: Connection, conversation: ConversationRow, seq: int) -> Heard:
    """The answer that the same message got before."""
    replies = []
    for message in conversations.messages_after(connection, conversation.id, seq, _SHOWN):
        if message.sender.value == "customer" or message.source != guests.SOURCE:
            break
        replies.append(conversations.wire(message))
    return Heard(conversation.id, seq, replies, conversation.owner.value)


def _spell(seconds: int) -> str:
    return f"{seconds} 秒" if seconds < 120 else f"{round(seconds / 60)} 分钟"
