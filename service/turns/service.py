"""The life of a turn in the database: accepted, loaded, answered, committed; each a unit of work of its own."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Callable, Mapping, Sequence

from sqlalchemy import Connection

from contracts.conversation import Attachment, InboundMessage, Owner, Reply
from contracts.decision import Decision, Kind
from contracts.effects import ActOnTicket, AddToTicket, EndDialogue, FileTicket, HandOff, Remedy, WithdrawTicket
from contracts.errors import NotFound, PlatformUnavailable, YoubanError
from contracts.platform import FuelPlatform
from intent_router.escalation import TurnSignal
from service import metrics
from service.answers import rules
from service.answers.rules import Plan, Voice
from service.answers.service import Answers, OpenDialogue, Situation
from service.conversations import service as conversations
from service.conversations.service import ConversationRow, DialogueRow, MessageRow, StaleEpoch
from service.db import Database
from service.delivery import service as delivery
from service.guests import service as guests
from service.handoff import service as handoff
from service.remedies import service as remedies
from service.tickets import service as tickets
from service.tickets.service import Circumstances
from service.turns import repository
from service.watchers import service as watchers

# What other domains may use of this one, beside the functions below.
from service.turns.repository import (  # isort: skip
    JudgedTurn as JudgedTurn,
    judged as judged,
    move as move,
)

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
REMEMBERED_TURNS = 8


class StaleAttempt(Exception):
    """Another attempt has the turn; what this one wanted is dropped."""


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


@dataclass(frozen=True)
class Committed:
    """What a turn committed: its replies as customers get them, and who owns the conversation now."""

    messages: list[dict[str, Any]]
    state: str


class Turns:
    """Accepts, answers and commits turns."""

    def __init__(
        self,
        database: Database,
        answers: Answers,
        platform: FuelPlatform,
        voice: Voice,
        lease: float,
        message_limit: int,
        watch: timedelta,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._answers = answers
        self._platform = platform
        self._voice = voice
        self._lease = lease
        self._message_limit = message_limit
        self._watch = watch
        self._clock = clock

    async def accept(self, inbound: InboundMessage) -> Accepted:
        """Store the message durably under its sequence number; a repeated one is found again.

        Raises:
            NotFound: there is no such conversation.
        """
        now = self._clock()
        return await self._database.write(lambda connection: self._accept(connection, inbound, now))

    async def run(self, turn_id: int, claimed: TurnInput | None) -> Committed | None:
        """Answer the turn and commit; None when it is finished already, not to be had, or went to a person."""
        turn_input = claimed
        if turn_input is None:
            now = self._clock()
            turn_input = await self._database.write(lambda connection: self._claim(connection, turn_id, now))
        if turn_input is None:
            return None
        started = time.perf_counter()
        decision, plan = await self._answer(turn_input)
        level = await self._level(turn_input, plan)
        known = await self._circumstances(turn_input, plan)
        elapsed_ms = (time.perf_counter() - started) * 1000
        now = self._clock()
        committed = None
        try:
            committed = await self._database.write(
                lambda connection: self._commit(connection, turn_input, decision, plan, level, known, elapsed_ms, now)
            )
        except StaleAttempt as stale:
            log.info("dropped: %s", stale)
        except StaleEpoch as stale:
            log.info("dropped, the message goes to the new owner: %s", stale)
            await self._database.write(lambda connection: self._to_new_owner(connection, turn_input, now))
        metrics.turn(decision, elapsed_ms)
        return committed

    async def outcome(self, accepted: Accepted) -> tuple[list[dict[str, Any]], str]:
        """The replies of the turn as customers get them, and who owns the conversation now."""

        def work(connection: Connection) -> tuple[list[dict[str, Any]], str]:
            rows = conversations.messages_of_turn(connection, accepted.turn_id) if accepted.turn_id else []
            owner = conversations.require(connection, accepted.conversation_id).owner
            return [conversations.wire(row) for row in rows], owner.value

        return await self._database.read(work)

    async def abandoned(self) -> list[Accepted]:
        """Turns whose lease is over."""

        def work(connection: Connection) -> list[Accepted]:
            found = (repository.turn(connection, i) for i in repository.abandoned(connection, time.time()))
            return [Accepted(t.conversation_id, t.seq, t.id) for t in found if t is not None]

        return await self._database.read(work)

    def _accept(self, connection: Connection, inbound: InboundMessage, now: datetime) -> Accepted:
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
            claimed = self._input(connection, turn_id, 1, conversation, inbound, now)
        return Accepted(conversation.id, seq, turn_id, turn_input=claimed)

    def _known(self, connection: Connection, message: MessageRow) -> Accepted:
        turn = repository.turn_of_message(connection, message.id)
        if turn is None:
            return Accepted(message.conversation_id, message.seq, None)
        finished = turn.status not in repository.UNFINISHED
        return Accepted(message.conversation_id, message.seq, turn.id, finished=finished)

    def _claim(self, connection: Connection, turn_id: int, now: datetime) -> TurnInput | None:
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
        return self._input(connection, turn_id, attempt, conversation, message, now)

    def _input(
        self,
        connection: Connection,
        turn_id: int,
        attempt: int,
        conversation: ConversationRow,
        message: InboundMessage | MessageRow,
        now: datetime,
    ) -> TurnInput:
        dialogue = conversations.open_dialogue(connection, conversation.id)
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
            context=message.context or {},
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

    async def _answer(self, turn_input: TurnInput) -> tuple[Decision | None, Plan]:
        """The plan; after several attempts that ended nowhere, words and a person instead of one more."""
        if turn_input.attempt > MAX_ATTEMPTS:
            return None, self._answers.failure(turn_input.situation)
        try:
            return await self._answers.answer(turn_input.situation)
        except YoubanError:
            log.exception("turn %s: no answer", turn_input.situation.turn_id)
            return None, self._answers.failure(turn_input.situation)

    async def _level(self, turn_input: TurnInput, plan: Plan) -> str | None:
        """The customer's level, for his place in the queue and his limits; unknown when the platform is silent."""
        customer_id = turn_input.situation.customer_id
        if customer_id is None or not any(isinstance(e, (HandOff, Remedy)) for e in plan.effects):
            return None
        try:
            return (await self._platform.customer(customer_id)).level
        except (PlatformUnavailable, NotFound) as error:
            log.warning("customer without level: %s", error)
            return None

    async def _circumstances(self, turn_input: TurnInput, plan: Plan) -> dict[str, Circumstances]:
        """What the platform knows about the tickets that are filed, by their numbers."""
        customer_id = turn_input.situation.customer_id
        filed = [e for e in plan.effects if isinstance(e, FileTicket)]
        return {e.number: await tickets.circumstances(self._platform, customer_id, e) for e in filed}

    def _commit(
        self,
        connection: Connection,
        turn_input: TurnInput,
        decision: Decision | None,
        plan: Plan,
        level: str | None,
        known: Mapping[str, Circumstances],
        elapsed_ms: float,
        now: datetime,
    ) -> Committed:
        """Replies, effects, dialogue, turn and outbox rows: one transaction, or nothing."""
        situation = turn_input.situation
        conversation = conversations.require_epoch(connection, situation.conversation_id, turn_input.epoch)
        closed = repository.finish(
            connection,
            situation.turn_id,
            turn_input.attempt,
            status="done",
            outcome=plan.outcome,
            elapsed_ms=elapsed_ms,
            finished_at=now,
            **(_judgement(decision) if decision is not None else {}),
        )
        if not closed:
            raise StaleAttempt(f"turn {situation.turn_id}, attempt {turn_input.attempt}")
        self._change_dialogue(connection, situation, plan, now)
        replies = list(plan.replies)
        owner = conversation.owner
        for effect in plan.effects:
            if isinstance(effect, FileTicket):
                about = known.get(effect.number, Circumstances())
                files = situation.attachments
                tickets.file(connection, conversation, situation.turn_id, effect, now, about, files)
                watchers.watch(connection, conversation, effect, now, self._watch)
            elif isinstance(effect, AddToTicket):
                tickets.add(connection, conversation, effect, now, situation.attachments)
            elif isinstance(effect, ActOnTicket):
                replies.append(tickets.act(connection, conversation, effect, now, situation.attachments))
            elif isinstance(effect, WithdrawTicket):
                tickets.withdraw(connection, conversation, effect, now)
            elif isinstance(effect, HandOff):
                handoff.enqueue(
                    connection, conversation, self._as_urgent_as(connection, effect, conversation), level, now
                )
                owner = Owner.QUEUED
            elif isinstance(effect, Remedy):
                words = remedies.ask(connection, conversation, situation.turn_id, effect, level, now)
                replies += [words] if words is not None else []
            elif not isinstance(effect, EndDialogue):
                raise TypeError(f"an effect that nobody carries out: {effect!r}")
        replies += guests.after_filing(connection, conversation, plan.effects, self._voice.say, now)
        if plan.leave_queue and handoff.cancel(connection, conversation, now):
            owner = Owner.BOT
        if (owner is Owner.QUEUED and any(r.source == "handoff" for r in replies)) or owner is not conversation.owner:
            replies = self._with_place(connection, conversation, replies, owner)
        if plan.clear_second or plan.second_problem is not None:
            conversations.set_second_problem(connection, conversation.id, plan.second_problem)
        rows = conversations.append(connection, conversation, replies, now, turn_id=situation.turn_id, owner=owner)
        return Committed([conversations.wire_row(row) for row in rows], owner.value)

    def _as_urgent_as(self, connection: Connection, effect: HandOff, conversation: ConversationRow) -> HandOff:
        """The hand-off, as urgent as the most urgent of the customer's open tickets: who stands at the pump is."""
        filed = [ticket.priority for ticket in tickets.open_of(connection, conversation.id)]
        return replace(effect, priority=min([effect.priority, *filed]))

    def _with_place(
        self, connection: Connection, conversation: ConversationRow, replies: Sequence[Reply], owner: Owner
    ) -> list[Reply]:
        """The last words carry the place in the queue, which is known only now."""
        place = handoff.place_of(connection, conversation.id) if owner is Owner.QUEUED else None
        if place is None:
            return list(replies)
        words = rules.queue_text(place.place, place.estimate_minutes, self._voice)
        return [*replies, Reply(words, source="handoff", card=place.card())]

    def _change_dialogue(self, connection: Connection, situation: Situation, plan: Plan, now: datetime) -> None:
        change = plan.dialogue
        if change is None:
            return
        if change.ended is not None:
            conversations.end_open_dialogues(connection, situation.conversation_id, change.ended, now)
            return
        assert change.step is not None
        assert change.problem is not None
        values: dict[str, Any] = {
            "problem": change.problem,
            "snapshot": list(change.step.snapshot),
            "active_loop": change.step.active_loop,
            "requested_slot": change.step.requested_slot,
            "question": change.question,
            "slots": dict(change.step.slots),
            "updated_at": now,
        }
        if situation.dialogue is not None:
            conversations.update_dialogue(connection, situation.dialogue.id, **values)
        else:
            conversations.insert_dialogue(
                connection, conversation_id=situation.conversation_id, opened_at=now, **values
            )

    def _to_new_owner(self, connection: Connection, turn_input: TurnInput, now: datetime) -> None:
        """The conversation changed hands: a person answers now, or the turn is run again for the assistant."""
        situation = turn_input.situation
        conversation = conversations.require(connection, situation.conversation_id, lock=True)
        if conversation.owner is Owner.HUMAN:
            values: Mapping[str, Any] = {"status": "to_human", "finished_at": now}
        else:
            values = {"status": "pending", "lease_until": 0.0}
        repository.finish(connection, situation.turn_id, turn_input.attempt, **values)


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


def _judgement(decision: Decision) -> dict[str, Any]:
    return {
        "label": decision.label,
        "kind": decision.kind.value,
        "tier": decision.tier.value,
        "guard": decision.guard,
        "confidence": decision.confidence,
        "sentiment": decision.sentiment.label,
        "sentiment_score": decision.sentiment.score,
        "trace": [step.to_dict() for step in decision.trace],
    }
