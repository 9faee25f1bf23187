"""The circuit breaker, as a table of what happens when."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from service.gateways.fuel_platform.breaker import LONGEST_REST, Breaker


def _opened(now: float) -> Breaker:
    breaker = Breaker(failures=3, rest=2.0)
    for _ in range(3):
        assert breaker.may(now)
        breaker.went_wrong(now)
    return breaker


def test_it_opens_after_failures_in_a_row() -> None:
    breaker = Breaker(failures=3, rest=2.0)
    for went_well in (False, False, True, False, False):
        assert breaker.may(0.0)
        breaker.went_well() if went_well else breaker.went_wrong(0.0)
    assert breaker.may(0.0)
    breaker.went_wrong(0.0)
    assert not breaker.may(0.0)


def test_after_the_rest_one_call_tries() -> None:
    breaker = _opened(0.0)
    assert not breaker.may(1.9)
    assert breaker.may(2.0)
    assert not breaker.may(2.0), "the others wait for how it goes"
    breaker.went_well()
    assert breaker.may(2.0)
    assert breaker.may(2.0)


def test_each_vain_try_doubles_the_rest() -> None:
    breaker, now, rest = _opened(0.0), 0.0, 2.0
    for _ in range(10):
        assert not breaker.may(now + rest - 0.1)
        now += rest
        assert breaker.may(now)
        breaker.went_wrong(now)
        rest = min(rest * 2, LONGEST_REST)
    assert rest == LONGEST_REST


def test_a_try_that_was_cancelled_leaves_room_for_the_next() -> None:
    breaker = _opened(0.0)
    assert breaker.may(2.0)
    breaker.gave_up()
    assert breaker.may(2.0)


@given(st.lists(st.tuples(st.floats(0, 5), st.sampled_from(["well", "wrong", "cancelled"])), max_size=60))
def test_it_never_stays_shut_for_good(steps: list[tuple[float, str]]) -> None:
    breaker, now = Breaker(failures=2, rest=1.0), 0.0
    for wait, outcome in steps:
        now += wait
        if breaker.may(now):
            {"well": breaker.went_well, "wrong": lambda t=now: breaker.went_wrong(t), "cancelled": breaker.gave_up}[
                outcome
            ]()
    assert breaker.may(now + LONGEST_REST + 1)
