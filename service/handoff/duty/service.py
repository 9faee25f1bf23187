"""Who is there, whether somebody can answer now, and where a waiting customer stands; inside a unit of work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from contracts.conversation import Reply
from service.agents import service as agents
from service.agents.rules import Permission, Presence, may, on_duty
from service.agents.service import AgentRow
from service.calendar import kind_of
from service.clock import CHINA
from service.handoff import repository
from service.handoff.duty import rules
from service.handoff.duty.rules import Crew, Duty, Shifts
from service.handoff.repository import HandoffRow
from service.handoff.rules import Patience
from service.policies import service as policies
from service.policies.hours import service as hours

CRITICAL = "critical_intent"
_RECENT = timedelta(hours=2)
_A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class QueuePlace:
    """Where a waiting customer stands: the one definition for messages, banner and history.

    `estimate_minutes` is None when nothing honest can be said; `closed`: nobody can answer before `opens_at`;
    `called`: nobody is on duty, but it is urgent and the supervisors are rung.
    """

    place: int
    estimate_minutes: int | None
    closed: bool = False
    opens_at: datetime | None = None
    called: bool = False

    def card(self) -> dict[str, Any]:
        return {
            "type": "queue",
            "place": self.place,
            "estimate_minutes": self.estimate_minutes,
            "closed": self.closed,
            "opens_at": self.opens_at.isoformat() if self.opens_at is not None else None,
        }


def patience_in_force(connection: Connection) -> Patience:
    """How long people may be silent, from the office table."""
    seconds = policies.office(connection)
    return Patience(
        answer=timedelta(seconds=seconds["answer_seconds"]),
        silence=timedelta(seconds=seconds["silence_seconds"]),
        lost=timedelta(seconds=seconds["lost_seconds"]),
        ring=timedelta(seconds=seconds["ring_seconds"]),
        grace=timedelta(seconds=seconds["shift_grace_seconds"]),
    )


def rosters(connection: Connection) -> dict[int, list[tuple[int, int, int]]]:
    """The shifts of each agent who has some."""
    found: dict[int, list[tuple[int, int, int]]] = {}
    for agent_id, weekday, start, end in agents.shifts_of(connection):
        found.setdefault(agent_id, []).append((weekday, start, end))
    return found


def talkers(connection: Connection) -> list[AgentRow]:
    """Every active account that may talk to customers."""
    return [a for a in agents.all_agents(connection) if a.active and may(a.role, Permission.CONVERSATIONS)]


def reachable(agent: AgentRow, patience: Patience, now: datetime) -> bool:
    """Whether he says that he is online, and his console was heard of."""
    heard = agent.seen_at is not None and now - agent.seen_at <= patience.lost
    return (
        agent.active and heard and agent.presence == Presence.ONLINE.value and may(agent.role, Permission.CONVERSATIONS)
    )


def state(connection: Connection, now: datetime) -> Duty:
    """Whether a person can answer now, by the opening hours and the roster."""
    planned = rosters(connection)
    shifts: list[Shifts] = [planned.get(agent.id, []) for agent in talkers(connection)]
    return rules.duty(hours.in_force(connection), shifts, now.astimezone(CHINA), kind_of)


def never_closed(priority: str, reason: str) -> bool:
    """Danger and P0 know no off hours."""
    return priority == "P0" or reason == CRITICAL


def crew(connection: Connection, patience: Patience, now: datetime) -> Crew:
    """Who is there, and how much room they have."""
    planned, loads, local = rosters(connection), repository.loads(connection), now.astimezone(CHINA)
    here = [
        agent
        for agent in talkers(connection)
        if reachable(agent, patience, now) and on_duty(planned.get(agent.id, ()), local)
    ]
    room = {agent.id: max(0, agent.capacity - loads.get(agent.id, 0)) for agent in here}
    return Crew(
        free=sum(room.values()),
        automatic=sum(room[agent.id] for agent in here if agent.automatic),
        busy=sum(loads.get(agent.id, 0) for agent in here),
    )


def place_of(connection: Connection, conversation_id: str, now: datetime) -> QueuePlace | None:
    """The place in the queue; None when the conversation does not wait."""
    row = repository.live(connection, conversation_id)
    if row is None or row.state != "waiting":
        return None
    place = repository.place(connection, row)
    now_open = state(connection, now)
    if not now_open.open:
        if never_closed(row.priority, row.reason):
            return QueuePlace(place, None, called=True)
        return QueuePlace(place, None, closed=True, opens_at=now_open.opens_at)
    estimate = rules.estimate_minutes(
        place,
        crew(connection, patience_in_force(connection), now),
        repository.recent_waits(connection, now - _RECENT),
        repository.recent_lengths(connection, now - _A_DAY),
    )
    return QueuePlace(place, estimate)


def told_off_hours(row: HandoffRow, place: QueuePlace, problem: str | None, filed: list[str], now: datetime) -> Reply:
    """The words for who waits while nobody can answer, with what he can do instead."""
    text = rules.off_hours_text(row.reason, place.opens_at, place.place, filed, now)
    return Reply(text, source="handoff", buttons=rules.off_hours_buttons(problem, filed), card=place.card())
