"""Arithmetic of clocks that stand still at times, and which moments of a ticket's life are to be watched. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Callable, Iterator, Mapping

from contracts.errors import ContractError
from service.clock import CHINA

IsWorkday = Callable[[date], bool]

_DURATION = re.compile(r"^(\d+)(m|h|wd)$")
_ONE_DAY = timedelta(days=1)
_NOTHING = timedelta(0)
# A clock that does not run for so long has no opening hours at all.
_LONGEST_STANDSTILL = 400


@dataclass(frozen=True)
class Hours:
    """When a clock runs: periods as minutes after midnight in Beijing, on all days or on working days alone."""

    periods: tuple[tuple[int, int], ...]
    workdays: bool = False

    def on(self, day: date, is_workday: IsWorkday) -> list[tuple[datetime, datetime]]:
        """The periods of one day, in order."""
        if self.workdays and not is_workday(day):
            return []
        midnight = datetime.combine(day, time(), CHINA)
        return [(midnight + timedelta(minutes=a), midnight + timedelta(minutes=b)) for a, b in self.periods]


DEFAULT_HOURS: Mapping[str, Hours] = {
    "always": Hours(((0, 1440),)),
    "daily": Hours(((480, 1320),)),
    "workday": Hours(((540, 720), (810, 1080)), workdays=True),
}


@dataclass(frozen=True)
class Clocks:
    """The named clocks with the calendar that says which days are worked."""

    hours: Mapping[str, Hours]
    is_workday: IsWorkday

    def worked(self, start: datetime, end: datetime, clock: str) -> timedelta:
        """How long `clock` runs from `start` to `end`; negative when `end` is the earlier one."""
        if end < start:
            return -self.worked(end, start, clock)
        hours = self._hours(clock)
        first, last = start.astimezone(CHINA), end.astimezone(CHINA)
        total, day = _NOTHING, first.date()
        while day <= last.date():
            for opens, closes in hours.on(day, self.is_workday):
                total += max(_NOTHING, min(closes, last) - max(opens, first))
            day += _ONE_DAY
        return total

    def add(self, start: datetime, span: timedelta, clock: str) -> datetime:
        """The moment at which `clock` has run for `span` since `start`; before `start` when `span` is negative.

        Of several such moments the one nearest to `start`: 18:00 rather than 09:00 of the next morning.

        Raises:
            ContractError: the clock never runs.
        """
        local = start.astimezone(CHINA)
        if span == _NOTHING:
            return local
        return self._forward(local, span, clock) if span > _NOTHING else self._backward(local, -span, clock)

    def due(self, start: datetime, duration: str, clock: str) -> datetime:
        """When `duration` (`5m`, `2h`, `3wd`) is over. Working days end when the n-th one after `start` closes.

        Raises:
            ContractError: duration or clock is not of this form.
        """
        amount, unit = parse(duration)
        if unit == "wd":
            return self._after_workdays(start.astimezone(CHINA), amount)
        if clock not in self.hours or self.hours[clock].workdays:
            raise ContractError(f"minutes and hours are not promised on the clock {clock!r}")
        return self.add(start, span_of(duration), clock)

    def _forward(self, local: datetime, span: timedelta, clock: str) -> datetime:
        for day in _days(local.date(), _ONE_DAY):
            for opens, closes in self._hours(clock).on(day, self.is_workday):
                left = closes - max(opens, local)
                if left > _NOTHING:
                    if span <= left:
                        return max(opens, local) + span
                    span -= left
        raise ContractError(f"the clock {clock!r} never runs")

    def _backward(self, local: datetime, span: timedelta, clock: str) -> datetime:
        for day in _days(local.date(), -_ONE_DAY):
            for opens, closes in reversed(self._hours(clock).on(day, self.is_workday)):
                left = min(closes, local) - opens
                if left > _NOTHING:
                    if span <= left:
                        return min(closes, local) - span
                    span -= left
        raise ContractError(f"the clock {clock!r} never runs")

    def _after_workdays(self, local: datetime, count: int) -> datetime:
        for day in _days(local.date(), _ONE_DAY):
            if count <= 0:
                break
            if day > local.date() and self.is_workday(day):
                count -= 1
                local = datetime.combine(day, time(), CHINA)
        closing = self._hours("workday").periods[-1][1]
        return datetime.combine(local.date(), time(), CHINA) + timedelta(minutes=closing)

    def _hours(self, clock: str) -> Hours:
        found = self.hours.get(clock)
        if found is None:
            raise ContractError(f"no such clock: {clock!r}")
        return found


def _days(day: date, step: timedelta) -> Iterator[date]:
    """Days one after another, as many as any promise can need."""
    return (day + step * n for n in range(_LONGEST_STANDSTILL))


def parse(duration: str) -> tuple[int, str]:
    """`3wd` → (3, `wd`).

    Raises:
        ContractError: not a duration.
    """
    found = _DURATION.match(duration)
    if found is None:
        raise ContractError(f"not a duration: {duration!r}")
    return int(found[1]), found[2]


def is_duration(value: object) -> bool:
    return isinstance(value, str) and _DURATION.match(value) is not None


def span_of(duration: str) -> timedelta:
    """Minutes and hours as a span.

    Raises:
        ContractError: working days have no fixed length.
    """
    amount, unit = parse(duration)
    if unit == "wd":
        raise ContractError(f"{duration} has no fixed length")
    return timedelta(minutes=amount) if unit == "m" else timedelta(hours=amount)


@dataclass(frozen=True)
class Step:
    """One step of an escalation: `to` is `owner`, `department` or `supervisor`."""

    after: timedelta
    to: str


@dataclass(frozen=True)
class Watch:
    """What is watched for a priority; see `knowledge_base/policies/sla.yml`. `ring` None: nobody is rung."""

    warn_first: timedelta
    warn: timedelta
    silence: str
    more: str
    escalate: tuple[Step, ...]
    ring: timedelta | None = None


@dataclass(frozen=True)
class Policy:
    """Everything that tickets keep their promise by."""

    clocks: Clocks
    watches: Mapping[str, Watch]
    merge: timedelta
    quiet: tuple[int, int]
    wakes: str
    remind: timedelta
    close: timedelta
    urges: int
    statement: str
    version: int = 1
    resolve_clocks: Mapping[str, str] = field(default_factory=dict)

    def later(self, start: datetime, duration: str, priority: str) -> datetime:
        """`duration` after `start` on the clock of a priority."""
        clock = self.resolve_clocks[priority]
        if parse(duration)[1] == "wd":
            return self.clocks.due(start, duration, clock)
        return self.clocks.add(start, span_of(duration), clock)

    def quiet_end(self, at: datetime, priority: str) -> datetime:
        """`at`, or the end of the quiet hours when nothing of this priority may be pushed at that time."""
        local = at.astimezone(CHINA)
        if priority <= self.wakes:
            return local
        begins, ends = self.quiet
        minute = local.hour * 60 + local.minute
        if not _within(minute, begins, ends):
            return local
        morning = datetime.combine(local.date(), time(), CHINA) + timedelta(minutes=ends)
        return morning if morning > local else morning + _ONE_DAY


def _within(minute: int, begins: int, ends: int) -> bool:
    """Whether a minute of the day lies in [begins, ends), over midnight where begins is the later one."""
    if begins <= ends:
        return begins <= minute < ends
    return minute >= begins or minute < ends
