"""A customer asks to be called: arranged, called, missed, told; with the real tables and a clock of the test's own."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Iterator

import pytest
from sqlalchemy.exc import IntegrityError

from contracts.callbacks import CallbackAction, callback_payload, read_callback_payload
from contracts.conversation import Owner, Reply
from contracts.effects import ActOnCallback, FileTicket
from contracts.errors import NotFound
from contracts.tickets import TicketStatus
from service.callbacks import repository, rules
from service.callbacks import service as callbacks
from service.callbacks.desk import service as desk
from service.callbacks.desk.service import CallbackRow, CallbackTaken
from service.callbacks.rules import Attempt, State
from service.clock import CHINA
from service.conversations import service as conversations
from service.conversations.service import ConversationRow
from service.handoff import service as handoff
from service.ratings import service as ratings
from service.tickets import repository as ticket_rows
from service.tickets import service as tickets
from service.tickets.service import Circumstances
from tests.service.office import Office

PHONE = "13800001234"


class Line(Office):
    """An office with a telephone."""

    def press(self, talk: ConversationRow, action: CallbackAction, argument: str = "", phone: Any = PHONE) -> Reply:
        wanted = ActOnCallback(action.value, argument)
        return callbacks.act(self.connection, self.talk(talk), wanted, phone, self.now).reply

    def arranged(self, when: str = "soon") -> tuple[ConversationRow, CallbackRow]:
        talk = self.customer()
        self.press(talk, CallbackAction.ASK)
        self.press(talk, CallbackAction.AT, when)
        return talk, self.row(talk)

    def row(self, talk: ConversationRow) -> CallbackRow:
        found = repository.live(self.connection, talk.id)
        assert found is not None
        return found

    def call(self, row: CallbackRow, agent: Any, outcome: Attempt, next_at: datetime | None = None) -> CallbackRow:
        return desk.attempt(self.connection, row.id, agent, outcome, "说明", next_at, self.now)

    def tick(self) -> None:
        for callback_id in desk.due(self.connection, self.now):
            assert desk.look_after(self.connection, callback_id, self.now)
        assert not desk.due(self.connection, self.now)


@pytest.fixture
def line() -> Iterator[Line]:
    opened = Line()
    yield opened
    opened.close()


def payloads(reply: Reply) -> list[str]:
    return [button.payload for button in reply.buttons]


def test_the_number_of_the_account_is_offered_masked_and_the_time_chosen(line: Line) -> None:
    line.agent("lin")
    talk = line.asks()
    asked = line.press(talk, CallbackAction.ASK)
    assert "138****1234" in asked.text
    assert PHONE not in asked.text
    assert payloads(asked)[0] == "callback:at:soon"
    chosen = next(p for p in payloads(asked) if "T" in p)
    told = line.press(talk, CallbackAction.AT, chosen.removeprefix("callback:at:"))
    row = line.row(talk)
    assert (row.state, row.phone, row.source) == (State.OPEN, PHONE, "queue")
    assert row.wanted_to == row.due_at
    assert "138****1234" in told.text
    assert line.owner(talk) is Owner.BOT, "who will be called need not wait"
    assert handoff.waiting(line.connection) == []


def test_one_at_a_time_and_another_time_can_be_chosen(line: Line) -> None:
    line.agent("lin")
    talk, row = line.arranged()
    again = line.press(talk, CallbackAction.ASK)
    assert "已经约好了" in again.text
    assert "callback:cancel" in payloads(again)
    later = rules.argument(rules.Wish(line.now + timedelta(hours=3), line.now + timedelta(hours=5)))
    line.press(talk, CallbackAction.AT, later)
    assert line.row(talk).id == row.id
    assert line.row(talk).due_at == line.now + timedelta(hours=5)
    with pytest.raises(IntegrityError):
        repository.insert_callback(
            line.connection,
            conversation_id=talk.id,
            state="draft",
            source="chat",
            failures=0,
            wrong_number=False,
            broken=0,
            created_at=line.now,
            updated_at=line.now,
        )


def test_p0_keeps_its_place_in_the_queue(line: Line) -> None:
    line.agent("lin")
    talk = line.asks(priority="P0")
    line.press(talk, CallbackAction.ASK)
    line.press(talk, CallbackAction.AT, "soon")
    assert line.owner(talk) is Owner.QUEUED


def test_a_guest_gives_a_number_and_a_wrong_one_is_asked_for_again(line: Line) -> None:
    line.agent("lin")
    talk = conversations.open_conversation(line.connection, "widget", None, None, line.now)
    assert payloads(line.press(talk, CallbackAction.ASK, phone=None)) == ["callback:cancel"]
    assert callbacks.asks_number(line.connection, talk.id)
    assert "不对" in line.press(talk, CallbackAction.PHONE, "1391234567", phone=None).text
    asked = line.press(talk, CallbackAction.PHONE, "我的号码 139 1234 5678", phone=None)
    assert "139****5678" in asked.text
    assert not callbacks.asks_number(line.connection, talk.id)
    line.press(talk, CallbackAction.AT, "soon", phone=None)
    assert line.row(talk).phone == "13912345678"


def test_it_is_called_off(line: Line) -> None:
    line.agent("lin")
    talk, row = line.arranged()
    assert "不打电话了" in line.press(talk, CallbackAction.CANCEL).text
    assert repository.live(line.connection, talk.id) is None
    assert "没有约" in line.press(talk, CallbackAction.CANCEL).text
    with pytest.raises(CallbackTaken):
        desk.take(line.connection, row.id, line.agent("mei"), line.now)


def test_after_closing_time_it_is_promised_for_the_morning(line: Line) -> None:
    line.hours()
    line.agent("lin")
    line.at("2026-11-23T20:00")
    talk, row = line.arranged()
    assert row.try_at == datetime(2026, 11, 24, 9, 0, tzinfo=CHINA)
    assert row.due_at == datetime(2026, 11, 24, 9, 30, tzinfo=CHINA)
    line.at("2026-11-24T09:00")
    line.tick()
    assert callbacks.count(line.connection, line.now) == (1, 1)
    assert line.row(talk).broken == 0


def test_two_failed_attempts_then_reached(line: Line) -> None:
    lin = line.agent("lin")
    line.online(lin)
    talk, row = line.arranged()
    desk.take(line.connection, row.id, lin, line.now)
    assert desk.reveal(line.connection, row.id, lin, line.now) == PHONE
    for _ in range(2):
        row = line.call(row, lin, Attempt.NO_ANSWER)
        assert row.state is State.TAKEN, "it stays with who knows what it is about"
        line.later(minutes=31)
        line.heard(lin)
        line.tick()
        assert line.row(talk).agent_id == lin.id
    assert sum("没有接通" in text for text in line.texts(talk)) == 2
    row = line.call(row, lin, Attempt.REACHED)
    assert row.state is State.DONE
    assert "通过电话" in line.texts(talk)[-2]
    assert line.said(talk)[-1].card is not None
    assert line.said(talk)[-1].card["type"] == "rating"  # type: ignore[index]
    line.asks(line.talk(talk))
    line.online(lin)
    line.step()
    assert line.talk(talk).agent_id == lin.id, "who called is asked for first"


def test_after_three_failures_the_customer_may_arrange_another(line: Line) -> None:
    lin = line.agent("lin")
    talk, row = line.arranged()
    desk.take(line.connection, row.id, lin, line.now)
    for _ in range(rules.MOST_FAILURES):
        row = line.call(row, lin, Attempt.NO_ANSWER)
        line.later(minutes=2)
    assert row.state is State.FAILED
    last = line.said(talk)[-1]
    assert [b["payload"] for b in last.buttons or ()] == ["callback:ask"]
    line.press(talk, CallbackAction.ASK)
    line.press(talk, CallbackAction.AT, "soon")
    assert line.row(talk).id != row.id


def test_a_wrong_number_is_asked_for_and_the_promise_starts_anew(line: Line) -> None:
    lin = line.agent("lin")
    talk, row = line.arranged()
    desk.take(line.connection, row.id, lin, line.now)
    line.call(row, lin, Attempt.WRONG_NUMBER)
    assert callbacks.asks_number(line.connection, talk.id)
    line.later(minutes=10)
    line.press(talk, CallbackAction.PHONE, "13912345678")
    changed = line.row(talk)
    assert (changed.phone, changed.wrong_number, changed.failures) == ("13912345678", False, 0)
    assert changed.due_at == line.now + rules.SOON_WITHIN
    assert changed.state is State.TAKEN


def test_another_time_that_was_agreed_on_by_telephone(line: Line) -> None:
    lin = line.agent("lin")
    talk, row = line.arranged()
    desk.take(line.connection, row.id, lin, line.now)
    with pytest.raises(ValueError, match="约好"):
        line.call(row, lin, Attempt.LATER)
    with pytest.raises(ValueError, match="两周"):
        line.call(row, lin, Attempt.LATER, line.now - timedelta(minutes=1))
    tomorrow = line.now + timedelta(days=1)
    changed = line.call(row, lin, Attempt.LATER, tomorrow)
    assert (changed.try_at, changed.failures, changed.state) == (tomorrow, 0, State.TAKEN)
    assert "明天" in line.texts(talk)[-1]
    line.later(hours=2)
    line.tick()
    assert line.row(talk).agent_id == lin.id, "what is agreed for tomorrow is not taken away today"


def test_a_missed_promise_is_told_once_with_a_new_one(line: Line) -> None:
    line.agent("lin")
    talk, _ = line.arranged()
    line.later(minutes=31)
    line.tick()
    line.later(minutes=1)
    line.tick()
    assert sum("对不起" in t for t in line.texts(talk)) == 1
    assert line.row(talk).broken == 1
    assert line.alarms().count("callback_late") == 1
    line.later(minutes=30)
    line.tick()
    assert line.row(talk).broken == 2


def test_the_customer_hears_of_missed_promises_twice_and_the_supervisors_every_time(line: Line) -> None:
    line.agent("lin")
    talk, _ = line.arranged()
    for _ in range(4):
        line.later(minutes=31)
        line.tick()
    assert sum("对不起" in t for t in line.texts(talk)) == rules.MOST_APOLOGIES
    assert line.alarms().count("callback_late") == 4


def test_a_call_to_a_wrong_number_is_not_late(line: Line) -> None:
    lin = line.agent("lin")
    talk, row = line.arranged()
    desk.take(line.connection, row.id, lin, line.now)
    line.call(row, lin, Attempt.WRONG_NUMBER)
    line.later(hours=3)
    line.tick()
    assert not any("对不起" in t for t in line.texts(talk))
    assert payloads(line.press(talk, CallbackAction.AT, "soon")) == ["callback:cancel"], "a time needs a number"
    line.press(talk, CallbackAction.PHONE, "13912345678")
    line.later(minutes=31)
    line.tick()
    assert sum("对不起" in t for t in line.texts(talk)) == 1


def test_the_next_attempt_is_anybodys_when_who_called_is_not_there(line: Line) -> None:
    lin, mei = line.agent("lin"), line.agent("mei")
    talk, row = line.arranged()
    desk.take(line.connection, row.id, lin, line.now)
    line.call(row, lin, Attempt.NO_ANSWER)
    line.later(minutes=29)
    line.tick()
    assert line.row(talk).agent_id == lin.id
    line.later(minutes=1)
    line.tick()
    assert desk.take(line.connection, row.id, mei, line.now).agent_id == mei.id
    assert line.row(talk).broken == 0, "there was time to keep the promise"


def test_who_is_there_and_does_not_call_again_gives_it_back_in_time(line: Line) -> None:
    lin = line.agent("lin")
    line.online(lin)
    talk, row = line.arranged()
    desk.take(line.connection, row.id, lin, line.now)
    line.call(row, lin, Attempt.NO_ANSWER)
    for minutes, state in ((30, State.TAKEN), (9, State.TAKEN), (1, State.OPEN)):
        line.later(minutes=minutes)
        line.heard(lin)
        line.tick()
        assert line.row(talk).state is state


def test_a_sooner_time_is_not_held_until_the_later_one(line: Line) -> None:
    lin = line.agent("lin")
    talk, row = line.arranged()
    desk.take(line.connection, row.id, lin, line.now)
    line.call(row, lin, Attempt.LATER, line.now + timedelta(days=1))
    line.press(talk, CallbackAction.AT, "soon")
    line.later(minutes=11)
    line.tick()
    assert line.row(talk).state is State.OPEN


def test_one_call_counts_once(line: Line) -> None:
    lin = line.agent("lin")
    talk, row = line.arranged()
    desk.take(line.connection, row.id, lin, line.now)
    line.call(row, lin, Attempt.NO_ANSWER)
    line.later(seconds=2)
    with pytest.raises(CallbackTaken, match="记录过"):
        line.call(row, lin, Attempt.NO_ANSWER)
    assert line.row(talk).failures == 1
    assert sum("没有接通" in text for text in line.texts(talk)) == 1
    line.later(minutes=2)
    assert line.call(row, lin, Attempt.NO_ANSWER).failures == 2


def test_what_an_agent_did_meanwhile_is_not_undone(line: Line) -> None:
    lin = line.agent("lin")
    talk, row = line.arranged()
    desk.take(line.connection, row.id, lin, line.now)
    line.later(minutes=31)
    assert desk.due(line.connection, line.now) == [row.id]
    line.call(row, lin, Attempt.REACHED)
    said = len(line.said(talk))
    assert not desk.look_after(line.connection, row.id, line.now)
    done = repository.callback(line.connection, row.id)
    assert done is not None
    assert done.state is State.DONE
    assert len(line.said(talk)) == said


def test_a_missed_promise_is_told_by_one_of_two_processes(line: Line) -> None:
    line.agent("lin")
    talk, row = line.arranged()
    line.later(minutes=31)
    assert desk.look_after(line.connection, row.id, line.now)
    assert not desk.look_after(line.connection, row.id, line.now)
    assert line.row(talk).broken == 1


def test_the_conversation_is_locked_before_its_callback(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    lin = line.agent("lin")
    _, row = line.arranged()
    order: list[str] = []
    for name, module in (("require", conversations), ("callback", repository)):
        real = getattr(module, name)

        def noted(*args: Any, lock: bool = False, _real: Any = real, _name: str = name) -> Any:
            order.extend([_name] if lock else [])
            return _real(*args, lock=lock)

        monkeypatch.setattr(module, name, noted)
    desk.take(line.connection, row.id, lin, line.now)
    assert order == ["require", "callback"]


def test_exactly_one_takes_it_and_who_forgets_it_gives_it_back(line: Line) -> None:
    lin, mei = line.agent("lin"), line.agent("mei")
    talk, row = line.arranged("soon")
    desk.take(line.connection, row.id, lin, line.now)
    with pytest.raises(CallbackTaken):
        desk.take(line.connection, row.id, mei, line.now)
    for work in (desk.reveal, desk.give_back):
        with pytest.raises(CallbackTaken):
            work(line.connection, row.id, mei, line.now)  # type: ignore[operator]
    line.later(minutes=31)
    line.tick()
    assert line.row(talk).state is State.OPEN
    desk.take(line.connection, row.id, mei, line.now)
    assert desk.give_back(line.connection, row.id, mei, line.now).agent_id is None


def test_a_draft_is_no_callback_and_is_forgotten(line: Line) -> None:
    lin = line.agent("lin")
    talk = line.customer()
    line.press(talk, CallbackAction.ASK)
    with pytest.raises(NotFound):
        desk.take(line.connection, line.row(talk).id, lin, line.now)
    assert desk.promised(line.connection) == []
    line.later(days=1, minutes=1)
    line.tick()
    assert repository.live(line.connection, talk.id) is None


def filed_by_flow(line: Line, talk: ConversationRow, number: str, phone: str | None) -> FileTicket:
    begins, ends = line.now + timedelta(hours=2), line.now + timedelta(hours=3)
    effect = FileTicket(
        number=number,
        category=callbacks.CATEGORY,
        department="service",
        priority="P2",
        summary="电话回访",
        created_at=line.now.isoformat(),
        first_response_due_at=ends.isoformat(),
        due_at=ends.isoformat(),
        details={"callback": {"phone": phone, "between": {"from": begins.isoformat(), "to": ends.isoformat()}}},
    )
    callbacks.filed(line.connection, talk, effect, PHONE, line.now)
    return effect


def test_what_a_flow_files_stands_in_the_list_and_goes_with_its_ticket(line: Line) -> None:
    line.agent("lin")
    talk = line.customer()
    filed_by_flow(line, talk, "YB1", "13912345678")
    row = line.row(talk)
    assert (row.state, row.phone, row.ticket_number, row.source) == (State.OPEN, "13912345678", "YB1", "flow")
    assert row.due_at == line.now + timedelta(hours=3)
    callbacks.withdrawn(line.connection, "YB1", line.now)
    assert repository.live(line.connection, talk.id) is None


@pytest.mark.parametrize("status", [TicketStatus.SOLVED, TicketStatus.CLOSED, TicketStatus.WITHDRAWN])
def test_a_call_does_not_outlive_its_ticket(line: Line, status: TicketStatus) -> None:
    line.agent("lin")
    talk = line.customer()
    effect = filed_by_flow(line, talk, "YB1", None)
    tickets.file(line.connection, talk, 1, effect, line.now, Circumstances(), ())
    line.tick()
    assert [row.ticket_number for row in desk.promised(line.connection)] == ["YB1"]
    ticket_rows.update_ticket(line.connection, "YB1", status=status.value)
    assert desk.promised(line.connection) == []
    line.later(hours=4)
    line.tick()
    assert repository.live(line.connection, talk.id) is None
    assert not any("对不起" in text for text in line.texts(talk))


def test_a_person_who_talks_with_the_customer_says_it_himself(line: Line) -> None:
    lin = line.agent("lin")
    talk, _ = line.arranged()
    handoff.claim(line.connection, talk.id, lin, line.now)
    before = len(line.said(talk))
    line.later(minutes=31)
    line.tick()
    assert len(line.said(talk)) == before
    assert line.row(talk).broken == 1


def test_who_leaves_is_called_no_more_and_his_number_is_gone(line: Line) -> None:
    line.agent("lin")
    talk, row = line.arranged()
    callbacks.forget(line.connection, talk.id, line.now)
    gone = repository.callback(line.connection, row.id)
    assert gone is not None
    assert (gone.state, gone.phone) == (State.CANCELLED, None)


def test_joined_conversations_keep_one(line: Line) -> None:
    line.agent("lin")
    (old, first), (home, second) = line.arranged(), line.arranged()
    callbacks.move(line.connection, old.id, home.id, line.now)
    assert line.row(home).id == second.id
    moved = repository.callback(line.connection, first.id)
    assert moved is not None
    assert (moved.conversation_id, moved.state) == (home.id, State.CANCELLED)


@pytest.mark.parametrize("action", list(CallbackAction))
def test_payloads_are_read_back(action: CallbackAction) -> None:
    assert read_callback_payload(callback_payload(action, "a:b")) == (action, "a:b")
    assert read_callback_payload(callback_payload(action)) == (action, "")


def test_other_payloads_are_none() -> None:
    for payload in (None, "", "callback", "callback:", "callback:nonsense", "ticket:urge:YB1", "human"):
        assert read_callback_payload(payload) is None


def test_a_callback_is_rated_like_a_talk(line: Line) -> None:
    lin = line.agent("lin")
    talk, row = line.arranged()
    desk.take(line.connection, row.id, lin, line.now)
    line.call(row, lin, Attempt.REACHED)
    card = line.said(talk)[-1].card
    assert card is not None
    marks = {"attitude": 5, "speed": 4, "solution": 5}
    rated = ratings.rate(line.connection, talk.id, card["handoff_id"], marks, "", line.now)
    assert rated.agent_id == lin.id
