"""When a person answers: nights, holidays, worked weekends, exceptions."""

from __future__ import annotations

from copy import deepcopy
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import ContractError
from service.calendar import DayKind, kind_of
from service.clock import CHINA
from service.policies import service as policies
from service.policies.hours import rules

SHIPPED = policies.default_rows("hours")


def table(**changes: Any) -> rules.Hours:
    rows = deepcopy([dict(row) for row in SHIPPED])
    for row in rows:
        row["value"] = changes.get(row["id"], row["value"])
    return rules.hours_of(rows)


def week(weekdays: list[str], weekend: list[str]) -> dict[str, list[str]]:
    return {name: weekend if name in ("sat", "sun") else weekdays for name in rules.WEEKDAYS}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


DAYTIME = table(week=week(["09:00-12:00", "13:30-18:00"], []), holidays=["10:00-16:00"], night=[])


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 30)))
def test_as_shipped_somebody_is_there_round_the_clock(moment: datetime) -> None:
    hours = rules.hours_of(SHIPPED)
    local = moment.replace(tzinfo=CHINA)
    assert rules.open_at(hours, local, kind_of)
    assert rules.closes_at(hours, local, kind_of) is None


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-11-23 09:00", None),
        ("2026-11-23 08:59", "2026-11-23 09:00"),
        ("2026-11-23 12:00", "2026-11-23 13:30"),
        ("2026-11-23 18:00", "2026-11-24 09:00"),
        # From Friday evening over the weekend.
        ("2026-11-20 18:30", "2026-11-23 09:00"),
        # The Saturday before the Spring Festival is worked, with the hours of a Monday.
        ("2026-02-14 10:00", None),
        ("2026-02-14 12:30", "2026-02-14 13:30"),
        # The festival itself has hours of its own.
        ("2026-02-17 09:30", "2026-02-17 10:00"),
        ("2026-02-17 15:59", None),
        # A Saturday that is worked after it.
        ("2026-02-28 09:30", None),
    ],
)
def test_weekends_holidays_and_worked_weekends(moment: str, opens: str | None) -> None:
    local = at(moment)
    assert rules.open_at(DAYTIME, local, kind_of) == (opens is None)
    assert rules.next_opening(DAYTIME, local, kind_of) == (local if opens is None else at(opens))


def test_a_period_lasts_over_midnight_and_belongs_to_the_day_on_which_it_begins() -> None:
    hours = table(week=week(["20:00-02:00"], []), night=[])
    assert rules.open_at(hours, at("2026-11-23 23:59"), kind_of)
    assert rules.open_at(hours, at("2026-11-24 01:59"), kind_of)
    assert not rules.open_at(hours, at("2026-11-24 02:00"), kind_of)
    # Friday's goes on into Saturday, Saturday has none, so the early Sunday is closed.
    assert rules.open_at(hours, at("2026-11-21 01:00"), kind_of)
    assert not rules.open_at(hours, at("2026-11-22 01:00"), kind_of)
    assert rules.closes_at(hours, at("2026-11-23 21:00"), kind_of) == at("2026-11-24 02:00")


def test_exceptions_go_before_everything_but_the_night_crew() -> None:
    hours = table(days={"2026-11-23": []}, week=week(["09:00-18:00"], []), night=[])
    assert rules.next_opening(hours, at("2026-11-23 10:00"), kind_of) == at("2026-11-24 09:00")
    nights = table(days={"2026-11-23": []}, week=week(["09:00-18:00"], []), night=["22:00-08:00"])
    assert rules.open_at(nights, at("2026-11-23 23:00"), kind_of)
    assert rules.next_opening(nights, at("2026-11-23 10:00"), kind_of) == at("2026-11-23 22:00")


def test_who_never_opens_promises_nothing() -> None:
    closed = table(week=week([], []), holidays=[], night=[])
    assert rules.next_opening(closed, at("2026-11-23 10:00"), kind_of) is None


@given(st.datetimes(datetime(2026, 1, 3), datetime(2026, 11, 1)))
def test_what_is_promised_is_kept(moment: datetime) -> None:
    local = moment.replace(tzinfo=CHINA)
    opens = rules.next_opening(DAYTIME, local, kind_of)
    assert opens is not None
    assert rules.open_at(DAYTIME, opens, kind_of)
    assert opens - local < timedelta(days=9)
    if opens > local:
        assert not rules.open_at(DAYTIME, opens - timedelta(microseconds=1), kind_of)
    until = rules.closes_at(DAYTIME, opens, kind_of)
    assert until is not None
    assert not rules.open_at(DAYTIME, until, kind_of)


def test_office_spans_leave_the_night_crew_out() -> None:
    spans = rules.office_spans(rules.hours_of(SHIPPED), at("2026-11-23 23:00"), kind_of, 2)
    assert spans[1] == (at("2026-11-24 08:00"), at("2026-11-24 22:00"))
    assert len(spans) == 2


def test_a_year_without_calendar_is_counted_by_weekdays() -> None:
    assert kind_of(date(2099, 1, 5)) is DayKind.WORKDAY
    assert kind_of(date(2099, 1, 4)) is DayKind.WEEKEND


@pytest.mark.parametrize(
    "changes",
    [
        {"week": {"mon": ["08:00-22:00"]}},
        {"week": week(["8-22"], [])},
        {"week": week(["25:00-26:00"], [])},
        {"week": week(["09:00-12:00", "11:00-18:00"], [])},
        {"holidays": "09:00-18:00"},
        {"days": {"next week": []}},
        {"days": []},
        {"night": None},
    ],
)
def test_what_cannot_be_meant_is_refused(changes: dict[str, Any]) -> None:
    rows = [{**row, "value": changes.get(row["id"], row["value"])} for row in SHIPPED]
    with pytest.raises(ContractError, match="hours"):
        rules.read(rows)


def test_every_part_is_needed_once() -> None:
    with pytest.raises(ContractError):
        rules.read([*SHIPPED, SHIPPED[0]])
    with pytest.raises(ContractError):
        rules.read(SHIPPED[1:])
