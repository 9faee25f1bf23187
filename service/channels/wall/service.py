"""What the live wall shows: gathered in one read."""

from __future__ import annotations

from datetime import datetime, time

from sqlalchemy import Connection

from contracts.taxonomy import Taxonomy
from service.agents import service as agents
from service.agents.rules import Presence
from service.callbacks import service as callbacks
from service.channels.console import service as console
from service.channels.people import service as people
from service.channels.people.schemas import AccountShape
from service.channels.wall import rules
from service.channels.wall.rules import Served
from service.channels.wall.schemas import CrewShape, HalfHour, OfficeShape, TalkShape, WallAnswer
from service.clock import CHINA
from service.conversations import service as conversations
from service.handoff import service as handoff
from service.handoff.duty import service as duty
from service.handoff.rules import Patience
from service.handoff.service import HandoffRow
from service.house import House
from service.policies import service as policies
from service.tickets import service as tickets
from service.turns import service as turns

_OPENING, _JUDGED = 40, 8
"""How many of the newest messages and turns tell what a talk is about."""
_SHOWN_ROLES = ("agent", "supervisor", "admin")


async def wall(house: House, now: datetime) -> WallAnswer:
    """The numbers of the live wall."""
    midnight = datetime.combine(now.astimezone(CHINA).date(), time(0), CHINA)
    return await house.database.read(lambda c: _wall(c, house.taxonomy, midnight, now))


def _wall(connection: Connection, taxonomy: Taxonomy, midnight: datetime, now: datetime) -> WallAnswer:
    queue = handoff.waiting(connection)
    # Who was told to come back later does not wait for anybody now.
    waiting = [row for row in queue if not row.off_hours]
    seconds = policies.office(connection)["goal_seconds"]
    waits = [max(0.0, (now - _since(row)).total_seconds()) for row in waiting]
    today = [Served(at, wait) for at, wait in handoff.waits_since(connection, midnight)]
    today += [Served(_since(row), wait, False) for row, wait in zip(waiting, waits, strict=True)]
    reached = rules.goal(today, seconds)
    state = duty.state(connection, now)
    promised, due = callbacks.count(connection, now)
    people_here = [a for a in people.accounts_of(connection, now) if a.active and a.role in _SHOWN_ROLES]
    return WallAnswer(
        waiting=len(waiting),
        longest_wait_seconds=int(max(waits, default=0)),
        with_people=sum(handoff.loads(connection).values()),
        reached=reached.share,
        reached_of=reached.judged,
        goal_seconds=seconds,
        goal_share=rules.GOAL_SHARE,
        breaches=reached.breaches,
        office=OfficeShape(open=state.open, opens_at=state.opens_at, waiting_for_it=len(queue) - len(waiting)),
        crew=_crew(people_here, duty.patience_in_force(connection), now),
        history=[
            HalfHour(at=s.at, asked=s.asked, answered=s.answered, reached=s.reached, longest_seconds=s.longest)
            for s in rules.history(today, midnight, now, seconds)
        ],
        callbacks_open=promised,
        callbacks_due=due,
        agents=people_here,
        overdue_tickets=tickets.count_open(connection, overdue_at=now),
        open_tickets=tickets.count_open(connection),
        rings=[row.conversation_id for row in queue if row.rung_at is not None],
        talks=_talks(connection, taxonomy, now),
    )


def _since(row: HandoffRow) -> datetime:
    """When the customer began to wait for somebody who could come."""
    return row.opens_at or row.queued_at


def _crew(people_here: list[AccountShape], patience: Patience, now: datetime) -> CrewShape:
    found = dict.fromkeys(CrewShape.model_fields, 0)
    for agent in people_here:
        heard = agent.seen_at is not None and now - agent.seen_at <= patience.lost
        if agent.presence == Presence.OFFLINE.value:
            found["off_duty" if not agent.on_duty else "offline"] += 1
        elif agent.presence == Presence.AWAY.value:
            found["away"] += 1
        elif not heard:
            found["lost"] += 1
        else:
            found["busy" if agent.load >= agent.capacity else "free"] += 1
    return CrewShape(**found)


def _talks(connection: Connection, taxonomy: Taxonomy, now: datetime) -> list[TalkShape]:
    """What people talk about; as many queries for a hundred talks as for one, the wall asks every few seconds."""
    rows = handoff.claimed(connection)
    ids = [row.conversation_id for row in rows]
    names = {agent.id: agent.username for agent in agents.all_agents(connection)}
    messages = conversations.last_messages_of(connection, ids, _OPENING)
    judged = turns.judged_of(connection, ids, _JUDGED)
    return [
        TalkShape(
            conversation_id=row.conversation_id,
            agent=names.get(row.claimed_by) if row.claimed_by is not None else None,
            story=console.opening_line(
                taxonomy, messages[row.conversation_id], console.problem_turn(judged[row.conversation_id])
            ),
            priority=row.priority,
            minutes=int((now - (row.claimed_at or row.queued_at)).total_seconds() // 60),
            answered=row.answered_at is not None,
        )
        for row in rows
    ]
