"""Customers, agents and the clock in any order: who waits is served as soon as somebody can, and never forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Connection, create_engine, event

from contracts.conversation import Owner
from contracts.effects import HandOff
from service.agents import repository as agent_rows
from service.agents import service as agents
from service.agents.rules import Presence, Role
from service.conversations import service as conversations
from service.db import metadata
from service.handoff import repository, worker
from service.handoff import service as handoff
from service.handoff.rules import Patience
from service.handoff.service import NotYours
from service.tables import ALL

PATIENCE = Patience()
LONGEST = max(PATIENCE.answer, PATIENCE.silence, PATIENCE.lost) + timedelta(seconds=2)
REASONS = ("asked", "anger", "critical_intent", "not_understood")


class Queue(RuleBasedStateMachine):
    """The real tables and the real steps; only the clock is ours."""

    def __init__(self) -> None:
        super().__init__()
        assert ALL
        engine = create_engine("sqlite://", isolation_level=None)
        event.listen(engine, "begin", lambda c: c.exec_driver_sql("BEGIN IMMEDIATE"))
        metadata.create_all(engine)
        self.connection: Connection = engine.connect()
        self.now = datetime(2026, 11, 22, 2, 0, tzinfo=timezone.utc)
        self.talks: list[str] = []
        self.said = 0
        self.stepped = False

    @initialize(count=st.integers(1, 3), capacity=st.integers(1, 2))
    def people(self, count: int, capacity: int) -> None:
        for number in range(count):
            agent_rows.insert_agent(
                self.connection,
                username=f"a{number}",
                password_hash="x",
                role=Role.AGENT.value,
                active=True,
                created_at=self.now,
                capacity=capacity,
            )
        self.count = count

    def agent(self, number: int) -> agents.AgentRow:
        found = agents.agent(self.connection, number % self.count + 1)
        assert found is not None
        return found

    @rule(reason=st.sampled_from(REASONS))
    def a_customer_needs_a_person(self, reason: str) -> None:
        talk = conversations.open_conversation(self.connection, "widget", f"demo-{len(self.talks)}", None, self.now)
        handoff.enqueue(self.connection, talk, HandOff(reason, "test"), None, self.now)
        self.talks.append(talk.id)
        self.stepped = False

    @rule(number=st.integers(0, 5), presence=st.sampled_from(Presence), automatic=st.booleans())
    def an_agent_comes_or_goes(self, number: int, presence: Presence, automatic: bool) -> None:
        agents.set_presence(self.connection, self.agent(number), presence, self.now, automatic=automatic)
        self.stepped = False

    @rule(number=st.integers(0, 5))
    def a_console_is_heard_of(self, number: int) -> None:
        agents.seen(self.connection, self.agent(number).id, self.now)
        self.stepped = False

    @precondition(lambda self: self.talks)
    @rule(number=st.integers(0, 5), which=st.integers(0, 50))
    def an_agent_writes(self, number: int, which: int) -> None:
        agent, talk = self.agent(number), self.talks[which % len(self.talks)]
        owns = conversations.require(self.connection, talk).agent_id == agent.id
        self.said += 1
        try:
            handoff.say(self.connection, talk, agent, "您好", f"a{self.said}", self.now)
            assert owns
        except NotYours:
            assert not owns

    @precondition(lambda self: self.talks)
    @rule(number=st.integers(0, 5), which=st.integers(0, 50))
    def an_agent_takes_one_himself(self, number: int, which: int) -> None:
        talk = self.talks[which % len(self.talks)]
        try:
            handoff.claim(self.connection, talk, self.agent(number), self.now)
        except handoff.AlreadyClaimed:
            assert conversations.require(self.connection, talk).owner is Owner.HUMAN
        self.stepped = False

    @rule(seconds=st.sampled_from((1, 30, 61, 91, 301)))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        self.stepped = False

    @rule()
    def the_house_looks_after_its_queue(self) -> None:
        for _ in range(len(self.talks) + 1):
            if not worker.work_to_do(self.connection, PATIENCE, self.now):
                break
            worker.take_back(self.connection, PATIENCE, self.now)
            worker.ring(self.connection, PATIENCE, self.now)
            worker.give(self.connection, PATIENCE, self.now)
        self.stepped = True

    @invariant()
    def owner_and_hand_off_agree(self) -> None:
        for talk in self.talks:
            conversation = conversations.require(self.connection, talk)
            row = handoff.live(self.connection, talk)
            assert row is not None
            assert (row.state == "claimed") == (conversation.owner is Owner.HUMAN)
            assert (row.claimed_by or None) == conversation.agent_id

    @invariant()
    def nobody_waits_while_somebody_is_free(self) -> None:
        if not self.stepped:
            return
        if handoff.waiting(self.connection):
            assert worker.candidates(self.connection, PATIENCE, self.now) == []
        for row in handoff.claimed(self.connection):
            assert row.claimed_at is not None
            silent = row.answered_at is None and self.now - row.claimed_at > LONGEST
            assert not silent

    @invariant()
    def the_queue_has_an_order(self) -> None:
        rows = handoff.waiting(self.connection)
        assert [repository.place(self.connection, row) for row in rows] == list(range(1, len(rows) + 1))

    def teardown(self) -> None:
        self.connection.close()


TestQueue = Queue.TestCase
TestQueue.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
