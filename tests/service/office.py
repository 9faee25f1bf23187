"""All tables in memory, customers, agents and a clock of the test's own: what the steps of the house do in a day."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, create_engine, event, select

from contracts.conversation import Owner
from contracts.effects import HandOff
from service.agents import repository as agent_rows
from service.agents import service as agents
from service.agents.rules import Presence, Role
from service.agents.service import AgentRow
from service.clock import CHINA
from service.conversations import service as conversations
from service.conversations.service import ConversationRow, MessageRow
from service.db import metadata
from service.delivery.models import outbox
from service.handoff import service as handoff
from service.handoff import worker
from service.handoff.rules import Patience
from service.handoff.service import QueuePlace
from service.policies import service as policies
from service.tables import ALL

assert ALL
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MORNING = datetime(2026, 11, 23, 10, 0, tzinfo=CHINA)
"""A Monday."""


class Office:
    """The real tables and the real steps; only the clock is ours."""

    def __init__(self, now: datetime = MORNING) -> None:
        engine = create_engine("sqlite://", isolation_level=None)
        event.listen(engine, "begin", lambda c: c.exec_driver_sql("BEGIN IMMEDIATE"))
        metadata.create_all(engine)
        self.connection: Connection = engine.connect()
        self.now = now
        self.patience = Patience()
        self._customers = 0

    def close(self) -> None:
        self.connection.close()

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    def at(self, text: str) -> None:
        self.now = datetime.fromisoformat(text).replace(tzinfo=CHINA)

    def hours(self, week: Sequence[str] = ("09:00-18:00",), night: Sequence[str] = (), **more: Any) -> None:
        """Put opening hours in force, the same for every day."""
        values = {"week": {day: list(week) for day in WEEKDAYS}, "night": list(night), "holidays": list(week), **more}
        rows = deepcopy([dict(row) for row in policies.default_rows("hours")])
        for row in rows:
            row["value"] = values.get(row["id"], row["value"])
        policies.publish(self.connection, "hours", rows, "test", "测试", self.now)

    def agent(self, name: str, shifts: Sequence[tuple[int, int, int]] = (), **more: Any) -> AgentRow:
        values = {"password_hash": "x", "role": Role.AGENT.value, "active": True, "created_at": self.now, **more}
        agent_rows.insert_agent(self.connection, username=name, **values)
        made = next(a for a in agents.all_agents(self.connection) if a.username == name)
        agent_rows.replace_shifts(self.connection, made.id, shifts)
        return made

    def online(self, agent: AgentRow, *, automatic: bool = True) -> None:
        agents.set_presence(self.connection, agent, Presence.ONLINE, self.now, automatic=automatic)

    def heard(self, agent: AgentRow) -> None:
        agents.seen(self.connection, agent.id, self.now)

    def fresh(self, agent: AgentRow) -> AgentRow:
        found = agents.agent(self.connection, agent.id)
        assert found is not None
        return found

    def customer(self) -> ConversationRow:
        self._customers += 1
        name = f"demo-gold-o{self._customers}"
        return conversations.open_conversation(self.connection, "widget", name, None, self.now)

    def asks(self, talk: ConversationRow | None = None, reason: str = "asked", **more: Any) -> ConversationRow:
        """A customer asks for a person."""
        talk = talk or self.customer()
        self.place = handoff.enqueue(self.connection, talk, HandOff(reason, "test", **more), None, self.now)
        return self.talk(talk)

    place: QueuePlace

    def talk(self, talk: ConversationRow) -> ConversationRow:
        return conversations.require(self.connection, talk.id)

    def step(self) -> None:
        """The house looks after its queue until nothing is left to do."""
        for _ in range(20):
            if not worker.work_to_do(self.connection, self.patience, self.now):
                return
            worker.step(self.connection, self.patience, self.now)
        raise AssertionError("the house never comes to rest")

    def said(self, talk: ConversationRow) -> list[MessageRow]:
        return conversations.messages_after(self.connection, talk.id, 0)

    def texts(self, talk: ConversationRow) -> list[str]:
        return [m.text for m in self.said(talk)]

    def owner(self, talk: ConversationRow) -> Owner:
        return self.talk(talk).owner

    def alarms(self) -> list[str]:
        """Kinds of the alarms and hints that agents got, oldest first."""
        rows = self.connection.execute(select(outbox.c.payload).where(outbox.c.topic == "alert").order_by(outbox.c.id))
        return [row.payload.get("alarm") or row.payload["type"] for row in rows]
