"""What a plan asks for is done: tickets, hand-off, remedies, the dialogue; inside the turn's unit of work."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Mapping, Sequence

from sqlalchemy import Connection

from contracts.conversation import Owner, Reply
from contracts.effects import (
    ActOnCallback,
    ActOnTicket,
    AddToTicket,
    EndDialogue,
    FileTicket,
    HandOff,
    Remedy,
    WithdrawTicket,
)
from service.answers import rules
from service.answers.rules import Plan, Voice
from service.answers.service import Situation
from service.callbacks import service as callbacks
from service.conversations import service as conversations
from service.conversations.service import ConversationRow
from service.guests import service as guests
from service.handoff import service as handoff
from service.remedies import service as remedies
from service.tickets import service as tickets
from service.tickets.service import Circumstances
from service.watchers import service as watchers


@dataclass(frozen=True)
class Known:
    """What was looked up before the unit of work began: the customer's level and telephone number (None: unknown),
    whether he has paid and nothing flows yet, and, by number, what the platform knows about the tickets that are filed.
    """

    level: str | None = None
    phone: str | None = None
    at_the_pump: bool = False
    tickets: Mapping[str, Circumstances] = field(default_factory=dict)


def carry_out(
    connection: Connection,
    conversation: ConversationRow,
    situation: Situation,
    plan: Plan,
    known: Known,
    watch: timedelta,
    voice: Voice,
    now: datetime,
) -> tuple[list[Reply], Owner]:
    """Do what the plan asks for; returns what the customer is told and who owns the conversation now.

    Args:
        watch: how long what was filed is watched on the platform.
    """
    replies = list(plan.replies)
    owner = conversation.owner
    for effect in plan.effects:
        if isinstance(effect, FileTicket):
            about = known.tickets.get(effect.number, Circumstances())
            files = situation.attachments
            tickets.file(connection, conversation, situation.turn_id, effect, now, about, files)
            callbacks.filed(connection, conversation, effect, known.phone, now)
            watchers.watch(connection, conversation, effect, now, watch)
        elif isinstance(effect, AddToTicket):
            tickets.add(connection, conversation, effect, now, situation.attachments)
        elif isinstance(effect, ActOnTicket):
            replies.append(tickets.act(connection, conversation, effect, now, situation.attachments))
        elif isinstance(effect, WithdrawTicket):
            tickets.withdraw(connection, conversation, effect, now)
            callbacks.withdrawn(connection, effect.number, now)
        elif isinstance(effect, ActOnCallback):
            acted = callbacks.act(connection, conversation, effect, known.phone, now)
            replies.append(acted.reply)
            owner = Owner.BOT if acted.left_queue else owner
        elif isinstance(effect, HandOff):
            urgent = _as_urgent_as(connection, effect, conversation)
            handoff.enqueue(connection, conversation, urgent, known.level, now, at_the_pump=known.at_the_pump)
            owner = Owner.QUEUED
        elif isinstance(effect, Remedy):
            words = remedies.ask(connection, conversation, situation.turn_id, effect, known.level, now)
            replies += [words] if words is not None else []
        elif not isinstance(effect, EndDialogue):
            raise TypeError(f"an effect that nobody carries out: {effect!r}")
    replies += guests.after_filing(connection, conversation, plan.effects, voice.say, now)
    if plan.leave_queue and handoff.cancel(connection, conversation, now):
        owner = Owner.BOT
    if (owner is Owner.QUEUED and any(r.source == "handoff" for r in replies)) or owner is not conversation.owner:
        replies = _with_place(connection, conversation, situation, replies, owner, voice)
    if plan.clear_second or plan.second_problem is not None:
        conversations.set_second_problem(connection, conversation.id, plan.second_problem)
    return replies, owner


def _as_urgent_as(connection: Connection, effect: HandOff, conversation: ConversationRow) -> HandOff:
    """The hand-off, as urgent as the most urgent of the customer's open tickets: who stands at the pump is."""
    filed = [ticket.priority for ticket in tickets.open_of(connection, conversation.id)]
    return replace(effect, priority=min([effect.priority, *filed]))


def _with_place(
    connection: Connection,
    conversation: ConversationRow,
    situation: Situation,
    replies: Sequence[Reply],
    owner: Owner,
    voice: Voice,
) -> list[Reply]:
    """The last words carry the place in the queue, which is known only now; or that nobody can answer, and when."""
    row = handoff.live(connection, conversation.id) if owner is Owner.QUEUED else None
    place = handoff.place_of(connection, conversation.id, situation.now) if row is not None else None
    if row is None or place is None:
        return list(replies)
    if place.closed:
        # What was planned promises a person now.
        kept = [r for r in replies if r.source != "handoff"]
        filed = [t.number for t in tickets.open_of(connection, conversation.id)]
        problem = rules.problem_of([s.label for s in situation.signals], voice.taxonomy)
        return [*kept, handoff.told_off_hours(row, place, problem, filed, situation.now)]
    words = handoff.CALLED if place.called else rules.queue_text(place.place, place.estimate_minutes, voice)
    return [*replies, Reply(words, source="handoff", buttons=handoff.WHILE_WAITING, card=place.card())]


def change_dialogue(connection: Connection, situation: Situation, plan: Plan, now: datetime) -> None:
    """Keep where the dialogue stands now, or end it."""
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
        conversations.insert_dialogue(connection, conversation_id=situation.conversation_id, opened_at=now, **values)
