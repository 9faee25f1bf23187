"""Customers, agents, opening hours, shifts, calls and the clock in any order: nobody is forgotten, whatever happens."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime, timedelta, timezone

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Connection, create_engine, event

from contracts.callbacks import CallbackAction
from contracts.conversation import Owner
from contracts.effects import ActOnCallback, HandOff
from service.agents import repository as agent_rows
from service.agents import service as agents
from service.agents.rules import Presence, Role, duty_ended
from service.callbacks import repository as callback_rows
from service.callbacks import service as callbacks
from service.callbacks.desk import service as calling
from service.callbacks.rules import Attempt
from service.clock import CHINA
from service.conversations import service as conversations
from service.db import metadata
from service.handoff import repository, worker
from service.handoff import service as handoff
from service.handoff.duty import service as duty
from service.handoff.rules import Patience
from service.handoff.service import NotYours
from service.policies import service as policies
from service.tables import ALL

PATIENCE = Patience()
LONGEST = max(PATIENCE.answer, PATIENCE.silence, PATIENCE.lost) + timedelta(seconds=2)
REASONS = ("asked", "anger", "critical_intent", "not_understood")
PRIORITIES = ("P0", "P2")
OFFICE = [f"{hour:02}:00-{hour + 1:02}:00" for hour in range(0, 24, 2)]
"""Open every other hour, so that opening and closing happen within a test."""
SHIFTS = [(day, hour * 60, hour * 60 + 90) for day in range(7) for hour in range(0, 24, 3)]


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
        self.promised: set[str] = set()

    @initialize(count=st.integers(1, 3), capacity=st.integers(1, 2), closes=st.booleans(), planned=st.booleans())
    def people(self, count: int, capacity: int, closes: bool, planned: bool) -> None:
        if closes:
            self.change_hours(OFFICE)
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
            if planned:
                agent_rows.replace_shifts(self.connection, number + 1, SHIFTS if number % 2 == 0 else [])
        self.count = count

    def change_hours(self, periods: list[str]) -> None:
        rows = deepcopy([dict(row) for row in policies.default_rows("hours")])
        for row in rows:
            if row["id"] == "week":
                row["value"] = dict.fromkeys(row["value"], periods)
            elif row["id"] != "days":
                row["value"] = periods if row["id"] == "holidays" else []
        policies.publish(self.connection, "hours", rows, "test", "changed", self.now)

    def agent(self, number: int) -> agents.AgentRow:
        found = agents.agent(self.connection, number % self.count + 1)
        assert found is not None
        return found

    @rule(reason=st.sampled_from(REASONS), priority=st.sampled_from(PRIORITIES))
    def a_customer_needs_a_person(self, reason: str, priority: str) -> None:
        talk = conversations.open_conversation(self.connection, "widget", f"demo-{len(self.talks)}", None, self.now)
        place = handoff.enqueue(self.connection, talk, HandOff(reason, "test", priority=priority), None, self.now)
        if priority == "P0" or reason == "critical_intent":
            assert not place.closed
        assert place == handoff.place_of(self.connection, talk.id, self.now)
        self.talks.append(talk.id)
        self.stepped = False

    @precondition(lambda self: self.talks)
    @rule(which=st.integers(0, 50))
    def a_customer_asks_again(self, which: int) -> None:
        talk = conversations.require(self.connection, self.talks[which % len(self.talks)])
        if talk.owner in (Owner.BOT, Owner.CLOSED):
            handoff.enqueue(self.connection, talk, HandOff("asked", "test"), None, self.now)
            self.promised.discard(talk.id)
        self.stepped = False

    @precondition(lambda self: self.talks)
    @rule(which=st.integers(0, 50), action=st.sampled_from(("ask", "at", "cancel", "number")))
    def a_customer_wants_to_be_called(self, which: int, action: str) -> None:
        talk = conversations.require(self.connection, self.talks[which % len(self.talks)], lock=True)
        if talk.owner is Owner.HUMAN:
            return
        wish = ActOnCallback(action, "soon" if action == "at" else "")
        acted = callbacks.act(self.connection, talk, wish, "13800001234", self.now)
        assert acted.reply.text
        if acted.left_queue:
            self.promised.add(talk.id)
        if action == CallbackAction.CANCEL.value:
            self.promised.discard(talk.id)
        self.stepped = False

    @rule(number=st.integers(0, 5), outcome=st.sampled_from((Attempt.REACHED, Attempt.NO_ANSWER, Attempt.WRONG_NUMBER)))
    def an_agent_calls(self, number: int, outcome: Attempt) -> None:
        agent = self.agent(number)
        for row in calling.promised(self.connection):
            try:
                calling.take(self.connection, row.id, agent, self.now)
                calling.attempt(self.connection, row.id, agent, outcome, "", None, self.now)
            except calling.CallbackTaken:
                continue
            if callback_rows.live(self.connection, row.conversation_id) is None:
                self.promised.discard(row.conversation_id)
            break
        self.stepped = False

    @precondition(lambda self: self.talks)
    @rule(which=st.integers(0, 50), to=st.sampled_from((Owner.BOT, Owner.CLOSED)))
    def an_agent_is_done(self, which: int, to: Owner) -> None:
        talk = conversations.require(self.connection, self.talks[which % len(self.talks)])
        if talk.owner is Owner.HUMAN and talk.agent_id is not None:
            handoff.close(self.connection, talk.id, self.agent(talk.agent_id - 1), to, self.now)
        self.stepped = False

    @rule(periods=st.sampled_from((OFFICE, ["00:00-24:00"])))
    def the_hours_are_changed(self, periods: list[str]) -> None:
        self.change_hours(periods)
        self.stepped = False

    @rule()
    def the_house_starts_again(self) -> None:
        """Nothing is kept in memory: what a new process finds are the rows."""
        self.connection.commit()
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

    @rule(seconds=st.sampled_from((1, 30, 61, 91, 301, 1801)))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        self.stepped = False

    @rule()
    def the_house_looks_after_its_queue(self) -> None:
        for _ in range(len(self.talks) + 3):
            if not worker.work_to_do(self.connection, PATIENCE, self.now):
                break
            worker.step(self.connection, PATIENCE, self.now)
        assert not worker.work_to_do(self.connection, PATIENCE, self.now), "the house never comes to rest"
        for callback_id in calling.due(self.connection, self.now):
            calling.look_after(self.connection, callback_id, self.now)
        assert not calling.due(self.connection, self.now)
        self.stepped = True

    @invariant()
    def owner_and_hand_off_agree(self) -> None:
        for talk in self.talks:
            conversation = conversations.require(self.connection, talk)
            row = handoff.live(self.connection, talk)
            if row is None:
                assert conversation.owner in (Owner.BOT, Owner.CLOSED)
                continue
            assert (row.state == "claimed") == (conversation.owner is Owner.HUMAN)
            assert (row.state == "waiting") == (conversation.owner is Owner.QUEUED)
            assert (row.claimed_by or None) == conversation.agent_id

    @invariant()
    def who_left_the_queue_for_a_call_is_called(self) -> None:
        for talk in self.promised:
            row = callback_rows.live(self.connection, talk)
            assert row is not None
            assert row.due_at is not None

    @invariant()
    def what_is_told_is_true(self) -> None:
        if not self.stepped:
            return
        is_open = duty.state(self.connection, self.now).open
        for row in handoff.waiting(self.connection):
            urgent = duty.never_closed(row.priority, row.reason)
            assert row.off_hours == (not is_open and not urgent)
            if urgent and not is_open:
                assert row.rung_at is not None

    @invariant()
    def nobody_is_kept_by_who_has_gone_home(self) -> None:
        if not self.stepped:
            return
        planned = duty.rosters(self.connection)
        for row in handoff.claimed(self.connection):
            ended = duty_ended(planned.get(row.claimed_by or 0, []), self.now.astimezone(CHINA))
            if ended is not None and row.claimed_at is not None and row.claimed_at <= ended:
                assert self.now - ended <= PATIENCE.grace

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
