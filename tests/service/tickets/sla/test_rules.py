"""Clocks with several periods a day, holidays and 调休: tables, and properties in both directions."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import ContractError
from contracts.taxonomy import load_taxonomy
from service.calendar import is_workday
from service.clock import CHINA
from service.tickets.sla import repository, service
from service.tickets.sla.rules import DEFAULT_HOURS, Clocks, Hours

CLOCKS = Clocks(DEFAULT_HOURS, is_workday)
NAMES = st.sampled_from(sorted(DEFAULT_HOURS))
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 11, 30)).map(lambda at: at.replace(tzinfo=CHINA))
SPANS = st.timedeltas(timedelta(microseconds=1), timedelta(hours=60))


def at(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=CHINA)


@pytest.mark.parametrize(
    ("start", "hours", "clock", "expected"),
    [
        ("2026-11-23 11:00", 2, "workday", "2026-11-23 14:30"),  # over the lunch break
        ("2026-11-23 12:30", 1, "workday", "2026-11-23 14:30"),  # within it
        ("2026-11-20 17:00", 2, "workday", "2026-11-23 10:00"),  # Friday to Monday
        ("2026-09-30 17:00", 2, "workday", "2026-10-08 10:00"),  # the National Day holiday
        ("2026-09-18 17:00", 2, "workday", "2026-09-20 10:00"),  # a Sunday that is worked (调休)
        ("2026-11-23 17:00", 1, "workday", "2026-11-23 18:00"),  # the evening's end, not the next morning
        ("2026-11-23 21:30", 1, "daily", "2026-11-24 08:30"),
        ("2026-11-23 23:30", 1, "always", "2026-11-24 00:30"),
        ("2026-11-23 10:00", -2, "workday", "2026-11-20 17:00"),  # back over the weekend
        ("2026-10-08 10:00", -2, "workday", "2026-09-30 17:00"),
        ("2026-11-23 14:00", -1, "workday", "2026-11-23 11:30"),
        ("2026-11-23 08:30", -1, "daily", "2026-11-22 21:30"),
        ("2026-11-23 12:00", 0, "workday", "2026-11-23 12:00"),
    ],
)
def test_spans_on_clocks(start: str, hours: int, clock: str, expected: str) -> None:
    assert CLOCKS.add(at(start), timedelta(hours=hours), clock) == at(expected)


@given(start=MOMENTS, span=SPANS, clock=NAMES)
def test_a_clock_ran_for_as_long_as_was_added(start: datetime, span: timedelta, clock: str) -> None:
    assert CLOCKS.worked(start, CLOCKS.add(start, span, clock), clock) == span
    assert CLOCKS.worked(CLOCKS.add(start, -span, clock), start, clock) == span


@given(start=MOMENTS, end=MOMENTS, clock=NAMES)
def test_worked_time_is_signed_and_never_longer_than_the_time(start: datetime, end: datetime, clock: str) -> None:
    worked = CLOCKS.worked(start, end, clock)
    assert worked == -CLOCKS.worked(end, start, clock)
    assert abs(worked) <= abs(end - start)


@given(moments=st.lists(MOMENTS, min_size=3, max_size=3), clock=NAMES)
def test_worked_time_adds_up(moments: list[datetime], clock: str) -> None:
    one, two, three = moments
    assert CLOCKS.worked(one, two, clock) + CLOCKS.worked(two, three, clock) == CLOCKS.worked(one, three, clock)


@given(start=MOMENTS, span=SPANS, more=SPANS, clock=NAMES)
def test_adding_twice_is_adding_once(start: datetime, span: timedelta, more: timedelta, clock: str) -> None:
    assert CLOCKS.add(CLOCKS.add(start, span, clock), more, clock) == CLOCKS.add(start, span + more, clock)


@given(start=MOMENTS, span=SPANS, clock=NAMES)
def test_there_and_back_is_never_later_and_costs_nothing(start: datetime, span: timedelta, clock: str) -> None:
    back = CLOCKS.add(CLOCKS.add(start, span, clock), -span, clock)
    assert CLOCKS.worked(start, back, clock) == timedelta(0)


@given(start=MOMENTS, later=SPANS, span=SPANS, clock=NAMES)
def test_a_later_start_never_ends_earlier(start: datetime, later: timedelta, span: timedelta, clock: str) -> None:
    assert CLOCKS.add(start, span, clock) <= CLOCKS.add(start + later, span, clock)


@given(start=MOMENTS, pauses=st.lists(st.tuples(SPANS, SPANS), max_size=5), clock=NAMES)
def test_pauses_move_a_promise_by_what_they_took_and_nothing_else(
    start: datetime, pauses: list[tuple[timedelta, timedelta]], clock: str
) -> None:
    due, now, ran = CLOCKS.add(start, timedelta(hours=20), clock), start, timedelta(0)
    for running, waiting in pauses:
        stopped = min(now + running, due)
        ran += CLOCKS.worked(now, stopped, clock)
        left = CLOCKS.worked(stopped, due, clock)
        now = stopped + waiting
        due = CLOCKS.add(now, left, clock)
    assert ran + CLOCKS.worked(now, due, clock) == timedelta(hours=20)


def test_a_clock_that_never_runs_is_refused() -> None:
    never = Clocks({"never": Hours(((0, 1),), workdays=True)}, lambda _day: False)
    with pytest.raises(ContractError):
        never.add(at("2026-11-23 10:00"), timedelta(minutes=1), "never")


@pytest.mark.parametrize(
    ("moment", "priority", "expected"),
    [
        ("2026-11-23 22:00", "P2", "2026-11-24 08:00"),
        ("2026-11-24 07:59", "P3", "2026-11-24 08:00"),
        ("2026-11-23 21:59", "P2", "2026-11-23 21:59"),
        ("2026-11-24 08:00", "P2", "2026-11-24 08:00"),
        ("2026-11-24 03:00", "P1", "2026-11-24 03:00"),
        ("2026-11-24 03:00", "P0", "2026-11-24 03:00"),
    ],
)
def test_quiet_hours(moment: str, priority: str, expected: str) -> None:
    assert service.policy().quiet_end(at(moment), priority) == at(expected)


def test_days_are_corrected_by_hand() -> None:
    raw = {**_raw(), "days": {"off": ["2026-11-24"], "worked": ["2026-11-28"]}}
    policy = repository.policy_from(raw, load_taxonomy())
    assert not policy.clocks.is_workday(date(2026, 11, 24))
    assert policy.clocks.is_workday(date(2026, 11, 28))
    assert policy.clocks.due(at("2026-11-23 10:00"), "1wd", "workday") == at("2026-11-25 18:00")


@pytest.mark.parametrize(
    "change",
    [
        {"clocks": {"always": {"periods": ["00:00-24:00"]}}},
        {"clocks": {**{c: {"periods": ["00:00-24:00"]} for c in ("always", "daily")}, "workday": {"periods": []}}},
        {"clocks": {c: {"periods": ["10:00-09:00"]} for c in ("always", "daily", "workday")}},
        {"priorities": {}},
        {"delivery": {"merge": "10", "quiet": "22:00-08:00", "wakes": "P1"}},
        {"delivery": {"merge": "10m", "quiet": "22:00", "wakes": "P1"}},
        {"statement": "soon"},
        {"silent_customer": None},
    ],
)
def test_a_policy_of_another_shape_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ContractError):
        repository.policy_from({**_raw(), **change}, load_taxonomy())


def _raw() -> dict[str, object]:
    rows = yaml.safe_load(repository.PATH.read_text(encoding="utf-8"))["sla"]
    return {**{row["id"]: row["value"] for row in rows}, "version": 1}
