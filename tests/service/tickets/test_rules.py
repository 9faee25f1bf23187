"""Numbers, promised times and moves of tickets; arithmetic over tables and properties."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import ContractError
from contracts.taxonomy import load_taxonomy
from contracts.tickets import TicketStatus
from service.calendar import is_workday
from service.clock import CHINA
from service.tickets import rules
from service.tickets.sla.rules import DEFAULT_HOURS, Clocks

TAXONOMY = load_taxonomy()
CLOCKS = Clocks(DEFAULT_HOURS, is_workday)
OPEN, CLOSE = time(8), time(22)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 20)).map(lambda at: at.replace(tzinfo=CHINA))


def at(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=CHINA)


@pytest.mark.parametrize(
    ("start", "duration", "clock", "expected"),
    [
        ("2026-11-22 03:00", "5m", "always", "2026-11-22 03:05"),
        ("2026-11-22 23:59", "2h", "always", "2026-11-23 01:59"),
        ("2026-11-23 09:00", "8h", "daily", "2026-11-23 17:00"),
        ("2026-11-23 20:00", "8h", "daily", "2026-11-24 14:00"),
        ("2026-11-23 05:00", "8h", "daily", "2026-11-23 16:00"),
        ("2026-11-23 23:00", "8h", "daily", "2026-11-24 16:00"),
        ("2026-11-20 17:00", "1wd", "workday", "2026-11-23 18:00"),  # Friday to Monday
        ("2026-11-22 10:00", "1wd", "workday", "2026-11-23 18:00"),  # Sunday
        ("2026-09-30 12:00", "1wd", "workday", "2026-10-08 18:00"),  # the National Day holiday
        ("2026-09-18 12:00", "1wd", "workday", "2026-09-20 18:00"),  # a Sunday that is worked (调休)
    ],
)
def test_due(start: str, duration: str, clock: str, expected: str) -> None:
    assert rules.due(at(start), duration, clock, is_workday) == at(expected)


@given(start=MOMENTS, hours=st.integers(1, 60))
def test_daily_hours_count_only_between_opening_and_closing(start: datetime, hours: int) -> None:
    end = rules.due(start, f"{hours}h", "daily", is_workday)
    counted, minute = timedelta(0), start
    while minute < end:
        following = min(end, minute.replace(second=0, microsecond=0) + timedelta(minutes=1))
        if OPEN <= minute.time() < CLOSE:
            counted += following - minute
        minute = following
    assert counted == timedelta(hours=hours)


@given(start=MOMENTS, days=st.integers(1, 20))
def test_working_days_never_end_on_a_holiday_and_count_right(start: datetime, days: int) -> None:
    end = rules.due(start, f"{days}wd", "workday", is_workday)
    between = [start.date() + timedelta(days=n) for n in range(1, (end.date() - start.date()).days + 1)]
    assert is_workday(end.date())
    assert sum(is_workday(day) for day in between) == days


@given(start=MOMENTS, hours=st.integers(1, 30))
def test_a_later_start_never_gives_an_earlier_end(start: datetime, hours: int) -> None:
    later = start + timedelta(minutes=37)
    for duration, clock in ((f"{hours}h", "daily"), (f"{hours}h", "always"), (f"{hours}wd", "workday")):
        assert rules.due(start, duration, clock, is_workday) <= rules.due(later, duration, clock, is_workday)


@pytest.mark.parametrize(("duration", "clock"), [("5", "always"), ("x", "daily"), ("5m", "workday"), ("2h", "moon")])
def test_a_duration_of_another_form_is_refused(duration: str, clock: str) -> None:
    with pytest.raises(ContractError):
        rules.due(at("2026-11-22 10:00"), duration, clock, is_workday)


@given(turn=st.integers(1, 10**7), category=st.integers(0, 63), place=st.integers(0, 9), digit=st.integers(0, 9))
def test_one_wrong_digit_is_noticed(turn: int, category: int, place: int, digit: int) -> None:
    number = rules.ticket_number(turn, category)
    assert rules.is_ticket_number(number)
    wrong = number[: 2 + place] + str(digit) + number[3 + place :]
    assert rules.is_ticket_number(wrong) == (wrong == number)


@given(st.tuples(st.integers(1, 10**6), st.integers(0, 63)), st.tuples(st.integers(1, 10**6), st.integers(0, 63)))
def test_turn_and_category_make_the_number(one: tuple[int, int], other: tuple[int, int]) -> None:
    assert (rules.ticket_number(*one) == rules.ticket_number(*other)) == (one == other)


NOW = at("2026-11-23 10:00")


@pytest.mark.parametrize("category", [i for i, spec in TAXONOMY.intents.items() if spec.department])
def test_every_category_with_a_department_can_be_planned(category: str) -> None:
    planned = rules.plan(TAXONOMY, 1, category, NOW, CLOCKS)
    assert planned.department in TAXONOMY.departments
    assert planned.first_response_due_at > NOW
    assert planned.due_at > NOW


def test_the_cause_chooses_the_department() -> None:
    expected = {"payment_failed": "tech", "points_deducted": "ops", "device_fault": "station", None: "tech"}
    for cause, department in expected.items():
        assert rules.plan(TAXONOMY, 1, "points_refuel_failed", NOW, CLOCKS, cause=cause).department == department


def test_promises_that_override_the_priority() -> None:
    emergency = rules.plan(TAXONOMY, 1, "safety_emergency", NOW, CLOCKS)
    assert emergency.first_response_due_at == NOW + timedelta(minutes=1)
    callback = rules.plan(TAXONOMY, 1, "callback_request", NOW, CLOCKS)
    assert callback.first_response_due_at == NOW + timedelta(minutes=30)
    quality = rules.plan(TAXONOMY, 1, "oil_quality_complaint", NOW, CLOCKS)
    assert quality.due_at == at("2026-12-02 18:00")
    assert rules.plan(TAXONOMY, 1, "account_change", NOW, CLOCKS).due_at == at("2026-11-26 18:00")
    closing = rules.plan(TAXONOMY, 1, "account_change", NOW, CLOCKS, cause="注销")
    assert closing.due_at == at("2026-12-14 18:00")


def test_nothing_is_planned_for_what_files_no_ticket() -> None:
    for category in ("greet", "order_query", "no_such_intent"):
        with pytest.raises(ContractError):
            rules.plan(TAXONOMY, 1, category, NOW, CLOCKS)


def test_every_status_leads_on_and_withdrawn_tickets_can_be_reopened() -> None:
    for status in TicketStatus:
        assert rules.TRANSITIONS[status]
        assert status not in rules.TRANSITIONS[status]
    assert rules.may_become(TicketStatus.WITHDRAWN, TicketStatus.REOPENED)
    assert not rules.may_become(TicketStatus.CLOSED, TicketStatus.CHECKING)


def test_an_unknown_year_counts_weekdays() -> None:
    assert is_workday(date(2099, 1, 5)) == (date(2099, 1, 5).weekday() < 5)
