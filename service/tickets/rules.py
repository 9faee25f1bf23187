"""Pure decisions about tickets: numbers, promised times, what may follow what. Time is passed in."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Mapping

from contracts.errors import ContractError
from contracts.taxonomy import Taxonomy
from contracts.tickets import PlannedTicket, TicketStatus
from service.tickets.sla.rules import DEFAULT_HOURS, Clocks, IsWorkday, is_duration

DESK_INDEX, PARENT_INDEX, DESK_PARENT_INDEX = 62, 63, 61
"""Places among the categories that the taxonomy does not reach: tickets that agents file, and incidents' parents."""

TRANSITIONS: Mapping[TicketStatus, frozenset[TicketStatus]] = {
    TicketStatus.ACCEPTED: frozenset(
        {
            TicketStatus.CHECKING,
            TicketStatus.FINANCE_REVIEW,
            TicketStatus.WAITING_CUSTOMER,
            TicketStatus.SOLVED,
            TicketStatus.WITHDRAWN,
        }
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
    # Closed without an answer of the customer, after a reminder.
    TicketStatus.WAITING_CUSTOMER: frozenset(
        {
            TicketStatus.ACCEPTED,
            TicketStatus.CHECKING,
            TicketStatus.FINANCE_REVIEW,
            TicketStatus.REOPENED,
            TicketStatus.SOLVED,
            TicketStatus.CLOSED,
            TicketStatus.WITHDRAWN,
        }
    ),
    # Solved by the platform within seconds, it may still turn out not to be what the customer meant.
    TicketStatus.SOLVED: frozenset({TicketStatus.CLOSED, TicketStatus.REOPENED, TicketStatus.WITHDRAWN}),
    TicketStatus.CLOSED: frozenset({TicketStatus.REOPENED}),
    TicketStatus.REOPENED: frozenset(
        {
            TicketStatus.CHECKING,
            TicketStatus.FINANCE_REVIEW,
            TicketStatus.WAITING_CUSTOMER,
            TicketStatus.SOLVED,
            TicketStatus.WITHDRAWN,
        }
    ),
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


def parent_number(number: str) -> str:
    """The number of the incident that the ticket `number` brings to light."""
    serial, place = divmod(int(number[2:-1]), 64)
    return ticket_number(serial, DESK_PARENT_INDEX if place == DESK_INDEX else PARENT_INDEX)


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
    """When `duration` (`5m`, `2h`, `3wd`) is over on a clock (`always`, `daily`, `workday`) of the usual hours.

    Raises:
        ContractError: duration or clock is not of this form.
    """
    return Clocks(DEFAULT_HOURS, is_workday).due(start, duration, clock)


def plan(
    taxonomy: Taxonomy,
    turn_id: int,
    category: str,
    now: datetime,
    clocks: Clocks,
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
    first_response = priority.first_response
    override = taxonomy.promise_overrides.get(category, {})
    if override.get("only") in (None, cause):
        first_response = _without_agreement(override.get("first_response")) or first_response
    resolve, clock = resolve_promise(taxonomy, category, priority_id, cause)
    department = taxonomy.dept_by_cause.get(category, {}).get(cause or "", spec.department)
    return PlannedTicket(
        number=ticket_number(turn_id, list(taxonomy.intents).index(category)),
        category=category,
        department=department,
        priority=priority_id,
        created_at=now,
        first_response_due_at=clocks.due(now, first_response, priority.first_response_clock),
        due_at=clocks.due(now, resolve, clock),
    )


def resolve_promise(taxonomy: Taxonomy, category: str, priority: str, cause: str | None) -> tuple[str, str]:
    """How long the result of a ticket may take, and on which clock.

    Overrides in words (a time the customer agrees on) leave the priority's time in force.
    """
    spec = taxonomy.priorities[priority]
    override = taxonomy.promise_overrides.get(category, {})
    resolve = override.get("resolve")
    if override.get("only") in (None, cause) and is_duration(resolve):
        return str(resolve), "workday" if str(resolve).endswith("wd") else spec.resolve_clock
    return spec.resolve, spec.resolve_clock


def _without_agreement(promise: object) -> str | None:
    """The duration that a promise ends with: `1m`, or the `30m` of "the time agreed on, without one 30m"."""
    found = re.search(r"(\d+(?:m|h|wd))$", promise) if isinstance(promise, str) else None
    return found[1] if found is not None else None


def may_become(status: TicketStatus, target: TicketStatus) -> bool:
    return target in TRANSITIONS[status]
