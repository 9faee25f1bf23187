"""The queue from the customer's side: into it, out of it, into another conversation; inside a unit of work."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from contracts.conversation import Owner
from contracts.effects import HandOff
from service.conversations import service as conversations
from service.conversations.service import ConversationRow
from service.delivery import service as delivery
from service.handoff import repository, rules
from service.handoff.duty import service as duty
from service.handoff.duty.service import QueuePlace

REMEMBERED_WORDS = 6
"""How many of the customer's newest messages tell which dialect he writes."""


def enqueue(
    connection: Connection,
    conversation: ConversationRow,
    effect: HandOff,
    level: str | None,
    now: datetime,
    *,
    at_the_pump: bool = False,
) -> QueuePlace:
    """Put the conversation in the queue, once; the dialogue that is open ends with its facts kept.

    `at_the_pump`: an order of the customer is paid and not fuelled yet. A `closed` place: nobody can answer now.
    """
    if repository.live(connection, conversation.id) is None:
        texts = conversations.said_by_customer(connection, conversation.id, REMEMBERED_WORDS)
        reason, fired = rules.reason_of(effect.reason, effect.rule, level)
        put(
            connection,
            conversation.id,
            now,
            reason=reason,
            rule=fired,
            department=effect.department,
            priority=effect.priority,
            level=level,
            rank=rules.rank(reason, effect.priority, level, at_the_pump),
            at_the_pump=at_the_pump,
            skills=rules.skills_wanted(level, texts),
            preferred=repository.last_agent(connection, conversation.id),
        )
        conversations.change_owner(connection, conversation.id, Owner.QUEUED, now, None)
        conversations.end_open_dialogues(connection, conversation.id, "handed_off", now)
        delivery.announce_queue(connection)
    row = repository.live(connection, conversation.id)
    place = duty.place_of(connection, conversation.id, now)
    if row is None or place is None:
        return QueuePlace(1, None)
    if place.closed and not row.off_hours:
        # He is told at once; the loop tells those whom closing time finds waiting.
        repository.update_handoff(connection, row.id, off_hours=True, opens_at=place.opens_at)
    return place


def put(connection: Connection, conversation_id: str, now: datetime, *, rank: int, **values: Any) -> None:
    """A row that waits from now on."""
    repository.insert_handoff(
        connection,
        conversation_id=conversation_id,
        rank=rank,
        order_key=rules.order_key(rank, now),
        state="waiting",
        queued_at=now,
        **values,
    )


def served(connection: Connection, conversation_id: str, agent_id: int, reason: str, now: datetime) -> int:
    """Write down that an agent served the customer outside the queue (by telephone); returns the hand-off's id.

    So he is asked for again when the customer comes back, and can be rated.
    """
    urgency = rules.rank(reason, "P2", None)
    repository.insert_handoff(
        connection,
        conversation_id=conversation_id,
        reason=reason,
        rule=f"served by {reason}",
        rank=urgency,
        order_key=rules.order_key(urgency, now),
        state="ended",
        queued_at=now,
        claimed_at=now,
        claimed_by=agent_id,
        answered_at=now,
        ended_at=now,
    )
    return repository.newest_id(connection, conversation_id)


def cancel(connection: Connection, conversation: ConversationRow, now: datetime) -> bool:
    """The customer no longer wants to wait; True when he stood in the queue."""
    row = repository.live(connection, conversation.id)
    if row is None or row.state != "waiting":
        return False
    repository.update_handoff(connection, row.id, state="ended", ended_at=now)
    conversations.change_owner(connection, conversation.id, Owner.BOT, now, None)
    delivery.announce_queue(connection)
    return True


def move_to(connection: Connection, old: ConversationRow, home: ConversationRow, now: datetime) -> None:
    """Who waits or is served in `old` goes on so in `home`, unless he does there already."""
    row = repository.live(connection, old.id)
    if row is None:
        return
    if repository.live(connection, home.id) is not None:
        repository.update_handoff(connection, row.id, state="ended", ended_at=now)
    else:
        repository.update_handoff(connection, row.id, conversation_id=home.id)
        conversations.change_owner(connection, home.id, old.owner, now, old.agent_id)
    delivery.announce_queue(connection)
