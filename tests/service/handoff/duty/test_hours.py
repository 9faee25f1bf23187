"""Off hours, shifts and who is left: what waits is told the truth, what is urgent is never closed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Iterator

import pytest

from contracts.conversation import Owner
from contracts.effects import HandOff
from service.agents.rules import Presence, duty_ended, duty_ends
from service.agents.service import set_presence
from service.calendar import kind_of
from service.clock import CHINA
from service.conversations.service import ConversationRow
from service.handoff import service as handoff
from service.handoff.duty import rules, service, worker
from service.handoff.duty.rules import Crew, Duty
from service.policies.hours import service as hours
from tests.service.office import MORNING, Office

DAY = [(day, 9 * 60, 18 * 60) for day in range(7)]
NIGHT = [(day, 18 * 60, 33 * 60) for day in range(7)]


@pytest.fixture
def office() -> Iterator[Office]:
    opened = Office()
    yield opened
    opened.close()


def row_of(office: Office, talk: ConversationRow) -> handoff.HandoffRow:
    row = handoff.live(office.connection, talk.id)
    assert row is not None
    return row


def test_after_closing_time_the_customer_hears_when_it_opens_and_is_first_then(office: Office) -> None:
    office.hours()
    office.agent("lin")
    office.at("2026-11-23T20:00")
    early = office.asks()
    assert office.place.closed
    assert office.place.opens_at == datetime(2026, 11, 24, 9, 0, tzinfo=CHINA)
    assert office.place.estimate_minutes is None
    office.at("2026-11-24T09:01")
    late = office.asks()
    office.step()
    order = [row.conversation_id for row in handoff.waiting(office.connection)]
    assert order == [early.id, late.id]
    assert any("上班了" in text for text in office.texts(early))
    assert office.texts(late) == []
    assert not row_of(office, early).off_hours


def test_closing_time_finds_somebody_waiting_and_he_is_told_once(office: Office) -> None:
    office.hours()
    office.agent("lin")
    talk = office.asks()
    office.at("2026-11-23T18:00")
    office.step()
    office.later(minutes=30)
    office.step()
    told = [m for m in office.said(talk) if "下班" in m.text]
    assert len(told) == 1
    assert "明天 09:00" in told[0].text
    assert [b["payload"] for b in told[0].buttons or ()] == ["callback:ask", rules.ANY_PROBLEM, "assistant"]
    assert office.owner(talk) is Owner.QUEUED


@pytest.mark.parametrize(("reason", "priority"), [("asked", "P0"), ("critical_intent", "P1")])
def test_what_is_urgent_is_never_closed_and_rings_at_once(office: Office, reason: str, priority: str) -> None:
    office.hours()
    office.agent("lin")
    office.at("2026-11-23T23:00")
    office.asks(reason=reason, priority=priority)
    assert not office.place.closed
    assert office.place.called
    office.step()
    assert office.alarms().count("p0_unanswered") == 1


def test_by_day_an_urgent_one_rings_only_after_a_while(office: Office) -> None:
    office.agent("lin")
    office.asks(priority="P0")
    office.step()
    assert "p0_unanswered" not in office.alarms()
    office.later(minutes=4)
    office.step()
    assert office.alarms().count("p0_unanswered") == 1


def test_the_table_is_open_but_nobody_is_on_duty(office: Office) -> None:
    office.agent("lin", shifts=DAY)
    office.at("2026-11-23T20:00")
    office.asks()
    assert office.place.closed
    assert office.place.opens_at == datetime(2026, 11, 24, 9, 0, tzinfo=CHINA)
    office.agent("ye", shifts=NIGHT)
    office.asks()
    assert not office.place.closed


def test_who_has_no_shifts_may_come_at_any_time(office: Office) -> None:
    office.agent("lin", shifts=DAY)
    office.agent("boss")
    office.at("2026-11-23T03:00")
    assert service.state(office.connection, office.now) == Duty(True)


def test_both_table_and_roster_must_be_there_for_the_opening(office: Office) -> None:
    office.hours(week=["08:00-20:00"])
    table = hours.in_force(office.connection)
    found = rules.duty(table, [[(1, 10 * 60, 12 * 60)]], datetime(2026, 11, 23, 21, 0, tzinfo=CHINA), kind_of)
    assert found == Duty(False, datetime(2026, 11, 24, 10, 0, tzinfo=CHINA))
    night = rules.duty(table, [[(day, 20 * 60, 26 * 60) for day in range(7)]], MORNING, kind_of)
    assert night == Duty(False, None)


@pytest.mark.parametrize(
    ("place", "crew", "waits", "lengths", "minutes"),
    [
        (1, Crew(), [30.0] * 5, [300.0] * 5, None),
        (1, Crew(free=3, automatic=3), [], [], 1),
        (4, Crew(free=3, automatic=3), [30.0] * 5, [300.0] * 5, None),
        (1, Crew(free=2), [30.0, 60.0], [], None),
        (1, Crew(free=2), [150.0, 170.0, 200.0], [], 3),
        (3, Crew(free=1, busy=4), [30.0] * 5, [600.0] * 3, 5),
        (3, Crew(free=1, busy=4), [30.0] * 5, [600.0] * 2, None),
    ],
)
def test_an_estimate_is_given_only_when_it_is_more_than_a_guess(
    place: int, crew: Crew, waits: list[float], lengths: list[float], minutes: int | None
) -> None:
    assert rules.estimate_minutes(place, crew, waits, lengths) == minutes


def test_nobody_there_no_number(office: Office) -> None:
    lin = office.agent("lin")
    office.asks()
    assert (office.place.place, office.place.estimate_minutes) == (1, None)
    office.online(lin)
    talk = office.asks()
    assert handoff.place_of(office.connection, talk.id, office.now) == office.place
    assert office.place.estimate_minutes == 1


def test_when_duty_ends_and_ended() -> None:
    split = [(0, 9 * 60, 12 * 60), (0, 12 * 60, 18 * 60), (1, 0, 120)]
    assert duty_ends(split, MORNING) == datetime(2026, 11, 23, 18, 0, tzinfo=CHINA)
    assert duty_ends(split, MORNING + timedelta(hours=9)) is None
    assert duty_ended(split, MORNING + timedelta(hours=9)) == datetime(2026, 11, 23, 18, 0, tzinfo=CHINA)
    assert duty_ended(split, MORNING) is None
    night = [(day, 22 * 60, 30 * 60) for day in range(7)]
    assert duty_ends(night, datetime(2026, 11, 24, 1, 0, tzinfo=CHINA)) == datetime(2026, 11, 24, 6, 0, tzinfo=CHINA)
    assert duty_ends([(day, 0, 24 * 60) for day in range(7)], MORNING) is None
    assert duty_ends([], MORNING) is duty_ended([], MORNING) is None


def test_a_shift_that_ends_is_announced_and_what_is_left_passed_on(office: Office) -> None:
    lin, mei = office.agent("lin", shifts=DAY), office.agent("mei")
    talk = office.asks()
    office.at("2026-11-23T17:45")
    handoff.claim(office.connection, talk.id, lin, office.now)
    handoff.say(office.connection, talk.id, lin, "您好", "a1", office.now)
    office.step()
    assert "shift" not in office.alarms()
    office.at("2026-11-23T17:51")
    office.step()
    assert office.alarms().count("shift") == 1
    office.at("2026-11-23T18:01")
    office.step()
    assert office.alarms().count("shift") == 2
    assert office.talk(talk).agent_id == lin.id
    office.at("2026-11-23T18:14")
    office.online(mei)
    office.step()
    assert office.talk(talk).agent_id == lin.id
    office.at("2026-11-23T18:16")
    office.heard(mei)
    office.step()
    assert office.talk(talk).agent_id == mei.id
    assert office.fresh(lin).presence == Presence.AWAY.value
    assert any("下班了" in text and "同事接着" in text for text in office.texts(talk))
    assert office.alarms().count("shift") == 2


def test_off_duty_nothing_new_comes_but_what_he_takes_himself_is_his(office: Office) -> None:
    lin = office.agent("lin", shifts=DAY)
    office.agent("mei")
    office.at("2026-11-23T19:00")
    office.online(lin)
    given, taken = office.asks(), office.asks()
    office.step()
    assert office.owner(given) is Owner.QUEUED
    handoff.claim(office.connection, taken.id, lin, office.now)
    handoff.say(office.connection, taken.id, lin, "您好", "a1", office.now)
    office.later(seconds=80)
    office.step()
    assert office.talk(taken).agent_id == lin.id
    assert "shift" not in office.alarms()


def test_the_last_one_leaves_while_customers_wait(office: Office) -> None:
    lin = office.agent("lin", capacity=1)
    office.online(lin)
    first, second = office.asks(), office.asks()
    office.step()
    assert {office.owner(first), office.owner(second)} == {Owner.HUMAN, Owner.QUEUED}
    assert "nobody_left" not in office.alarms()
    set_presence(office.connection, lin, Presence.OFFLINE, office.now)
    office.step()
    office.later(minutes=1)
    office.asks()
    office.step()
    assert office.alarms().count("nobody_left") == 1


def test_nobody_was_there_nobody_left(office: Office) -> None:
    office.agent("lin")
    office.asks()
    office.step()
    assert "nobody_left" not in office.alarms()


def test_the_first_owner_gets_a_customer_who_comes_back(office: Office) -> None:
    lin, mei = office.agent("lin"), office.agent("mei")
    talk = office.asks()
    handoff.claim(office.connection, talk.id, mei, office.now)
    handoff.say(office.connection, talk.id, mei, "您好", "a1", office.now)
    handoff.close(office.connection, talk.id, mei, Owner.BOT, office.now)
    office.online(lin)
    office.online(mei)
    office.asks(office.talk(talk))
    office.step()
    assert office.talk(talk).agent_id == mei.id


def test_after_closing_nothing_leads_back_to_the_queue(office: Office) -> None:
    lin = office.agent("lin")
    talk = office.asks()
    handoff.claim(office.connection, talk.id, lin, office.now)
    handoff.close(office.connection, talk.id, lin, Owner.CLOSED, office.now)
    office.later(hours=1)
    office.step()
    assert office.owner(talk) is Owner.CLOSED
    assert handoff.waiting(office.connection) == []


def test_a_vip_who_asks_for_a_person_is_one_and_stands_before_others(office: Office) -> None:
    from contracts.effects import HandOff

    office.agent("lin")
    plain = office.asks()
    vip, angry = office.customer(), office.customer()
    handoff.enqueue(office.connection, vip, HandOff("asked", "the customer asks"), "diamond", office.now)
    handoff.enqueue(office.connection, angry, HandOff("anger", "angry"), "diamond", office.now)
    row = row_of(office, vip)
    assert row.reason == "vip"
    assert "diamond" in row.rule
    assert "the customer asks" in row.rule
    assert row_of(office, angry).reason == "anger"
    assert [r.conversation_id for r in handoff.waiting(office.connection)] == [angry.id, vip.id, plain.id]


def test_who_stands_at_the_pump_stands_before_who_does_not(office: Office) -> None:
    from contracts.effects import HandOff

    office.agent("lin")
    home, pump = office.customer(), office.customer()
    handoff.enqueue(office.connection, home, HandOff("asked", "x"), "gold", office.now)
    handoff.enqueue(office.connection, pump, HandOff("asked", "x"), "gold", office.now, at_the_pump=True)
    assert [r.conversation_id for r in handoff.waiting(office.connection)] == [pump.id, home.id]
    assert row_of(office, pump).at_the_pump


def test_a_house_at_rest_takes_no_lock(office: Office) -> None:
    office.agent("lin", shifts=DAY)
    assert list(worker.endings(office.connection, office.now)) == []
    assert worker.told_wrongly(office.connection, office.now) == []


def test_who_came_last_evening_counts_on_the_day_that_he_is_served(office: Office) -> None:
    office.hours()
    lin = office.agent("lin")
    office.at("2026-11-23T20:00")
    talk = office.asks()
    office.at("2026-11-24T09:00")
    office.step()
    office.later(minutes=2)
    handoff.claim(office.connection, talk.id, lin, office.now)
    midnight = datetime(2026, 11, 24, tzinfo=CHINA)
    assert handoff.waits_since(office.connection, midnight) == [(datetime(2026, 11, 24, 9, 0, tzinfo=CHINA), 120.0)]


@pytest.mark.parametrize(("reason", "priority"), [("asked", "P0"), ("critical_intent", "P1")])
def test_who_is_passed_on_stays_as_urgent_as_he_was(office: Office, reason: str, priority: str) -> None:
    office.hours()
    lin = office.agent("lin")
    talk = office.customer()
    effect = HandOff(reason, "test", priority=priority)
    handoff.enqueue(office.connection, talk, effect, "gold", office.now, at_the_pump=True)
    before = row_of(office, talk)
    handoff.claim(office.connection, talk.id, lin, office.now)
    office.at("2026-11-23T23:00")
    handoff.transfer(office.connection, talk.id, lin, "finance", "请看退款", office.now)
    after = row_of(office, talk)
    assert after.rank <= before.rank
    assert (after.priority, after.at_the_pump) == (priority, True)
    office.step()
    assert not row_of(office, talk).off_hours
    assert "p0_unanswered" in office.alarms()
