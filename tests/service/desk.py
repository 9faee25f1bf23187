"""A database of its own, the embedded platform, and a conversation of a demo customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Sequence

from contracts.effects import FileTicket, Remedy
from contracts.errors import PlatformUnavailable
from contracts.platform import PlatformEvent
from contracts.remedies import RemedyReceipt, RemedyRequest
from contracts.tickets import TicketStatus
from service.agents import service as agents
from service.agents.rules import Role
from service.agents.service import AgentRow
from service.conversations import service as conversations
from service.db import Database
from service.gateways.fuel_platform.embedded import EmbeddedPlatform
from service.gateways.fuel_platform.worker import DemoTicker
from service.migrate import migrate
from service.remedies import service as remedies
from service.remedies.service import RemedyRow
from service.remedies.worker import RemedyWorker
from service.settings import Settings
from service.tickets import service as tickets
from service.watchers import service as watchers
from service.watchers.worker import WatchWorker

NOW = datetime(2025, 6, 4, 2, 38, tzinfo=timezone.utc)
CUSTOMER = "demo-gold-1"


@dataclass
class Unsteady:
    """The embedded platform behind a line that may be cut before or after the platform has acted."""

    platform: EmbeddedPlatform
    cut_before: int = 0
    cut_after: int = 0
    calls: int = 0

    async def perform(self, request: RemedyRequest, key: str) -> RemedyReceipt:
        self.calls += 1
        if self.cut_before:
            self.cut_before -= 1
            raise PlatformUnavailable("no connection")
        receipt = await self.platform.perform(request, key)
        if self.cut_after:
            self.cut_after -= 1
            raise PlatformUnavailable("the answer was lost")
        return receipt


class Desk:
    """What a test does with remedies."""

    def __init__(self, folder: Path) -> None:
        settings = Settings(_env_file=None, data_dir=folder)  # type: ignore[call-arg]
        migrate(settings)
        self.now = NOW
        self.database = Database(settings.database)
        self.platform = EmbeddedPlatform(folder / "platform.db", lambda: self.now)
        self.line = Unsteady(self.platform)
        self.worker = RemedyWorker(self.database, self.line, lambda: self.now, lambda: None, 5.0)
        self.watchers = WatchWorker(self.database, self.platform, lambda: self.now, lambda: None, 5)
        self.ticker = DemoTicker(self.platform, self.receive)
        self.conversation_id = ""
        self.turns = 0

    async def open(self) -> None:
        opened = await self.database.write(
            lambda c: conversations.open_conversation(c, "widget", CUSTOMER, None, self.now)
        )
        self.conversation_id = opened.id

    async def ask(self, level: str | None = "gold", turn_id: int | None = None, **values: Any) -> str | None:
        """A flow's remedy; what the customer is told at once."""
        self.turns += 1
        turn = turn_id or self.turns
        effect = Remedy(**{"slot": "r", "done": "", **values})

        def work(connection: Any) -> Any:
            conversation = conversations.require(connection, self.conversation_id, lock=True)
            return remedies.ask(connection, conversation, turn, effect, level, self.now)

        reply = await self.database.write(work)
        return None if reply is None else str(reply.text)

    async def receive(self, events: Sequence[PlatformEvent]) -> None:
        await self.database.write(lambda c: watchers.receive(c, events, self.now))

    async def platform_tells(self) -> None:
        """What is due on the platform happens, is told, and is handled."""
        await self.ticker.tick_once()
        while await self.watchers.work_once():
            pass

    async def ticket(self, category: str, order_id: str | None = None, **slots: str) -> str:
        """A flow files a ticket about an order, or the records named by its slots."""
        self.turns += 1
        planned = tickets.plan(self.turns, category, self.now)
        effect = FileTicket(
            number=planned.number,
            category=category,
            department=planned.department,
            priority=planned.priority,
            summary="客户反映",
            created_at=self.now.isoformat(),
            first_response_due_at=planned.first_response_due_at.isoformat(),
            due_at=planned.due_at.isoformat(),
            details={"slots": slots},
            order_ids=(order_id,) if order_id is not None else (),
        )

        about = await tickets.circumstances(self.platform, CUSTOMER, effect)

        def work(connection: Any) -> None:
            conversation = conversations.require(connection, self.conversation_id, lock=True)
            tickets.file(connection, conversation, self.turns, effect, self.now, about)
            watchers.watch(connection, conversation, effect, self.now, timedelta(minutes=5))

        await self.database.write(work)
        return planned.number

    async def agent(self, name: str, role: Role) -> AgentRow:
        def work(connection: Any) -> AgentRow:
            agents.add(connection, name, "a-long-test-password", role, self.now, department="finance", station_id="S1")
            found = agents.credentials(connection, name)
            assert found is not None
            return found[0]

        return await self.database.write(work)

    async def status(self, number: str) -> TicketStatus:
        found = await self.database.read(lambda c: tickets.ticket(c, number))
        assert found is not None
        return found.status

    async def rows(self) -> list[RemedyRow]:
        """All remedies, oldest first."""
        found = await self.database.read(
            lambda c: remedies.search(c, statuses=[], customer_id=None, before=None, limit=100)
        )
        return found[::-1]

    async def said(self) -> list[str]:
        """Everything the customer was told, oldest first."""
        rows = await self.database.read(lambda c: conversations.messages_after(c, self.conversation_id, 0))
        return [row.text for row in rows]

    async def work_until_quiet(self, tries: int = 20) -> None:
        """Let the worker go on, pauses between tries over at once."""
        from sqlalchemy import update

        from service.remedies.models import remedies as table

        for _ in range(tries):
            await self.database.write(lambda c: c.execute(update(table).values(next_at=0.0)))
            if not await self.worker.work_once():
                return

    def close(self) -> None:
        self.database.close()
        self.platform.close()

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)
