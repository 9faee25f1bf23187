"""What the wall counts."""

from __future__ import annotations

from datetime import datetime, timedelta

from service.channels.wall import rules
from service.channels.wall.rules import Served
from service.clock import CHINA

MIDNIGHT = datetime(2026, 11, 23, tzinfo=CHINA)


def at(hours: float) -> datetime:
    return MIDNIGHT + timedelta(hours=hours)


TODAY = [
    Served(at(9.1), 20),
    Served(at(9.2), 61),
    Served(at(9.6), 60),
    Served(at(10.2), 300, answered=False),
    Served(at(10.25), 30, answered=False),
]


def test_who_waits_within_the_goal_is_not_judged_yet() -> None:
    goal = rules.goal(TODAY, 60)
    assert (goal.reached, goal.judged, goal.breaches) == (2, 4, 2)
    assert goal.share == 0.5
    assert rules.goal([], 60).share is None


def test_half_hours_hold_everybody_once_and_the_empty_ones_too() -> None:
    spans = rules.history(TODAY, MIDNIGHT, at(10.3), 60)
    assert len(spans) == 21
    assert [s.at for s in spans] == [MIDNIGHT + n * rules.HALF_HOUR for n in range(21)]
    nine, half, ten = spans[18:]
    assert (nine.asked, nine.answered, nine.reached, nine.longest) == (2, 2, 1, 61)
    assert (half.asked, half.reached) == (1, 1)
    assert (ten.asked, ten.answered, ten.longest) == (2, 0, 300)
    assert sum(s.asked for s in spans) == len(TODAY)


def test_what_was_asked_before_today_stands_in_no_half_hour() -> None:
    assert sum(s.asked for s in rules.history([Served(at(-1), 5)], MIDNIGHT, at(1), 60)) == 0
