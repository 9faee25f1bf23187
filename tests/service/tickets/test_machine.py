"""Whatever customers, handlers and time do to tickets, in any order: what must hold of every one of them."""

from __future__ import annotations

import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Callable, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule
from sqlalchemy import Connection, insert, select

from contracts.conversation import Owner
from contracts.effects import ActOnTicket, AddToTicket, FileTicket
from contracts.taxonomy import load_taxonomy
from contracts.tickets import CustomerAction, TicketStatus, actions_of
from service.agents.models import agents as agent_table
from service.agents.rules import Role
from service.agents.service import AgentRow
from service.clock import CHINA
from service.conversations import service as conversations
from service.conversations.models import messages
from service.db import Database, metadata
from service.tables import ALL
from service.tickets import service as tickets
from service.tickets.desk import service as desk
from service.tickets.incidents.service import Threshold
from service.tickets.life import repository as timers
from service.tickets.life import rules as life_rules
from service.tickets.life.service import WrongStatus, clocked
from service.tickets.rules import TRANSITIONS
from service.tickets.service import TicketRow
from service.tickets.sla import service as sla
from service.tickets.watch import service as watch
from tests.database import url_for

T = TypeVar("T")
BEGIN = datetime(2026, 9, 30, 16, 0, tzinfo=CHINA)  # before a week of holidays
THRESHOLD = Threshold(5, timedelta(minutes=10))
CATEGORIES = ("paid_not_fueled", "payment_failed", "coupon_not_received", "redeem_logistics", "oil_quality_complaint")
WORKERS = [AgentRow(n, f"agent{n}", Role.AGENT, "service", None) for n in (1, 2)]


class Tickets(RuleBasedStateMachine):
    """Tickets of one customer in a database of their own."""

    numbers = Bundle("numbers")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.database = Database(url_for(Path(self.folder.name), migrated=False))
        metadata.create_all(self.database.engine, tables=list(ALL))
        self.now = BEGIN
        self.turns = 0
        self.time_passed = False
        self.before: dict[str, TicketRow] = {}
        self.conversation = self.do(lambda c: conversations.open_conversation(c, "widget", "anna", None, self.now)).id
        rows = [
            {
                "id": w.id,
                "username": w.username,
                "password_hash": "x",
                "role": w.role.value,
                "active": True,
                "created_at": self.now,
            }
            for w in WORKERS
        ]
        self.do(lambda c: c.execute(insert(agent_table), rows))

    def teardown(self) -> None:
        self.database.close()
        self.folder.cleanup()

    def do(self, work: Callable[[Connection], T]) -> T:
        return self.database.submit(work).result()

    def attempt(self, work: Callable[[Connection], object]) -> None:
        """Something a handler tries; a refusal changes nothing."""
        before = self.all()
        try:
            self.do(work)
        except WrongStatus:
            assert self.all() == before

    def look(self, work: Callable[[Connection], T]) -> T:
        with self.database.engine.connect() as connection:
            return work(connection)

    def all(self) -> dict[str, TicketRow]:
        rows = self.look(lambda c: tickets.of_conversation(c, self.conversation))
        return {row.number: row for row in rows}

    @rule(target=numbers, category=st.sampled_from(CATEGORIES))
    def file(self, category: str) -> str:
        self.turns += 1
        planned = tickets.plan(self.turns, category, self.now)
        effect = FileTicket(
            planned.number,
            category,
            planned.department,
            planned.priority,
            "x",
            self.now.isoformat(),
            planned.first_response_due_at.isoformat(),
            planned.due_at.isoformat(),
        )

        def work(connection: Connection) -> None:
            conversation = conversations.require(connection, self.conversation, lock=True)
            tickets.file(connection, conversation, self.turns, effect, self.now)

        self.do(work)
        return planned.number

    @rule(number=numbers, action=st.sampled_from(CustomerAction))
    def press(self, number: str, action: CustomerAction) -> None:
        allowed = action in actions_of(self.all()[number].status)
        before = self.all()[number]

        def work(connection: Connection) -> str:
            conversation = conversations.require(connection, self.conversation, lock=True)
            return tickets.act(connection, conversation, ActOnTicket(number, action.value, "x"), self.now).text

        assert number in self.do(work)
        if not allowed or action is CustomerAction.WHY:
            assert self.all()[number] == before

    @rule(number=numbers, kind=st.sampled_from(["info", "again", "urge"]))
    def add(self, number: str, kind: str) -> None:
        def work(connection: Connection) -> None:
            conversation = conversations.require(connection, self.conversation, lock=True)
            tickets.add(connection, conversation, AddToTicket(number, kind, "x"), self.now)

        self.do(work)

    @rule(number=numbers, agent=st.sampled_from(WORKERS), how=st.sampled_from(["accept", "ask", "answer", "pass"]))
    def work(self, number: str, agent: AgentRow, how: str) -> None:
        def work(connection: Connection) -> object:
            if how == "accept":
                return desk.accept(connection, number, agent, self.now)
            if how == "ask":
                return desk.ask(connection, number, agent, "哪一单？", self.now)
            if how == "answer":
                return desk.answer(connection, number, agent, "在查", self.now)
            return desk.pass_on(connection, number, agent, None, "", self.now)

        self.attempt(work)

    @rule(number=numbers, status=st.sampled_from([s for s in TicketStatus if s is not TicketStatus.ACCEPTED]))
    def move(self, number: str, status: TicketStatus) -> None:
        self.attempt(lambda c: tickets.advance(c, number, status, "", "agent1", self.now, agent_id=1))

    @rule(minutes=st.one_of(st.integers(0, 30), st.integers(30, 6000)))
    def wait(self, minutes: int) -> None:
        """Time goes by in steps; the sweep is never more than a minute late."""
        end = self.now + timedelta(minutes=minutes)
        while True:
            due = self.look(lambda c: watch.due(c, end, 1))
            if not due:
                break
            self.now = max(self.now, due[0].due_at)
            self.do(lambda c, t=due[0]: watch.fire(c, t.id, THRESHOLD, self.now))  # type: ignore[misc]
        self.now = end
        self.time_passed = True

    @invariant()
    def moves_are_those_of_the_table(self) -> None:
        after = self.all()
        for number, old in self.before.items():
            status = after[number].status
            if not self.time_passed:
                assert status is old.status or status in TRANSITIONS[old.status], (old.status, status)
            elif status is not old.status:
                assert status is TicketStatus.CLOSED, "by itself a ticket does nothing but end in silence"
            assert after[number].owner_id == old.owner_id or old.owner_id is None, "the owner answers to the end"
            assert after[number].created_at == old.created_at
        self.before, self.time_passed = after, False

    @invariant()
    def every_open_ticket_is_watched(self) -> None:
        for number, ticket in self.all().items():
            found = self.look(lambda c, n=number: timers.timers_of(c, n))  # type: ignore[misc]
            wanted = life_rules.timers(clocked(ticket), sla.policy())
            assert {k: found[k] for k in found if k in life_rules.FOLLOWING} == wanted
            if ticket.status is TicketStatus.WAITING_CUSTOMER:
                assert ticket.paused_at is not None
                assert life_rules.DUE_BREACH not in wanted
            elif ticket.is_open:
                assert ticket.paused_at is None
                assert wanted[life_rules.DUE_BREACH] == ticket.due_at
                assert ticket.due_at > self.now - timedelta(minutes=1), "a broken promise is told within a minute"

    @invariant()
    def nobody_is_forgotten(self) -> None:
        policy = sla.policy()
        for ticket in self.all().values():
            if ticket.is_open and ticket.status is not TicketStatus.WAITING_CUSTOMER:
                silent = policy.later(ticket.told_at, policy.watches[ticket.priority].silence, ticket.priority)
                assert policy.quiet_end(silent, ticket.priority) >= self.now - timedelta(minutes=1)

    @invariant()
    def the_night_is_quiet(self) -> None:
        query = select(messages.c.card, messages.c.created_at).where(messages.c.source == "ticket")
        for row in self.look(lambda c: list(c.execute(query))):
            if row.card["priority"] > "P1":
                assert 8 <= row.created_at.astimezone(CHINA).hour < 22

    @invariant()
    def the_conversation_is_the_assistants(self) -> None:
        assert self.look(lambda c: conversations.require(c, self.conversation)).owner is Owner.BOT


TestTickets = Tickets.TestCase
TestTickets.settings = settings(
    max_examples=20, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)


def test_every_category_of_the_machine_is_one_of_the_taxonomy() -> None:
    assert set(CATEGORIES) <= set(load_taxonomy().intents)
