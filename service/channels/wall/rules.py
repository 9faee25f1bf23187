"""The wall's numbers from what is known of today's hand-offs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

HALF_HOUR = timedelta(minutes=30)
GOAL_SHARE = 0.8
"""So many hand-offs are to be answered within the goal."""


@dataclass(frozen=True)
class Served:
    """A hand-off of today. `wait`: seconds to a person's first words; `answered` is False while nobody has come."""

    at: datetime
    wait: float
    answered: bool = True


@dataclass(frozen=True)
class Span:
    """Half an hour: see schemas.HalfHour."""

    at: datetime
    asked: int = 0
    answered: int = 0
    reached: int = 0
    longest: int = 0


@dataclass(frozen=True)
class Goal:
    """How today stands against the goal. Who waits and is still within it is not judged yet."""

    reached: int
    judged: int

    @property
    def share(self) -> float | None:
        return self.reached / self.judged if self.judged else None

    @property
    def breaches(self) -> int:
        return self.judged - self.reached


def goal(today: Sequence[Served], seconds: float) -> Goal:
    """`seconds`: within which somebody is to answer."""
    judged = [s for s in today if s.answered or s.wait > seconds]
    return Goal(sum(s.answered and s.wait <= seconds for s in judged), len(judged))


def history(today: Sequence[Served], midnight: datetime, now: datetime, seconds: float) -> list[Span]:
    """Every half hour of today until now, also the empty ones."""
    count = int((now - midnight) / HALF_HOUR) + 1
    spans = [Span(midnight + n * HALF_HOUR) for n in range(count)]
    for served in today:
        place = int((served.at - midnight) / HALF_HOUR)
        if 0 <= place < count:
            span = spans[place]
            spans[place] = replace(
                span,
                asked=span.asked + 1,
                answered=span.answered + served.answered,
                reached=span.reached + (served.answered and served.wait <= seconds),
                longest=max(span.longest, int(served.wait)),
            )
    return spans
