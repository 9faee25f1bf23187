"""What can be done with the queue and with conversations that a person owns, inside a unit of work.

The loop that gives conversations to agents and takes them back stands in `worker.py`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Sequence

from sqlalchemy import Connection

from contracts.conversation import Attachment, Owner, Reply, Sender
from service.agents import service as agents
from service.agents.rules import Permission, Presence, may
from service.agents.service import AgentRow
from service.conversations import service as conversations
from service.conversations.service import ConversationRow
from service.delivery import service as delivery
from service.handoff import repository, rules
from service.handoff.duty.service import CRITICAL
from service.handoff.queue import service as queue
from service.ratings import service as ratings

# What other domains may use of this one, beside the functions below.
from service.handoff.duty.rules import CALLED as CALLED, WHILE_WAITING as WHILE_WAITING  # isort: skip
from service.handoff.duty.service import (  # isort: skip
    QueuePlace as QueuePlace,
    place_of as place_of,
    told_off_hours as told_off_hours,
)
from service.handoff.queue.service import (  # isort: skip
    cancel as cancel,
    enqueue as enqueue,
    move_to as move_to,
    served as served,
)
from service.handoff.repository import (  # isort: skip
    HandoffRow as HandoffRow,
    claimed as claimed,
    live as live,
    loads as loads,
    waits_since as waits_since,
    waiting as waiting,
)


class AlreadyClaimed(Exception):
    """Somebody else has the conversation; `str(error)` says so to the agent."""


class NotThere(Exception):
    """The colleague cannot be given a conversation now; `str(error)` says so to the agent."""


class NotYours(Exception):
    """The agent does not own the conversation (any more); `str(error)` says so to the agent."""


def claim(
    connection: Connection, conversation_id: str, agent: AgentRow, now: datetime, *, assigned: bool = False
) -> ConversationRow:
    """The agent takes the conversation (or is given it: `assigned`); exactly one of several wins.

    Raises:
        NotFound: there is no such conversation.
        AlreadyClaimed: another agent has it.
    """
    conversation = conversations.require(connection, conversation_id, lock=True)
    if conversation.owner is Owner.HUMAN:
        if conversation.agent_id == agent.id:
            return conversation
        raise AlreadyClaimed("已由其他客服接入")
    row = repository.live(connection, conversation_id)
    if row is None:
        repository.insert_handoff(
            connection,
            conversation_id=conversation_id,
            reason="agent",
            rule="agent claimed",
            rank=rules.rank("agent", "P2", None),
            order_key=rules.order_key(rules.rank("agent", "P2", None), now),
            state="claimed",
            queued_at=now,
            claimed_at=now,
            claimed_by=agent.id,
        )
    else:
        repository.update_handoff(
            connection, row.id, state="claimed", claimed_at=now, claimed_by=agent.id, assigned=assigned
        )
    _hand_to(connection, conversation, agent, now, "已接入，正在看您前面说的内容")
    return conversations.require(connection, conversation_id)


def take_over(connection: Connection, conversation_id: str, agent: AgentRow, now: datetime) -> ConversationRow:
    """A supervisor takes a conversation from whoever has it; what the other one still sends is refused.

    Raises:
        NotFound: there is no such conversation.
    """
    conversation = conversations.require(connection, conversation_id, lock=True)
    row = repository.live(connection, conversation_id)
    if conversation.owner is not Owner.HUMAN or row is None:
        return claim(connection, conversation_id, agent, now)
    if conversation.agent_id == agent.id:
        return conversation
    repository.update_handoff(connection, row.id, claimed_at=now, claimed_by=agent.id, assigned=False, answered_at=None)
    _hand_to(connection, conversation, agent, now, "接着为您处理，前面的内容都能看到")
    return conversations.require(connection, conversation_id)


def _hand_to(connection: Connection, conversation: ConversationRow, agent: AgentRow, now: datetime, words: str) -> None:
    conversations.change_owner(connection, conversation.id, Owner.HUMAN, now, agent.id)
    conversations.end_open_dialogues(connection, conversation.id, "handed_off", now)
    agents.assigned(connection, agent.id, now)
    conversations.say_system(connection, conversation, f"人工客服（工号 {agent.number}）{words}。", now, Owner.HUMAN)
    delivery.announce_queue(connection)


def release(connection: Connection, row: HandoffRow, words: str, now: datetime) -> None:
    """Take a conversation from an agent who does not answer, back to the head of the queue."""
    conversation = conversations.require(connection, row.conversation_id, lock=True)
    if conversation.owner is not Owner.HUMAN or conversation.agent_id != row.claimed_by:
        return
    first = repository.first_order_key(connection)
    head = row.order_key if first is None else min(row.order_key, first - 1)
    missed = list(dict.fromkeys([*row.missed, *([row.claimed_by] if row.claimed_by is not None else [])]))
    repository.update_handoff(
        connection,
        row.id,
        state="waiting",
        claimed_at=None,
        claimed_by=None,
        assigned=False,
        answered_at=None,
        missed=missed,
        preferred=None,
        order_key=head,
    )
    conversations.change_owner(connection, conversation.id, Owner.QUEUED, now, None)
    conversations.say_system(connection, conversation, words, now, Owner.QUEUED)
    delivery.announce_queue(connection)


def say(
    connection: Connection,
    conversation_id: str,
    agent: AgentRow,
    text: str,
    client_id: str,
    now: datetime,
    attachments: Sequence[Attachment] = (),
) -> int:
    """The agent's message; a repeated `client_id` is the same message. Returns its sequence number.

    Raises:
        NotYours: the conversation is not (any more) with this agent.
    """
    conversation = require_owned(connection, conversation_id, agent)
    known = conversations.message_by_client_id(connection, conversation_id, client_id)
    if known is not None:
        return known.seq
    row = repository.live(connection, conversation_id)
    if row is not None and row.answered_at is None:
        repository.update_handoff(connection, row.id, answered_at=now)
    reply = Reply(text=text, sender=Sender.AGENT, source="agent")
    rows = conversations.append(
        connection, conversation, [reply], now, agent_id=agent.id, client_id=client_id, attachments=attachments
    )
    return int(rows[0]["seq"])


def transfer(
    connection: Connection,
    conversation_id: str,
    agent: AgentRow,
    department: str | None,
    note: str,
    now: datetime,
    *,
    to: AgentRow | None = None,
) -> None:
    """To a colleague, or back to the queue for a department; with a note for whoever takes it.

    A colleague who does not answer in time loses it to the head of the queue, as with every assignment.

    Raises:
        NotYours: the agent does not own the conversation (any more).
        NotThere: the colleague is not online, or has no room.
    """
    conversation = require_owned(connection, conversation_id, agent)
    if to is not None:
        _require_room(connection, agent, to)
    row = repository.live(connection, conversation_id)
    _end(connection, conversation_id, now)
    level, skills = (row.level, list(row.skills)) if row is not None else (None, [])
    priority, pump = (row.priority, row.at_the_pump) if row is not None else ("P2", False)
    rank = rules.rank("transfer", priority, level, pump)
    # Passing a customer on makes him no less urgent: what knows no off hours goes on to know none.
    critical = row is not None and row.reason == CRITICAL
    queue.put(
        connection,
        conversation_id,
        now,
        reason=CRITICAL if critical else "transfer",
        rule=f"transferred by {agent.number}",
        department=department,
        priority=priority,
        level=level,
        rank=min(rank, row.rank) if row is not None else rank,
        at_the_pump=pump,
        skills=skills,
        missed=[agent.id],
        preferred=to.id if to is not None else None,
        note={"from": agent.number, "text": note},
    )
    conversations.change_owner(connection, conversation_id, Owner.QUEUED, now, None)
    if to is not None:
        claim(connection, conversation_id, to, now, assigned=True)
        return
    conversations.say_system(
        connection, conversation, "正在为您转接更合适的同事，之前的内容都会一并转过去。", now, Owner.QUEUED
    )
    delivery.announce_queue(connection)


def _require_room(connection: Connection, agent: AgentRow, to: AgentRow) -> None:
    if to.id == agent.id:
        raise NotThere("会话已经在您手上，请选择另一位同事")
    if not to.active or not may(to.role, Permission.CONVERSATIONS) or to.presence != Presence.ONLINE.value:
        raise NotThere(f"{to.username} 现在不在线，请换一位同事，或转给部门排队")
    if repository.loads(connection).get(to.id, 0) >= to.capacity:
        raise NotThere(f"{to.username} 手上的会话已满，请换一位同事，或转给部门排队")


def close(connection: Connection, conversation_id: str, agent: AgentRow, to: Owner, now: datetime) -> int | None:
    """The agent is done: the conversation ends, or goes back to the assistant. Returns the hand-off that ended."""
    conversation = require_owned(connection, conversation_id, agent)
    row = repository.live(connection, conversation_id)
    _end(connection, conversation_id, now)
    conversations.change_owner(connection, conversation_id, to, now, None)
    text = (
        "本次人工服务已结束，有需要您随时再发消息。"
        if to is Owner.CLOSED
        else "人工服务已结束，接下来由智能助手继续为您服务。"
    )
    conversations.say_system(connection, conversation, text, now, to)
    if row is not None and row.answered_at is not None:
        ratings.ask(connection, conversations.require(connection, conversation_id), row.id, agent.id, now)
    delivery.announce_queue(connection)
    return row.id if row is not None else None


def require_owned(connection: Connection, conversation_id: str, agent: AgentRow) -> ConversationRow:
    """The conversation under lock, if this agent has it.

    Raises:
        NotFound: there is no such conversation.
        NotYours: it is not (any more) with this agent.
    """
    conversation = conversations.require(connection, conversation_id, lock=True)
    if conversation.owner is not Owner.HUMAN or conversation.agent_id != agent.id:
        raise NotYours("这个会话现在不在您手上")
    return conversation


def _end(connection: Connection, conversation_id: str, now: datetime) -> None:
    row = repository.live(connection, conversation_id)
    if row is not None:
        repository.update_handoff(connection, row.id, state="ended", ended_at=now)
