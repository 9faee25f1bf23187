"""Gives waiting conversations to agents, and takes them back from those who do not answer: nobody is stranded.

Everything is read from rows, so a restart or another process goes on where this one stopped; each step is a unit of
work of its own, and the claim inside it is the same that an agent makes himself.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Callable

from sqlalchemy import Connection

from contracts.errors import NotFound
from service.agents import service as agents
from service.agents.rules import Presence, on_duty
from service.clock import CHINA
from service.conversations import service as conversations
from service.db import Database
from service.delivery import service as delivery
from service.handoff import rules
from service.handoff import service as handoff
from service.handoff.duty import service as duty
from service.handoff.duty import worker as hours
from service.handoff.repository import mark_rung
from service.handoff.rules import Candidate, Held, Patience, Waiting
from service.handoff.service import AlreadyClaimed, HandoffRow
from service.loop import Loop

log = logging.getLogger(__name__)

PAUSE_SECONDS = 1.0

_WORDS = {
    "unanswered": "刚才的客服没能及时接入，已把您排到最前面，马上为您换一位。",
    "silent": "刚才的客服暂时无法回复，已把您排到最前面，马上为您换一位。",
    "shift": "刚才的客服下班了，已把您排到最前面，同事接着为您处理，您说的内容都在。",
    "lost": "刚才的客服掉线了，已把您排到最前面，马上为您换一位，您说的内容都在。",
}


class Assigner:
    """One loop a process; several may run, the claim lets one win."""

    def __init__(self, database: Database, clock: Callable[[], datetime], woke: Callable[[], None]) -> None:
        self._database = database
        self._clock = clock
        self._woke = woke
        self._loop = Loop("assignment", self._round, PAUSE_SECONDS)

    async def run(self) -> None:
        """Work until cancelled."""
        await self._loop.run()

    async def _round(self) -> None:
        if await self.step():
            self._woke()

    async def step(self) -> int:
        """Take back, ring and give once; returns how many conversations changed hands."""
        now = self._clock()
        patience = await self._database.read(duty.patience_in_force)
        if not await self._database.read(lambda c: work_to_do(c, patience, now)):
            return 0
        return await self._database.write(lambda c: step(c, patience, now))


def work_to_do(connection: Connection, patience: Patience, now: datetime) -> bool:
    """Whether a step would change anything; a read, so that an idle house takes no write lock."""
    waiting = handoff.waiting(connection)
    if waiting and _to_ring(connection, patience, now):
        return True
    if waiting and candidates(connection, patience, now):
        return True
    if waiting and (hours.told_wrongly(connection, now) or hours.left_alone(connection, patience, now)):
        return True
    endings = list(hours.endings(connection, now))
    if hours.to_tell(endings) or hours.to_pass_on(endings, patience, now):
        return True
    return any(_why(connection, row, patience, now) is not None for row in handoff.claimed(connection))


def step(connection: Connection, patience: Patience, now: datetime) -> int:
    """Everything that is due, once; returns how much was."""
    return (
        hours.tell_shifts(connection, now)
        + take_back(connection, patience, now)
        + pass_on(connection, patience, now)
        + hours.tell_hours(connection, now)
        + ring(connection, patience, now)
        + give(connection, patience, now)
        + hours.ring_alone(connection, patience, now)
    )


def take_back(connection: Connection, patience: Patience, now: datetime) -> int:
    """Conversations of agents who do not answer go back to the head of the queue."""
    released = 0
    for row in handoff.claimed(connection):
        why = _why(connection, row, patience, now)
        if why is None:
            continue
        handoff.release(connection, row, _WORDS[why], now)
        if row.claimed_by is not None and why != "lost":
            agents.send_away(connection, row.claimed_by, why, now)
        log.info("conversation %s back to the queue: %s", row.conversation_id, why)
        released += 1
    return released


def pass_on(connection: Connection, patience: Patience, now: datetime) -> int:
    """Whose shift has ended gives up what he still has, after a grace, and is away."""
    rows = hours.to_pass_on(hours.endings(connection, now), patience, now)
    for row in rows:
        handoff.release(connection, row, _WORDS["shift"], now)
        if row.claimed_by is not None:
            agents.send_away(connection, row.claimed_by, "shift", now)
        log.info("conversation %s passed on: the shift is over", row.conversation_id)
    return len(rows)


def ring(connection: Connection, patience: Patience, now: datetime) -> int:
    """A P0 that nobody has taken rings the supervisors, once; at once when nobody is on duty."""
    # Of several processes that found the same, one rings.
    rows = [row for row in _to_ring(connection, patience, now) if mark_rung(connection, row.id, now)]
    for row in rows:
        delivery.announce_alarm(connection, row.conversation_id, "p0_unanswered")
        call = {"conversation_id": row.conversation_id, "department": row.department}
        delivery.announce_call(connection, {**call, "why": "p0_unanswered"})
    return len(rows)


def give(connection: Connection, patience: Patience, now: datetime) -> int:
    """Give what waits, most urgent first, as long as somebody is free."""
    given = 0
    for row in handoff.waiting(connection):
        free = candidates(connection, patience, now)
        chosen = rules.choose(_waiting(row), free)
        if chosen is None:
            return given
        agent = agents.agent(connection, chosen.id)
        if agent is None:
            continue
        try:
            handoff.claim(connection, row.conversation_id, agent, now, assigned=True)
        except (AlreadyClaimed, NotFound) as error:
            log.info("not assigned: %s", error)
            continue
        given += 1
    return given


def candidates(connection: Connection, patience: Patience, now: datetime) -> list[Candidate]:
    """Agents who may be given a conversation now: online, heard of, on duty, with room."""
    loads, shifts, local = handoff.loads(connection), duty.rosters(connection), now.astimezone(CHINA)
    return [
        Candidate(
            agent.id, agent.department, agent.skills, loads.get(agent.id, 0), agent.capacity, agent.last_assigned_at
        )
        for agent in agents.all_agents(connection)
        if agent.automatic
        and duty.reachable(agent, patience, now)
        and on_duty(shifts.get(agent.id, ()), local)
        and loads.get(agent.id, 0) < agent.capacity
    ]


def _waiting(row: HandoffRow) -> Waiting:
    return Waiting(
        row.id, row.conversation_id, row.department, row.skills, row.preferred, row.missed, row.priority, row.queued_at
    )


def _to_ring(connection: Connection, patience: Patience, now: datetime) -> list[HandoffRow]:
    waiting = [row for row in handoff.waiting(connection) if row.rung_at is None]
    urgent = [row for row in waiting if duty.never_closed(row.priority, row.reason)]
    if not urgent:
        return []
    closed = not duty.state(connection, now).open
    return [row for row in urgent if closed or (row.priority == "P0" and now - row.queued_at > patience.ring)]


def _why(connection: Connection, row: HandoffRow, patience: Patience, now: datetime) -> str | None:
    agent = agents.agent(connection, row.claimed_by) if row.claimed_by is not None else None
    if row.claimed_at is None or agent is None:
        return None
    spoke = conversations.last_words(connection, row.conversation_id, row.claimed_at)
    held = Held(
        claimed_at=row.claimed_at,
        assigned=row.assigned,
        answered_at=row.answered_at,
        customer_spoke_at=spoke.get("customer"),
        agent_spoke_at=spoke.get("agent"),
        # Who never said that he is online works through the interface alone: no console to lose.
        agent_seen=agent.seen_at if agent.presence != Presence.OFFLINE.value or row.assigned else None,
    )
    return rules.why_released(held, patience, now)
