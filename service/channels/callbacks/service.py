"""The list of callbacks as agents see it."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Iterable, Sequence

from sqlalchemy import Connection

from service.agents import service as agents
from service.callbacks import rules
from service.callbacks import service as callbacks
from service.callbacks.desk import service as desk
from service.callbacks.desk.service import AttemptRow, CallbackRow
from service.channels.callbacks.schemas import AttemptShape, CallbackList, CallbackShape
from service.channels.console import service as console
from service.channels.console.schemas import CustomerBrief
from service.conversations import service as conversations
from service.house import House
from service.privacy import mask
from service.turns import service as turns

SHOWN_DAYS = timedelta(days=7)
MOST = 200
ASKED_AT_ONCE = 8
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

    def work(
        connection: Connection,
    ) -> tuple[dict[int, list[AttemptRow]], dict[int, str], dict[int, str], dict[int, str | None]]:
        tried: dict[int, list[AttemptRow]] = {}
        for attempt in desk.attempts(connection, [row.id for row in rows]):
            tried.setdefault(attempt.callback_id, []).append(attempt)
        names = {agent.id: agent.username for agent in agents.all_agents(connection)}
        stories = {row.id: _story(connection, house, row) for row in rows}
        return tried, names, stories, {row.id: _customer(connection, row) for row in rows}

    tried, names, stories, customers = await house.database.read(work)
    briefs = await _briefs(house, customers.values())
    return [
        CallbackShape(
            id=row.id,
            conversation_id=row.conversation_id,
            customer=briefs[customers[row.id]],
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


async def _briefs(house: House, customer_ids: Iterable[str | None]) -> dict[str | None, CustomerBrief]:
    """Each customer once, some at a time: a slow platform holds up the list once, not once for each row."""
    gate = asyncio.Semaphore(ASKED_AT_ONCE)
    wanted = list(dict.fromkeys(customer_ids))

    async def one(customer_id: str | None) -> CustomerBrief:
        async with gate:
            return (await console.brief(house, customer_id))[0]

    return dict(zip(wanted, await asyncio.gather(*map(one, wanted)), strict=True))


def _customer(connection: Connection, row: CallbackRow) -> str | None:
    # Who was a guest when he asked may have been recognised, or joined to his account, since.
    return row.customer_id or conversations.require(connection, row.conversation_id).customer_id


def _story(connection: Connection, house: House, row: CallbackRow) -> str:
    # How the call was arranged is not what it is about.
    judged = [t for t in turns.judged(connection, row.conversation_id, _TURNS) if t.label != _WISH]
    messages = conversations.last_messages(connection, row.conversation_id, _MESSAGES)
    return console.opening_line(house.taxonomy, messages, console.problem_turn(judged))


def _when(row: CallbackRow, now: datetime) -> str:
    return rules.title(rules.Wish(row.wanted_from, row.wanted_to), now)
