"""Pure decisions about tickets: numbers, promised times, what may follow what. Time is passed in."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Callable, Mapping

from contracts.errors import ContractError
from contracts.taxonomy import Taxonomy
from contracts.tickets import PlannedTicket, TicketStatus
from service.clock import CHINA

DAILY_OPEN, DAILY_CLOSE = time(8, 0), time(22, 0)
WORKDAY_CLOSE = time(18, 0)

IsWorkday = Callable[[date], bool]

_DURATION = re.compile(r"^(\d+)(m|h|wd)$")

TRANSITIONS: Mapping[TicketStatus, frozenset[TicketStatus]] = {
    TicketStatus.ACCEPTED: frozenset(
        {TicketStatus.CHECKING, TicketStatus.WAITING_CUSTOMER, TicketStatus.SOLVED, TicketStatus.WITHDRAWN}
    ),
    TicketStatus.CHECKING: frozenset(
        {
            TicketStatus.FINANCE_REVIEW,
            TicketStatus.WAITING_CUSTOMER,
            TicketStatus.SOLVED,
            TicketStatus.WITHDRAWN,
        }
    ),
    TicketStatus.FINANCE_REVIEW: frozenset(
        {TicketStatus.CHECKING, TicketStatus.WAITING_CUSTOMER, TicketStatus.SOLVED, TicketStatus.WITHDRAWN}
    ),
    TicketStatus.WAITING_CUSTOMER: frozenset({TicketStatus.CHECKING, TicketStatus.SOLVED, TicketStatus.WITHDRAWN}),
    TicketStatus.SOLVED: frozenset({TicketStatus.CLOSED, TicketStatus.REOPENED}),
    TicketStatus.CLOSED: frozenset({TicketStatus.REOPENED}),
    TicketStatus.REOPENED: frozenset({TicketStatus.CHECKING, TicketStatus.SOLVED, TicketStatus.WITHDRAWN}),
    TicketStatus.WITHDRAWN: frozenset({TicketStatus.REOPENED}),
}


def ticket_number(turn_id: int, category_index: int) -> str:
    """A number that people can read out: `YB`, nine digits, and a check digit (Luhn).

    It follows from the turn and the category, so that a turn that is tried again files the same ticket.
    """
    if turn_id < 1 or not 0 <= category_index < 64:
        raise ValueError("turn ids start at 1, categories end at 63")
    digits = f"{turn_id * 64 + category_index:09d}"
    return f"YB{digits}{check_digit(digits)}"


def check_digit(digits: str) -> int:
    """The Luhn check digit: one wrong digit, or two neighbours swapped (but 09 and 90), are noticed."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return -total % 10


def is_ticket_number(text: str) -> bool:
    """Whether `text` is a number of ours with the right check digit."""
    found = re.fullmatch(r"YB(\d{9,})(\d)", text)
    return found is not None and check_digit(found[1]) == int(found[2])


def due(start: datetime, duration: str, clock: str, is_workday: IsWorkday) -> datetime:
    """When `duration` (`5m`, `2h`, `3wd`) is over on a clock (`always`, `daily`, `workday`).

    Minutes and hours count on `always` every minute and on `daily` between 08:00 and 22:00; working days end at
    18:00 of the n-th working day after the day of `start`.

    Raises:
        ContractError: duration or clock is not of this form.
    """
    found = _DURATION.match(duration)
    if found is None:
        raise ContractError(f"not a duration: {duration!r}")
    amount, unit = int(found[1]), found[2]
    local = start.astimezone(CHINA)
    if unit == "wd":
        return _after_workdays(local, amount, is_workday)
    span = timedelta(minutes=amount) if unit == "m" else timedelta(hours=amount)
    if clock == "always":
        return local + span
    if clock == "daily":
        return _within_hours(local, span)
    raise ContractError(f"minutes and hours do not run on the clock {clock!r}")


def _after_workdays(local: datetime, count: int, is_workday: IsWorkday) -> datetime:
    day = local.date()
    while count > 0:
        day += timedelta(days=1)
        if is_workday(day):
            count -= 1
    return datetime.combine(day, WORKDAY_CLOSE, CHINA)


def _within_hours(local: datetime, span: timedelta) -> datetime:
    at = local
    while True:
        opens = datetime.combine(at.date(), DAILY_OPEN, CHINA)
        closes = datetime.combine(at.date(), DAILY_CLOSE, CHINA)
        at = max(at, opens)
        left = closes - at
        if left > timedelta(0):
            if span <= left:
                return at + span
            span -= left
        at = datetime.combine(at.date() + timedelta(days=1), DAILY_OPEN, CHINA)


def plan(
    taxonomy: Taxonomy,
    turn_id: int,
    category: str,
    now: datetime,
    is_workday: IsWorkday,
    *,
    cause: str | None = None,
) -> PlannedTicket:
    """Number, department, priority and promised times of a ticket for `category`.

    Raises:
        ContractError: the taxonomy files no ticket for this category.
    """
    spec = taxonomy.intents.get(category)
    if spec is None or spec.department is None:
        raise ContractError(f"no ticket is filed for {category}")
    priority_id = spec.priority or "P2"
    priority = taxonomy.priorities[priority_id]
    first_response, resolve = priority.first_response, priority.resolve
    override = taxonomy.promise_overrides.get(category, {})
    if override.get("only") in (None, cause):
        first_response = _if_duration(override.get("first_response"), first_response)
        resolve = _if_duration(override.get("resolve"), resolve)
    department = taxonomy.dept_by_cause.get(category, {}).get(cause or "", spec.department)
    return PlannedTicket(
        number=ticket_number(turn_id, list(taxonomy.intents).index(category)),
        category=category,
        department=department,
        priority=priority_id,
        created_at=now,
        first_response_due_at=due(now, first_response, priority.first_response_clock, is_workday),
        due_at=due(now, resolve, priority.resolve_clock, is_workday),
    )


def _if_duration(value: object, otherwise: str) -> str:
    """Overrides in words (a time the customer agrees on) leave the priority's time in force."""
    return value if isinstance(value, str) and _DURATION.match(value) else otherwise


def may_become(status: TicketStatus, target: TicketStatus) -> bool:
    return target in TRANSITIONS[status]
