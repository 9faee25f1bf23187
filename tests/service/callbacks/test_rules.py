"""Numbers, times and promises of callbacks."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.calendar import kind_of
from service.callbacks import rules
from service.callbacks.rules import Wish
from service.clock import CHINA
from service.handoff.duty.rules import Duty
from service.policies import service as policies
from service.policies.hours.rules import hours_of

NOW = datetime(2026, 11, 23, 15, 43, tzinfo=CHINA)
TABLE = hours_of(policies.default_rows("hours"))
OPEN = Duty(True)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("13912345678", "13912345678"),
        ("我的号码是 139 1234 5678", "13912345678"),
        ("+86-139-1234-5678，下午打", "13912345678"),
        ("打我座机0871-63355888", "087163355888"),
        ("010 62288888", "01062288888"),
        ("1391234567", None),
        ("139123456789", None),
        ("12912345678", None),
        ("工单 YB0000006155", None),
        ("", None),
    ],
)
def test_numbers_that_can_be_called(text: str, number: str | None) -> None:
    assert rules.number_in(text) == number


def test_a_number_is_shown_masked() -> None:
    assert rules.masked("13912345678") == "139****5678"
    assert "6335" not in rules.masked("087163355888")


def test_times_to_choose_from_are_within_office_hours_and_long_enough() -> None:
    found = rules.slots(TABLE, NOW, kind_of)
    assert [rules.title(w, NOW) for w in found] == [
        "今天 16:00–18:00",
        "今天 18:00–22:00",
        "明天 08:00–12:00",
        "明天 12:00–18:00",
    ]
    late = rules.slots(TABLE, NOW.replace(hour=21, minute=30), kind_of)
    assert rules.title(late[0], NOW) == "明天 08:00–12:00"


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)))
def test_what_a_button_says_is_what_its_payload_means(moment: datetime) -> None:
    now = moment.replace(tzinfo=CHINA)
    for wish in rules.slots(TABLE, now, kind_of):
        assert rules.wish_of(rules.argument(wish), now) == wish
    assert rules.wish_of(rules.argument(Wish()), now) == Wish()


@pytest.mark.parametrize(
    "argument",
    ["", "now", "2026-11-23T10:00/2026-11-23T12:00", "2027-11-23T10:00/2027-11-23T12:00", "a/b", "2026-11-24T12:00/x"],
)
def test_what_is_over_far_off_or_nonsense_is_asked_again(argument: str) -> None:
    assert rules.wish_of(argument, NOW) is None


def test_the_promise_keeps_to_the_office() -> None:
    opens = NOW + timedelta(hours=12)
    assert rules.promise(Wish(), OPEN, NOW).due_at == NOW + timedelta(minutes=30)
    closed = rules.promise(Wish(), Duty(False, opens), NOW)
    assert (closed.try_at, closed.due_at) == (opens, opens + timedelta(minutes=30))
    chosen = Wish(NOW + timedelta(hours=2), NOW + timedelta(hours=4))
    assert rules.promise(chosen, Duty(False, opens), NOW).due_at == chosen.ends
    assert rules.again(Duty(False, opens), None, NOW).try_at == opens
    assert rules.again(OPEN, NOW + timedelta(hours=3), NOW).try_at == NOW + timedelta(hours=3)


def test_a_moment_that_was_named_is_kept_for_half_an_hour() -> None:
    moment = (NOW + timedelta(hours=1)).isoformat()
    wish = rules.wish_of(f"{moment}/{moment}", NOW)
    assert wish is not None
    assert wish.begins is not None
    assert wish.ends == wish.begins + timedelta(minutes=30)
