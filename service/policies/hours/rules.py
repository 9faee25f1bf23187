"""When a person answers: office hours, holidays, exceptions and the night crew. Pure; time is passed in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from contracts.errors import ContractError
from service.calendar import DayKind

KindOf = Callable[[date], DayKind]
Periods = tuple[tuple[int, int], ...]
"""Minutes after midnight of the day on which a period begins; the end may lie on the next day, up to 2880."""

DAY_MINUTES = 24 * 60
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PARTS = frozenset({"week", "holidays", "days", "night"})
_LOOKS_AHEAD = 60
"""Days within which the next opening must lie; nothing that is closed for longer is said to open."""
_PERIOD = re.compile(r"^([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)$")


@dataclass(frozen=True)
class Hours:
    """The table in force. `week` begins with Monday; `days` are exceptions; `night` holds on every day."""

    week: tuple[Periods, ...]
    holidays: Periods
    days: Mapping[date, Periods]
    night: Periods


def read(rows: object) -> tuple[Mapping[str, Any], ...]:
    """Check the rows of the table.

    Raises:
        ContractError: a part is missing or says no hours; it is named.
    """
    hours_of(rows)
    assert isinstance(rows, (list, tuple))
    return tuple(rows)


def hours_of(rows: object) -> Hours:
    """The rows as what they mean.

    Raises:
        ContractError: a part is missing or says no hours; it is named.
    """
    if not isinstance(rows, (list, tuple)) or not all(isinstance(r, dict) and "id" in r for r in rows):
        raise ContractError("hours: a list of rows is expected")
    values = {row["id"]: row.get("value") for row in rows}
    if len(values) != len(rows) or set(values) != PARTS:
        raise ContractError(f"hours: exactly the parts {sorted(PARTS)} are expected, each once")
    week, days = values["week"], values["days"]
    if not isinstance(week, dict) or set(week) != set(WEEKDAYS):
        raise ContractError("hours: week names every day from mon to sun")
    if not isinstance(days, dict):
        raise ContractError("hours: days is a mapping of dates to periods")
    return Hours(
        week=tuple(_periods(week[name], f"week {name}") for name in WEEKDAYS),
        holidays=_periods(values["holidays"], "holidays"),
        days={_date(day): _periods(periods, f"days {day}") for day, periods in days.items()},
        night=_periods(values["night"], "night"),
    )


def _periods(value: object, where: str) -> Periods:
    if not isinstance(value, list):
        raise ContractError(f"hours: {where}: a list of periods is expected")
    found = tuple(_period(text, where) for text in value)
    if any(before[1] > after[0] for before, after in pairwise(found)):
        raise ContractError(f"hours: {where}: periods follow one another without overlap")
    return found


def _period(text: object, where: str) -> tuple[int, int]:
    parts = _PERIOD.match(text) if isinstance(text, str) else None
    if parts is None:
        raise ContractError(f"hours: {where}: {text!r} is no period such as 08:00-22:00")
    begins, ends = int(parts[1]) * 60 + int(parts[2]), int(parts[3]) * 60 + int(parts[4])
    if begins >= DAY_MINUTES or ends > DAY_MINUTES:
        raise ContractError(f"hours: {where}: {text!r} is no time of a day")
    return begins, ends if ends > begins else ends + DAY_MINUTES


def _date(value: object) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError as error:
        raise ContractError(f"hours: days: {value!r} is no date such as 2027-02-06") from error


def office_periods(hours: Hours, day: date, kind_of: KindOf) -> Periods:
    """The office hours of a day, without the night crew. A weekend day that is worked has those of Monday."""
    if day in hours.days:
        return hours.days[day]
    kind = kind_of(day)
    if kind is DayKind.HOLIDAY:
        return hours.holidays
    worked = kind is DayKind.WORKDAY and day.weekday() >= 5
    return hours.week[0 if worked else day.weekday()]


def open_at(hours: Hours, local: datetime, kind_of: KindOf) -> bool:
    """Whether a person answers at this local time."""
    return any(begins <= local < ends for begins, ends in _spans(hours, local, kind_of, 1))


def next_opening(hours: Hours, local: datetime, kind_of: KindOf) -> datetime | None:
    """When it opens next (now, when it is open); None when that is not in sight."""
    if open_at(hours, local, kind_of):
        return local
    later = (begins for begins, _ in _spans(hours, local, kind_of, _LOOKS_AHEAD) if begins > local)
    return min(later, default=None)


def openings(hours: Hours, local: datetime, kind_of: KindOf, days: int) -> list[datetime]:
    """The beginnings of all periods later than now, for so many days, in order."""
    return sorted({begins for begins, _ in _spans(hours, local, kind_of, days) if begins > local})


def closes_at(hours: Hours, local: datetime, kind_of: KindOf) -> datetime | None:
    """When it closes next; None when it is closed now, or open as far as one can see."""
    if not open_at(hours, local, kind_of):
        return None
    until = local
    for begins, ends in sorted(_spans(hours, local, kind_of, _LOOKS_AHEAD)):
        if begins <= until < ends:
            until = ends
    return until if until - local < timedelta(days=_LOOKS_AHEAD - 1) else None


def office_spans(hours: Hours, local: datetime, kind_of: KindOf, days: int) -> list[tuple[datetime, datetime]]:
    """Office hours (no night crew) of so many days from today on, in order."""
    found = []
    for offset in range(days):
        day = local.date() + timedelta(days=offset)
        found += [_span(day, period, local) for period in office_periods(hours, day, kind_of)]
    return sorted(found)


def _spans(hours: Hours, local: datetime, kind_of: KindOf, days: int) -> Iterator[tuple[datetime, datetime]]:
    """Every span that begins from yesterday on: what began yesterday may still last."""
    for offset in range(-1, days + 1):
        day = local.date() + timedelta(days=offset)
        for period in (*office_periods(hours, day, kind_of), *hours.night):
            yield _span(day, period, local)


def _span(day: date, period: tuple[int, int], local: datetime) -> tuple[datetime, datetime]:
    midnight = datetime.combine(day, time(), local.tzinfo)
    return midnight + timedelta(minutes=period[0]), midnight + timedelta(minutes=period[1])
