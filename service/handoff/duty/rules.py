"""Whether a person can answer now, when one will, how long it takes, and how a customer is told. Time is passed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from statistics import median

from contracts.conversation import Button
from service.agents.rules import next_duty, on_duty
from service.clock import spoken
from service.policies.hours import rules as hours
from service.policies.hours.rules import Hours, KindOf

Shifts = Sequence[tuple[int, int, int]]

ASSISTANT = "assistant"
"""Payload: back to the assistant, out of the queue."""
CALL_ME = "callback:ask"
ANY_PROBLEM = "intent:complaint_general"

WHILE_WAITING = (Button("不想等，留个电话", CALL_ME), Button("不等了", ASSISTANT))
"""What who waits may do instead."""

_LOOKS_AHEAD = 14
_ENOUGH = 3
"""So many waits or talks must be known before anything is estimated from them."""
_UPSET = frozenset({"anger", "dissatisfied"})


@dataclass(frozen=True)
class Duty:
    """Whether somebody can answer; otherwise `opens_at` says from when on, None: nobody knows."""

    open: bool
    opens_at: datetime | None = None


def duty(table: Hours, rosters: Sequence[Shifts], local: datetime, kind_of: KindOf) -> Duty:
    """The table and the roster together. `rosters`: the shifts of each agent; one without shifts works at any time."""

    def staffed(moment: datetime) -> bool:
        return not rosters or any(on_duty(shifts, moment) for shifts in rosters)

    if hours.open_at(table, local, kind_of) and staffed(local):
        return Duty(True)
    moments = set(hours.openings(table, local, kind_of, _LOOKS_AHEAD))
    for shifts in rosters:
        start: datetime | None = local
        while start is not None and (start - local).days < _LOOKS_AHEAD:
            start = next_duty(shifts, start)
            moments |= {start} if start is not None else set()
    fitting = (m for m in sorted(moments) if hours.open_at(table, m, kind_of) and staffed(m))
    return Duty(False, next(fitting, None))


@dataclass(frozen=True)
class Crew:
    """The agents who are there. `free`: how many more conversations they could have, `automatic`: those of them that
    the service gives by itself; `busy`: how many they have."""

    free: int = 0
    automatic: int = 0
    busy: int = 0


def estimate_minutes(place: int, crew: Crew, waits: Sequence[float], lengths: Sequence[float]) -> int | None:
    """Minutes until a person answers; None when that would be a guess.

    Who has a free agent before him waits as long as others did lately; the rest until enough talks have ended.

    Args:
        waits: seconds from the queue to a person, of the last claims.
        lengths: seconds that the last talks took.
    """
    if crew.free + crew.busy == 0:
        return None
    if place <= crew.automatic:
        return 1
    if place <= crew.free:
        return max(1, round(median(waits) / 60)) if len(waits) >= _ENOUGH else None
    if crew.busy == 0 or len(lengths) < _ENOUGH:
        return None
    return max(1, ceil((place - crew.free) * median(lengths) / crew.busy / 60))


def off_hours_text(reason: str, opens_at: datetime | None, place: int, filed: Sequence[str], now: datetime) -> str:
    """What who asked for a person is told when nobody can answer. `filed`: numbers of his open tickets."""
    sorry = "非常抱歉，这件事让您费心了。" if reason in _UPSET else ""
    when = f"{spoken(opens_at, now)} 上班" if opens_at is not None else "上班时间暂时还没有定下来"
    kept = f"您排在第 {place} 位，上班后按顺序接待，前面说的客服都能看到。"
    tickets = f"工单 {'、'.join(filed)} 照常处理，不受影响。" if filed else ""
    return f"{sorry}人工客服现在已经下班，{when}。{kept}{tickets}不想等的话，可以留个电话，上班后客服打给您。"


def off_hours_buttons(problem: str | None, filed: Sequence[str]) -> tuple[Button, ...]:
    """A call back, a ticket (unless there is one), the assistant. `problem`: the label that a ticket would be about."""
    ticket = () if filed else (Button("先记成工单", problem or ANY_PROBLEM),)
    return Button("留个电话回拨", CALL_ME), *ticket, Button("继续问智能助手", ASSISTANT)


CALLED = "紧急情况不分上下班：已经呼叫值班的同事，请不要离开这个页面，也可以继续跟我说。"
"""For who is in danger or stands without fuel while nobody is on duty."""


def opened_text(place: int) -> str:
    return f"人工客服上班了，您排在第 {place} 位，马上按顺序为您接入。"
