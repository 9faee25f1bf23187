"""What can be done for a guest, inside a unit of work: a code for his number, its proof, his account frozen.

A guest is who is not logged in, or whose account is in a thief's hands: he sees nothing of any account, whatever
number he proves. What he proves is kept as an identity of his contact, so that the same number finds the same tickets
from any device.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Callable, Sequence

from sqlalchemy import Connection

from contracts.conversation import Button, Reply
from contracts.effects import AddToTicket, Effect, FileTicket
from service.agents import service as agents
from service.conversations import service as conversations
from service.conversations.service import ConversationRow
from service.delivery import service as delivery
from service.guests import repository, rules
from service.guests.rules import Outcome
from service.tickets import service as tickets

# What other domains may use of this one, beside the functions below.
from service.guests.repository import (  # isort: skip
    CodeRow as CodeRow,
    code as code,
    follow as follow,
)

CODE, FREEZE = "guest_code", "guest_freeze"
"""Topics of the outbox: a code to be sent, an account to be frozen."""
SOURCE = "guest"
ACTOR = "guest"

PHONE = "phone"
"""The channel of an identity that is a proven number."""

Say = Callable[..., str]
"""Gives the text of a key of replies.yml."""


@dataclass(frozen=True)
class Asked:
    """Whether a code is on its way; otherwise how many seconds to wait."""

    sent: bool
    wait: int = 0


def phone_of(connection: Connection, contact_id: str) -> str | None:
    """The number that this contact proved last."""
    return conversations.identity_of(connection, contact_id, PHONE)


def ask_code(connection: Connection, conversation: ConversationRow, phone: str, now: datetime) -> Asked:
    """Have a code sent to `phone`, unless too many were asked for with this number or in this conversation."""
    repository.forget_codes(connection, now - timedelta(days=2))
    asked = repository.asked_since(connection, phone, conversation.id, now - timedelta(days=1))
    wait = rules.seconds_to_wait(asked, now)
    if wait > 0:
        return Asked(False, wait)
    code_id = repository.insert_code(
        connection,
        conversation_id=conversation.id,
        phone=phone,
        salt=secrets.token_hex(16),
        asked_at=now,
        expires_at=now + rules.CODE_LIFE,
        tries=0,
        used_at=None,
    )
    delivery.put(connection, CODE, conversation.id, {"code_id": code_id})
    return Asked(True)


def pending(connection: Connection, conversation_id: str, now: datetime) -> CodeRow | None:
    """The code that six digits in this conversation are taken for."""
    return repository.newest_code(connection, conversation_id, now - rules.REMEMBERED)


def check(
    connection: Connection, conversation_id: str, phone: str | None, given: str, secret: str, now: datetime
) -> tuple[Outcome, CodeRow | None]:
    """Judge a code (for `phone`, or the number asked for last) and count the try; a right one is used up."""
    row = repository.newest_code(connection, conversation_id, now - rules.REMEMBERED, phone)
    if row is None:
        return Outcome.NONE, None
    outcome = rules.judge(rules.code_of(secret, row.salt, row.phone), given, row.tries, row.expires_at, now)
    if outcome is Outcome.WRONG:
        repository.count_try(connection, row.id)
        return (Outcome.SPENT if row.tries + 1 >= rules.MAX_TRIES else outcome), row
    if outcome is Outcome.RIGHT and not repository.use_code(connection, row.id, now):
        return Outcome.NONE, None
    return outcome, row


def tries_left(row: CodeRow) -> int:
    """After one more wrong try."""
    return max(0, rules.MAX_TRIES - row.tries - 1)


def home_of(connection: Connection, conversation: ConversationRow, phone: str) -> ConversationRow | None:
    """The guest's earlier conversation under this number, to which the present one belongs; None: keep this one.

    The number is this contact's from now on. One that went to a customer's account with a log-in comes back to the
    guest, without anything of the account.
    """
    known = conversations.conversation_of_identity(connection, PHONE, phone)
    if known is None:
        conversations.add_identity(connection, conversation.contact_id, PHONE, phone)
        return None
    if known.id == conversation.id:
        return None
    if known.customer_id is not None:
        conversations.move_identity(connection, PHONE, phone, conversation.contact_id)
        return None
    return known


def note_proof(connection: Connection, conversation: ConversationRow, phone: str, say: Say, now: datetime) -> None:
    """The handlers of what he filed here may rely on the number; who has it to freeze an account, has it frozen."""
    agents.audit(connection, ACTOR, "guest.phone_proven", conversation.id, {"phone": rules.masked(phone)}, now)
    for ticket in tickets.open_of(connection, conversation.id):
        note = AddToTicket(ticket.number, "info", say("guest_note_proven", phone=phone))
        tickets.add(connection, conversation, note, now)


def stolen_here(connection: Connection, conversation: ConversationRow) -> str | None:
    """The open ticket of this conversation for which the account of a proven number is frozen."""
    mine = tickets.open_of(connection, conversation.id)
    return next((t.number for t in mine if t.category in rules.CRITICAL), None)


def welcome(connection: Connection, conversation: ConversationRow, phone: str, say: Say) -> Reply:
    """The number is proven: what it finds."""
    mine = tickets.open_of(connection, conversation.id)
    if not mine:
        return Reply(say("guest_proven", phone=rules.masked(phone)), source=SOURCE)
    numbers = "、".join(t.number for t in mine[:3])
    text = say("guest_proven_tickets", phone=rules.masked(phone), numbers=numbers)
    return Reply(text, source=SOURCE, buttons=(Button(say("button_progress"), "intent:ticket_progress"),))


def freeze(connection: Connection, conversation: ConversationRow, phone: str, number: str, say: Say) -> Reply:
    """Have the account of a proven number frozen, after this unit of work."""
    delivery.put(connection, FREEZE, conversation.id, {"phone": phone, "ticket": number})
    return Reply(say("guest_freezing", phone=rules.masked(phone)), source=SOURCE)


def after_filing(
    connection: Connection, conversation: ConversationRow, effects: Sequence[Effect], say: Say, now: datetime
) -> list[Reply]:
    """What follows when a guest's tickets are filed: his number is to be proven, a stolen account frozen."""
    filed = [e for e in effects if isinstance(e, FileTicket)]
    if conversation.customer_id is not None or not filed:
        return []
    known = phone_of(connection, conversation.contact_id)
    given = next((str(e.details["phone"]) for e in filed if e.details.get("phone")), None)
    stolen = next((e for e in filed if e.category in rules.CRITICAL), None)
    if stolen is not None and known is not None:
        return [freeze(connection, conversation, known, stolen.number, say)]
    if given is None or given == known or rules.phone_in(given) is None:
        return []
    if not ask_code(connection, conversation, given, now).sent:
        return []
    return [code_sent(given, say)]


def code_sent(phone: str, say: Say) -> Reply:
    """Where the code went and what to do with it."""
    again = Button(say("button_resend"), rules.RESEND)
    return Reply(say("guest_code_sent", phone=rules.masked(phone)), source=SOURCE, buttons=(again,))


def frozen(
    connection: Connection, conversation_id: str, number: str, phone: str, done: bool | None, say: Say, now: datetime
) -> None:
    """What became of freezing: done, refused (False), or no account under this number (None)."""
    conversation = conversations.require(connection, conversation_id, lock=True)
    key = {True: "guest_frozen", False: "guest_not_frozen", None: "guest_no_account"}[done]
    text = say(key, phone=rules.masked(phone), number=number)
    tickets.add(connection, conversation, AddToTicket(number, "info", text), now)
    agents.audit(connection, ACTOR, "guest.freeze", number, {"phone": rules.masked(phone), "done": done}, now)
    conversations.append(connection, conversation, [Reply(text, source=SOURCE)], now)
