"""What leaves the house: the outbox that survives a crash, and the hub that wakes sockets."""

from __future__ import annotations

import asyncio
import uuid
from collections import defaultdict
from contextlib import ExitStack, contextmanager
from typing import Any, Iterator, Mapping, Sequence

from sqlalchemy import Connection

from service.delivery import repository

# What channels of this domain's rows may use, beside the functions below.
from service.delivery.repository import (  # isort: skip
    dead as dead,
    hurry as hurry,
    put as put,
    revive as revive,
)

AGENTS = "agents"
QUEUE = "queue"
"""Key of the hub: the queue changed, whoever waits may have another place."""
PUSH = "push"
"""Topic: bring a conversation's new messages to a channel that does not fetch them itself."""
EVENT = "event"
"""Topic: something that the platform's own systems may want to hear of."""
CALL = "call"
"""Topic: something that the robots of work chats may tell those who have to do it."""
FETCHING_CHANNELS = frozenset({"widget"})
"""Channels whose customers read the rows themselves; a hint is enough for them."""


class Hub:
    """Wakes the sockets of this process. What it carries is a hint; the rows are the truth."""

    def __init__(self) -> None:
        self._queues: dict[str, set[asyncio.Queue[Mapping[str, Any]]]] = defaultdict(set)

    def publish(self, key: str, event: Mapping[str, Any]) -> None:
        """Give `event` to every listener of `key`; a listener that does not keep up loses hints, never messages."""
        for waiting in self._queues.get(key, ()):
            if waiting.full():
                waiting.get_nowait()
            waiting.put_nowait(event)

    @contextmanager
    def listen(self, *keys: str) -> Iterator[asyncio.Queue[Mapping[str, Any]]]:
        """A queue of events for each of `keys`, as long as the block lasts."""
        waiting: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue(maxsize=256)
        with ExitStack() as joined:
            for key in keys:
                joined.enter_context(self.join(waiting, key))
            yield waiting

    @contextmanager
    def join(self, waiting: asyncio.Queue[Mapping[str, Any]], key: str) -> Iterator[None]:
        """A queue that listens already gets the events of `key`, too, as long as the block lasts."""
        self._queues[key].add(waiting)
        try:
            yield
        finally:
            self._queues[key].discard(waiting)
            if not self._queues[key]:
                del self._queues[key]

    def hears(self, waiting: asyncio.Queue[Mapping[str, Any]], key: str) -> bool:
        """Whether a queue gets the events of `key`."""
        return waiting in self._queues.get(key, ())

    def listeners(self, key: str) -> int:
        return len(self._queues.get(key, ()))


def announce_messages(
    connection: Connection, conversation_id: str, seq: int, owner: str, channel: str | None = None
) -> None:
    """In the caller's unit of work: tell customer and agents that the conversation grew to `seq`.

    `channel` is where the customer wrote last, given for messages to him: what does not fetch is brought them. The
    hint says `by` whom it grew (`customer`, `house`), so that a console need not fetch to know whether to ring.
    """
    by = "customer" if channel is None else "house"
    repository.put(
        connection, "conversation", conversation_id, {"type": "messages", "seq": seq, "state": owner, "by": by}
    )
    if channel is not None and channel not in FETCHING_CHANNELS:
        repository.put(connection, PUSH, conversation_id, {"seq": seq, "channel": channel})


def announce_queue(connection: Connection) -> None:
    """In the caller's unit of work: tell agents and waiting customers that the queue changed."""
    repository.put(connection, "queue", AGENTS, {"type": "queue"})


def announce_alarm(connection: Connection, conversation_id: str, kind: str) -> None:
    """In the caller's unit of work: supervisors must look at a conversation now."""
    repository.put(connection, "alert", AGENTS, {"type": "alarm", "alarm": kind, "conversation_id": conversation_id})


def announce_shift(connection: Connection, agent_id: int, ends_at: str, over: bool) -> None:
    """In the caller's unit of work: tell one agent's consoles that his shift ends, or has ended (`over`)."""
    repository.put(connection, "alert", AGENTS, {"type": "shift", "agent_id": agent_id, "at": ends_at, "over": over})


def announce_callbacks(connection: Connection) -> None:
    """In the caller's unit of work: tell agents that the list of callbacks changed."""
    repository.put(connection, "alert", AGENTS, {"type": "callback"})


def announce_note(
    connection: Connection, conversation_id: str, mentions: Sequence[str], author: str, whisper: bool
) -> None:
    """In the caller's unit of work: tell agents of an internal note; customers hear nothing of it."""
    told = {"type": "note", "conversation_id": conversation_id, "mentions": list(mentions)}
    repository.put(connection, "alert", AGENTS, {**told, "author": author, "whisper": whisper})


def announce_notice(connection: Connection, agent_id: int, kind: str, author: str, conversation_id: str | None) -> None:
    """In the caller's unit of work: tell one agent's consoles that his inbox changed; the text stays in the inbox."""
    told = {"type": "notice", "agent_id": agent_id, "notice": kind, "author": author}
    repository.put(connection, "alert", AGENTS, {**told, "conversation_id": conversation_id})


def announce_ticket(connection: Connection, conversation_id: str, number: str) -> None:
    """In the caller's unit of work: tell customer and agents that a ticket changed."""
    repository.put(connection, "ticket", conversation_id, {"type": "ticket", "number": number})
    announce_event(connection, "ticket.changed", f"ticket:{uuid.uuid4().hex}", {"number": number})


def announce_alert(connection: Connection, alert: Mapping[str, Any]) -> None:
    """In the caller's unit of work: tell agents that a ticket needs one of them.

    `alert`: `number`, `to` (`owner`, `department`, `supervisor`) and `why` (`warning`, `breach`, `urged`, …).
    """
    repository.put(connection, "alert", AGENTS, {**alert, "type": "ticket_alert"})
    announce_call(connection, alert)


def announce_call(connection: Connection, call: Mapping[str, Any]) -> None:
    """In the caller's unit of work: let the robots of work chats tell it.

    `call`: `why`, and the `number` of a ticket or a `conversation_id`; `to` as in alerts.
    """
    repository.put(connection, CALL, uuid.uuid4().hex, call)


def announce_event(connection: Connection, event: str, event_id: str, data: Mapping[str, Any]) -> None:
    """In the caller's unit of work: tell the systems that subscribed to `event`; `event_id` is unique, at most 64."""
    repository.put(connection, EVENT, event_id, {"event": event, "data": dict(data)})
