"""Who is next, who takes it, when it is taken back."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.agents.rules import next_duty, on_duty
from service.handoff import rules
from service.handoff.rules import Candidate, Held, Patience, Waiting

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=timezone.utc)


def waiting(**more: object) -> Waiting:
    values = {"department": None, "skills": (), "preferred": None, "missed": (), "priority": "P2", "queued_at": NOW}
    return Waiting(1, "c", **{**values, **more})  # type: ignore[arg-type]


def agent(number: int, **more: object) -> Candidate:
    values = {"department": None, "skills": (), "load": 0, "capacity": 5, "idle_since": None}
    return Candidate(number, **{**values, **more})  # type: ignore[arg-type]


def test_waiting_makes_up_for_urgency_but_only_by_and_by() -> None:
    asked = rules.order_key(rules.rank("asked", "P2", "puka"), NOW)
    danger = rules.rank("critical_intent", "P0", "puka")
    assert rules.order_key(danger, NOW + timedelta(minutes=30)) < asked
    assert rules.order_key(danger, NOW + timedelta(minutes=60)) > asked


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 7200), st.integers(0, 7200))
def test_equals_wait_in_turn(first: int, second: int, early: int, late: int) -> None:
    one = rules.order_key(first, NOW + timedelta(seconds=early))
    two = rules.order_key(second, NOW + timedelta(seconds=late))
    if first == second:
        assert (one < two) == (early < late)


def test_at_the_pump_comes_before_the_same_problem_at_home() -> None:
    assert rules.rank("asked", "P2", None, at_the_pump=True) < rules.rank("asked", "P2", None)


@pytest.mark.parametrize(
    ("wanted", "agents", "chosen"),
    [
        (waiting(), [agent(1, load=3), agent(2, load=1)], 2),
        (waiting(), [agent(1, load=4, capacity=10), agent(2, load=3, capacity=5)], 1),
        (waiting(), [agent(1, idle_since=NOW), agent(2, idle_since=NOW - timedelta(hours=1))], 2),
        (waiting(skills=("yue",)), [agent(1), agent(2, skills=("yue",), load=3)], 2),
        (waiting(skills=("yue",)), [agent(1)], 1),
        (waiting(department="finance"), [agent(1, department="tech"), agent(2, load=2)], 2),
        (waiting(preferred=3), [agent(1), agent(3, load=4)], 3),
        (waiting(preferred=3), [agent(1), agent(3, load=5)], 1),
        (waiting(missed=(1,)), [agent(1), agent(2, load=4)], 2),
        (waiting(missed=(1,)), [agent(1)], 1),
        (waiting(), [agent(1, load=5)], None),
        (waiting(), [], None),
    ],
)
def test_who_takes_it(wanted: Waiting, agents: list[Candidate], chosen: int | None) -> None:
    found = rules.choose(wanted, agents)
    assert (found.id if found is not None else None) == chosen


def test_dialect_and_level_ask_for_skills() -> None:
    assert rules.skills_wanted("diamond", ["转人工"]) == ["vip"]
    assert rules.skills_wanted("puka", ["我啲油券仲未到嘅，點解", "唔該快啲"]) == ["yue"]
    assert rules.skills_wanted("puka", ["这是咋个回事嘛，啥子平台哦，钱扣了莫得油"]) == ["sichuan"]
    assert rules.skills_wanted("puka", ["要得", "加油券没到"]) == []


HELD = Held(NOW, True, None, None, None, NOW)
PATIENCE = Patience()


@pytest.mark.parametrize(
    ("held", "after", "why"),
    [
        (HELD, 59, None),
        (HELD, 61, "unanswered"),
        (Held(NOW, False, None, None, None, None), 61, None),
        (Held(NOW, False, None, None, None, None), 301, "unanswered"),
        (Held(NOW, True, NOW, NOW + timedelta(seconds=30), NOW, None), 320, None),
        (Held(NOW, True, NOW, NOW + timedelta(seconds=10), NOW, None), 320, "silent"),
        (Held(NOW, True, NOW, NOW, NOW + timedelta(seconds=10), None), 9000, None),
        (Held(NOW, True, NOW, NOW, NOW + timedelta(seconds=10), NOW), 91, "lost"),
    ],
)
def test_when_it_is_taken_back(held: Held, after: int, why: str | None) -> None:
    assert rules.why_released(held, PATIENCE, NOW + timedelta(seconds=after)) == why


def test_shifts_cover_the_night() -> None:
    sunday_night = [(6, 22 * 60, 30 * 60)]
    assert on_duty(sunday_night, datetime(2026, 11, 22, 23, 0))
    assert on_duty(sunday_night, datetime(2026, 11, 23, 5, 59))
    assert not on_duty(sunday_night, datetime(2026, 11, 23, 6, 0))
    assert not on_duty(sunday_night, datetime(2026, 11, 22, 21, 59))
    assert on_duty([], datetime(2026, 11, 22, 3, 0))
    assert next_duty(sunday_night, datetime(2026, 11, 23, 7, 0)) == datetime(2026, 11, 29, 22, 0)
    assert next_duty([], datetime(2026, 11, 23, 7, 0)) is None
