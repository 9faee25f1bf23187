"""The list of callbacks as agents see it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Sequence

from sqlalchemy import Connection

from service.agents import service as agents
from service.callbacks import rules
from service.callbacks import service as callbacks
from service.callbacks.desk import service as desk
from service.callbacks.desk.service import AttemptRow, CallbackRow
from service.channels.callbacks.schemas import AttemptShape, CallbackList, CallbackShape
from service.channels.console import service as console
from service.conversations import service as conversations
from service.house import House
from service.privacy import mask
from service.turns import service as turns

SHOWN_DAYS = timedelta(days=7)
MOST = 200
_TURNS, _MESSAGES = 16, 60
_WISH = f"intent:{callbacks.CATEGORY}"


async def listed(house: House, *, over: bool, now: datetime) -> CallbackList:
    """What is to be called, the most pressing first; `over`: what ended in the last days instead."""

    def work(connection: Connection) -> tuple[Sequence[CallbackRow], tuple[int, int]]:
        rows = desk.ended(connection, now - SHOWN_DAYS, MOST) if over else desk.promised(connection)
        return rows, callbacks.count(connection, now)

    rows, (promised, due) = await house.database.read(work)
    return CallbackList(items=await shapes(house, rows, now), open=promised, due=due)


async def shapes(house: House, rows: Sequence[CallbackRow], now: datetime) -> list[CallbackShape]:
    """The rows with customer, story and attempts."""

    def work(connection: Connection) -> tuple[dict[int, list[AttemptRow]], dict[int, str], dict[int, str]]:
        tried: dict[int, list[AttemptRow]] = {}
        for attempt in desk.attempts(connection, [row.id for row in rows]):
            tried.setdefault(attempt.callback_id, []).append(attempt)
        names = {agent.id: agent.username for agent in agents.all_agents(connection)}
        return tried, names, {row.id: _story(connection, house, row) for row in rows}

    tried, names, stories = await house.database.read(work)
    return [
        CallbackShape(
            id=row.id,
            conversation_id=row.conversation_id,
            customer=(await console.brief(house, row.customer_id))[0],
            phone=rules.masked(row.phone) if row.phone is not None else None,
            state=row.state.value,
            source=row.source,
            story=stories[row.id],
            when=_when(row, now),
            ticket_number=row.ticket_number,
            try_at=row.try_at or row.created_at,
            due_at=row.due_at or row.created_at,
            failures=row.failures,
            wrong_number=row.wrong_number,
            broken=row.broken,
            agent_id=row.agent_id,
            agent=names.get(row.agent_id) if row.agent_id is not None else None,
            created_at=row.created_at,
            ended_at=row.ended_at,
            attempts=[
                AttemptShape(
                    agent=names.get(a.agent_id), outcome=a.outcome.value, note=mask(a.note), at=a.at, next_at=a.next_at
                )
                for a in tried.get(row.id, [])
            ],
        )
        for row in rows
    ]


def _story(connection: Connection, house: House, row: CallbackRow) -> str:
    # How the call was arranged is not what it is about.
    judged = [t for t in turns.judged(connection, row.conversation_id, _TURNS) if t.label != _WISH]
    messages = conversations.last_messages(connection, row.conversation_id, _MESSAGES)
    return console.opening_line(house.taxonomy, messages, console.problem_turn(judged))


def _when(row: CallbackRow, now: datetime) -> str:
    return rules.title(rules.Wish(row.wanted_from, row.wanted_to), now)
