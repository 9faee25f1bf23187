"""A database of its own with customers, agents, and a clock that the tests move."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, AsyncIterator, Callable, TypeVar

import pytest
from sqlalchemy import Connection, func, select

from contracts.conversation import Reply
from contracts.effects import ActOnTicket, AddToTicket, FileTicket
from contracts.tickets import CustomerAction
from service.agents import service as agents
from service.agents.rules import Role
from service.agents.service import AgentRow
from service.clock import CHINA
from service.conversations import service as conversations
from service.db import Database
from service.migrate import migrate
from service.settings import Settings
from service.tickets import service as tickets
from service.tickets.incidents.service import Threshold
from service.tickets.models import ticket_timers
from service.tickets.service import Circumstances, TicketRow
from service.tickets.worker import TicketWorker

T = TypeVar("T")
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=CHINA)
THRESHOLD = Threshold(5, timedelta(minutes=10))


class Office:
    """What a test does with tickets: customers file and press, agents work, time goes by."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(_env_file=None, data_dir=folder)  # type: ignore[call-arg]
        migrate(self.settings)
        self.now = MONDAY
        self.database = Database(self.settings.database)
        self.worker = TicketWorker(self.database, THRESHOLD, lambda: self.now, lambda: None)
        self.turns = 0
        self.conversations: dict[str, str] = {}

    async def write(self, work: Callable[[Connection], T]) -> T:
        return await self.database.write(work)

    async def customer(self, name: str) -> str:
        """The conversation of a customer."""
        if name not in self.conversations:
            opened = await self.write(lambda c: conversations.open_conversation(c, "widget", name, None, self.now))
            self.conversations[name] = opened.id
        return self.conversations[name]

    async def agent(self, name: str, role: Role = Role.AGENT, department: str = "finance") -> AgentRow:
        def work(connection: Connection) -> AgentRow:
            agents.add(connection, name, "a-long-password", role, self.now, department=department, station_id="S001")
            found = agents.credentials(connection, name)
            assert found is not None
            return found[0]

        return await self.write(work)

    async def file(self, category: str, name: str = "anna", known: Circumstances = Circumstances(), **more: Any) -> str:
        """File a ticket; returns its number."""
        conversation_id = await self.customer(name)
        self.turns += 1
        planned = tickets.plan(self.turns, category, self.now)
        effect = FileTicket(
            number=planned.number,
            category=category,
            department=planned.department,
            priority=planned.priority,
            summary="客户反映的问题",
            created_at=self.now.isoformat(),
            first_response_due_at=planned.first_response_due_at.isoformat(),
            due_at=planned.due_at.isoformat(),
        )

        def work(connection: Connection) -> None:
            conversation = conversations.require(connection, conversation_id, lock=True)
            tickets.file(connection, conversation, self.turns, replace(effect, **more), self.now, known)

        await self.write(work)
        return planned.number

    async def press(self, action: CustomerAction, number: str, name: str = "anna", note: str = "") -> Reply:
        """The customer presses a button under his ticket."""
        conversation_id = await self.customer(name)

        def work(connection: Connection) -> Reply:
            conversation = conversations.require(connection, conversation_id, lock=True)
            return tickets.act(connection, conversation, ActOnTicket(number, action.value, note), self.now)

        return await self.write(work)

    async def add(self, number: str, kind: str, note: str, name: str = "anna") -> None:
        conversation_id = await self.customer(name)

        def work(connection: Connection) -> None:
            conversation = conversations.require(connection, conversation_id, lock=True)
            tickets.add(connection, conversation, AddToTicket(number, kind, note), self.now)

        await self.write(work)

    async def ticket(self, number: str) -> TicketRow:
        found = await self.database.read(lambda c: tickets.ticket(c, number))
        assert found is not None
        return found

    async def events(self, number: str) -> list[str]:
        return [e.kind for e in await self.database.read(lambda c: tickets.events(c, number))]

    async def said(self, name: str = "anna") -> list[str]:
        """Everything the customer was told, oldest first."""
        conversation_id = await self.customer(name)
        rows = await self.database.read(lambda c: conversations.messages_after(c, conversation_id, 0))
        return [row.text for row in rows]

    async def at(self, moment: datetime) -> None:
        """Time goes on to `moment`; everything that is due on the way happens at its time."""
        while True:
            due = await self.database.read(_next_timer)
            if due is None or due > moment:
                break
            self.now = max(self.now, due)
            await self.worker.sweep()
        self.now = max(self.now, moment)
        await self.worker.sweep()

    async def wait(self, **span: float) -> None:
        await self.at(self.now + timedelta(**span))


def _next_timer(connection: Connection) -> datetime | None:
    return connection.execute(select(func.min(ticket_timers.c.due_at))).scalar()


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    made = Office(tmp_path)
    yield made
    made.database.close()
