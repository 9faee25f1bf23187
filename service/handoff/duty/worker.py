"""What the clock does to the queue: opening and closing time, ends of shifts, nobody left. Steps of the one loop."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from contracts.conversation import Owner, Reply
from service.agents import service as agents
from service.agents.rules import Presence, duty_ended, duty_ends
from service.agents.service import AgentRow
from service.clock import CHINA
from service.conversations import service as conversations
from service.delivery import service as delivery
from service.handoff import repository
from service.handoff.duty import rules, service
from service.handoff.repository import HandoffRow
from service.handoff.rules import Patience

log = logging.getLogger(__name__)

WARNED_BEFORE = timedelta(minutes=10)
"""How long before the end of his shift an agent is told."""
_JUST_LEFT = timedelta(minutes=15)
_RUNG_AGAIN = timedelta(minutes=10)


def told_wrongly(connection: Connection, now: datetime) -> list[tuple[HandoffRow, bool]]:
    """Waiting hand-offs whose customer was told something else than what holds now, with whether it is closed now."""
    rows = repository.waiting(connection)
    if not rows:
        return []
    is_open = service.state(connection, now).open
    closed = ((row, not is_open and not service.never_closed(row.priority, row.reason)) for row in rows)
    return [(row, shut) for row, shut in closed if shut != row.off_hours]


def tell_hours(connection: Connection, now: datetime) -> int:
    """Who waits hears once that the office closed over his waiting, and once that it opened."""
    found = told_wrongly(connection, now)
    for row, closed in found:
        conversation = conversations.require(connection, row.conversation_id, lock=True)
        # Under the lock: another process may have told him, or taken him out of the queue, since the rows were read.
        known = repository.live(connection, row.conversation_id)
        place = service.place_of(connection, row.conversation_id, now)
        if place is None or conversation.owner is not Owner.QUEUED:
            continue
        if known is None or known.id != row.id or known.off_hours == closed:
            continue
        if closed:
            words = service.told_off_hours(row, place, None, [], now)
            repository.update_handoff(connection, row.id, off_hours=True, opens_at=place.opens_at)
        else:
            words = Reply(rules.opened_text(place.place), source="handoff", card=place.card())
            repository.update_handoff(connection, row.id, off_hours=False, opens_at=now)
        conversations.append(connection, conversation, [words], now, owner=Owner.QUEUED)
    if found:
        delivery.announce_queue(connection)
    return len(found)


@dataclass(frozen=True)
class Ending:
    """The end of an agent's shift, near (`over` is False) or past; `holds`: what he still has from before it."""

    agent: AgentRow
    at: datetime
    over: bool
    holds: tuple[HandoffRow, ...]


def endings(connection: Connection, now: datetime) -> Iterator[Ending]:
    """Shifts that end soon or have ended, of agents who are at work or still have conversations."""
    planned = service.rosters(connection)
    if not planned:
        return
    held: dict[int | None, list[HandoffRow]] = {}
    for row in repository.claimed(connection):
        held.setdefault(row.claimed_by, []).append(row)
    local = now.astimezone(CHINA)
    for agent in agents.all_agents(connection):
        shifts, rows = planned.get(agent.id, []), held.get(agent.id, [])
        if not shifts or (agent.presence == Presence.OFFLINE.value and not rows):
            continue
        ends, ended = duty_ends(shifts, local), duty_ended(shifts, local)
        if ends is not None and ends - local <= WARNED_BEFORE:
            yield Ending(agent, ends, False, tuple(rows))
        elif ended is not None:
            # What he took after his shift he took on purpose.
            before = tuple(r for r in rows if r.claimed_at is not None and r.claimed_at <= ended)
            yield Ending(agent, ended, True, before)


def to_tell(found: Iterable[Ending]) -> list[Ending]:
    """Those whose agent has not heard of it yet: once before the end and once at it."""
    return [
        e
        for e in found
        if (e.holds or e.agent.presence == Presence.ONLINE.value)
        and (e.agent.shift_told_at is None or e.agent.shift_told_at < (e.at if e.over else e.at - WARNED_BEFORE))
        # Who came after his shift knows that it is over.
        and not (e.over and e.agent.presence_at is not None and e.agent.presence_at > e.at)
    ]


def to_pass_on(found: Iterable[Ending], patience: Patience, now: datetime) -> list[HandoffRow]:
    """What agents still have from a shift whose grace is over."""
    return [row for e in found if e.over and now - e.at > patience.grace for row in e.holds]


def tell_shifts(connection: Connection, now: datetime) -> int:
    """Agents hear that their shift ends soon, and that it has ended."""
    telling = to_tell(endings(connection, now))
    for ending in telling:
        # Of several processes that found the same, one tells it.
        if agents.shift_told(connection, ending.agent, now):
            delivery.announce_shift(connection, ending.agent.id, ending.at.isoformat(), ending.over)
    return len(telling)


def left_alone(connection: Connection, patience: Patience, now: datetime) -> list[HandoffRow]:
    """Who waits although nobody is there any more; empty when somebody is, when nobody was, or when it was rung."""
    rows = [row for row in repository.waiting(connection) if not row.off_hours]
    if not rows or any(row.alone_at is not None and now - row.alone_at < _RUNG_AGAIN for row in rows):
        return []
    people = service.talkers(connection)
    if any(service.reachable(agent, patience, now) for agent in people):
        return []
    left = (moment for agent in people for moment in (agent.seen_at, agent.presence_at) if moment is not None)
    return rows if any(now - moment < _JUST_LEFT for moment in left) else []


def ring_alone(connection: Connection, patience: Patience, now: datetime) -> int:
    """The last one has left while customers wait: the supervisors are rung, once for all who wait."""
    rows = left_alone(connection, patience, now)
    # Another process may ring at the same moment: who marks the first of those who wait rings for all of them.
    if not rows or not repository.mark_alone(connection, rows[0], now):
        return 0
    for row in rows[1:]:
        repository.mark_alone(connection, row, now)
    delivery.announce_alarm(connection, rows[0].conversation_id, "nobody_left")
    log.warning("%s customers wait and nobody is left to answer", len(rows))
    return len(rows)
