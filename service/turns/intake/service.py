"""A message comes in: stored under its number, its turn opened and claimed; inside a unit of work."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Mapping

from sqlalchemy import Connection

from contracts.conversation import Attachment, InboundMessage, Owner
from contracts.decision import Kind
from intent_router.escalation import TurnSignal
from service.answers.service import OpenDialogue, Situation
from service.attachments import service as pictures
from service.conversations import service as conversations
from service.conversations.service import ConversationRow, DialogueRow, MessageRow
from service.delivery import service as delivery
from service.guests import service as guests
from service.turns import repository

REMEMBERED_TURNS = 8


@dataclass(frozen=True)
class TurnInput:
    """A turn as it was claimed, with the situation it must be answered in."""

    attempt: int
    epoch: int
    situation: Situation


@dataclass(frozen=True)
class Accepted:
    """A stored message. `turn_id` is None when a person answers it, `turn_input` the claim that came with it."""

    conversation_id: str
    seq: int
    turn_id: int | None
    finished: bool = False
    turn_input: TurnInput | None = None


class Intake:
    """Stores messages and opens what is needed to answer them.

    Args:
        lease: seconds a claimed turn may take before another attempt may have it.
        message_limit: characters of a message that are looked at; the rest is kept, not read.
    """

    def __init__(self, lease: float, message_limit: int) -> None:
        self._lease = lease
        self._message_limit = message_limit

    def accept(self, connection: Connection, inbound: InboundMessage, now: datetime) -> Accepted:
        """The message under its sequence number, with its turn claimed unless another of the conversation runs.

        Raises:
            NotFound: there is no such conversation.
        """
        conversation = conversations.require(connection, inbound.conversation_id, lock=True)
        known = conversations.message_by_client_id(connection, conversation.id, inbound.client_id)
        if known is not None:
            return self._known(connection, known)
        if conversation.channel != inbound.channel:
            conversations.use_channel(connection, conversation.id, inbound.channel)
            conversation = replace(conversation, channel=inbound.channel)
        if conversation.owner is Owner.CLOSED:
            conversations.change_owner(connection, conversation.id, Owner.BOT, now, None)
            conversation = conversations.require(connection, conversation.id)
        seq = conversations.reserve_seqs(connection, conversation.id, 1, now)
        blocked = repository.has_unfinished(connection, conversation.id)
        message_id = conversations.insert_message(
            connection,
            conversation_id=conversation.id,
            seq=seq,
            sender="customer",
            text=inbound.text,
            payload=inbound.payload,
            client_id=inbound.client_id,
            channel=inbound.channel,
            context=dict(inbound.context) or None,
            attachments=[{"id": a.id, "media_type": a.media_type} for a in inbound.attachments] or None,
            created_at=now,
        )
        if conversation.owner in (Owner.HUMAN, Owner.QUEUED):
            # Somebody may be looking at it; otherwise the turn's own announcement is enough.
            delivery.announce_messages(connection, conversation.id, seq, conversation.owner.value)
        if conversation.owner is Owner.HUMAN:
            return Accepted(conversation.id, seq, None)
        turn_id = repository.insert_turn(
            connection,
            conversation_id=conversation.id,
            message_id=message_id,
            seq=seq,
            status="pending" if blocked else "running",
            attempt=0 if blocked else 1,
            epoch=conversation.epoch,
            lease_until=time.time() + self._lease,
            created_at=now,
        )
        claimed = None
        if not blocked:
            claimed = self._input(connection, turn_id, 1, conversation, inbound, seq, now)
        return Accepted(conversation.id, seq, turn_id, turn_input=claimed)

    def _known(self, connection: Connection, message: MessageRow) -> Accepted:
        turn = repository.turn_of_message(connection, message.id)
        if turn is None:
            return Accepted(message.conversation_id, message.seq, None)
        finished = turn.status not in repository.UNFINISHED
        return Accepted(message.conversation_id, message.seq, turn.id, finished=finished)

    def claim(self, connection: Connection, turn_id: int, now: datetime) -> TurnInput | None:
        """The turn under a lease of its own; None when it is finished, taken, or a person answers now."""
        turn = repository.turn(connection, turn_id)
        if turn is None or turn.status not in repository.UNFINISHED:
            return None
        conversation = conversations.require(connection, turn.conversation_id, lock=True)
        stamp = time.time()
        attempt = repository.claim(connection, turn_id, stamp, stamp + self._lease, conversation.epoch)
        if attempt is None:
            return None
        if conversation.owner is Owner.HUMAN:
            repository.finish(connection, turn_id, attempt, status="to_human", finished_at=now)
            return None
        message = conversations.message(connection, turn.message_id)
        return self._input(connection, turn_id, attempt, conversation, message, message.seq, now)

    def _input(
        self,
        connection: Connection,
        turn_id: int,
        attempt: int,
        conversation: ConversationRow,
        message: InboundMessage | MessageRow,
        seq: int,
        now: datetime,
    ) -> TurnInput:
        dialogue = conversations.open_dialogue(connection, conversation.id)
        context = dict(message.context or {})
        if dialogue is None and message.text.strip() and not message.attachments and message.payload is None:
            shown = pictures.shown_before(connection, conversation.id, seq, now)
            context |= {"seen": shown} if shown else {}
        situation = Situation(
            turn_id=turn_id,
            attempt=attempt,
            conversation_id=conversation.id,
            customer_id=conversation.customer_id,
            owner=conversation.owner,
            text=message.text[: self._message_limit],
            payload=message.payload,
            attachments=tuple(_attachment_id(a) for a in message.attachments or ()),
            channel=conversation.channel,
            context=context,
            dialogue=_open(dialogue) if dialogue is not None else None,
            offered=[*_menu(message), *conversations.offered_buttons(connection, conversation.id)],
            signals=tuple(
                TurnSignal(label, feeling, guard, outcome, kind != Kind.CLARIFY.value)
                for label, feeling, guard, outcome, kind in repository.signals(
                    connection, conversation.id, REMEMBERED_TURNS
                )
            ),
            second_problem=conversation.second_problem,
            guest_phone=guests.phone_of(connection, conversation.contact_id)
            if conversation.customer_id is None
            else None,
            now=now,
        )
        return TurnInput(attempt, conversation.epoch, situation)


def _open(row: DialogueRow) -> OpenDialogue:
    return OpenDialogue(
        id=row.id,
        problem=row.problem,
        snapshot=tuple(row.snapshot),
        active_loop=row.active_loop,
        requested_slot=row.requested_slot,
        question=row.question,
        slots=row.slots,
        updated_at=row.updated_at,
    )


def _menu(message: InboundMessage | MessageRow) -> list[Mapping[str, Any]]:
    """What the customer pressed in a menu of the channel's own: the channel vouches that it was offered."""
    pressed = (message.context or {}).get("menu")
    return [{**pressed, "latest": True}] if pressed else []


def _attachment_id(attachment: Attachment | Mapping[str, str]) -> str:
    return attachment.id if isinstance(attachment, Attachment) else attachment["id"]
