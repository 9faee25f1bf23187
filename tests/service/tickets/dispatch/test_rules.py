"""What becomes of a promise when the urgency of a ticket changes."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime, timedelta, timezone

from contracts.taxonomy import load_taxonomy
from contracts.tickets import TicketStatus
from service.tickets.dispatch import rules
from service.tickets.dispatch.rules import Promise
from service.tickets.repository import TicketRow
from service.tickets.sla import service as sla

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=timezone.utc)
CLOCKS = sla.policy().clocks


def _ticket(**more: object) -> TicketRow:
    """A ticket that was filed just now; whatever no rule looks at is empty."""
    empty: dict[str, object] = {f.name: None for f in fields(TicketRow)}
    given = {
        "number": "YB0000000019",
        "category": "app_error",
        "department": "tech",
        "priority": "P2",
        "status": TicketStatus.CHECKING,
        "details": {},
        "created_at": NOW,
        "first_response_due_at": NOW + timedelta(hours=1),
        "due_at": NOW + timedelta(hours=30),
    }
    return TicketRow(**{**empty, **given, **more})  # type: ignore[arg-type]


def _promised(ticket: TicketRow, priority: str, last: dict[str, object] | None, now: datetime) -> Promise:
    return rules.promised(load_taxonomy(), CLOCKS, ticket, priority, last, now)


def test_more_urgent_is_promised_from_now_on_and_never_later() -> None:
    later = NOW + timedelta(minutes=20)
    after = _promised(_ticket(), "P0", None, later)
    assert after == Promise(later + timedelta(minutes=5), later + timedelta(hours=2))
    nearly = _ticket(due_at=later + timedelta(minutes=30), first_response_due_at=later + timedelta(minutes=1))
    assert _promised(nearly, "P0", None, later) == Promise(nearly.first_response_due_at, nearly.due_at)


def test_less_urgent_keeps_what_was_told() -> None:
    ticket = _ticket()
    assert _promised(ticket, "P3", None, NOW) == Promise(ticket.first_response_due_at, ticket.due_at)


def test_set_back_gives_the_promise_back_unless_it_was_moved_since() -> None:
    before = Promise(_ticket().first_response_due_at, _ticket().due_at)
    raised = _promised(_ticket(), "P0", None, NOW)
    last = {"from": "P2", "to": "P0", "before": before.written(), "promise": raised.written()}
    now_p0 = _ticket(priority="P0", first_response_due_at=raised.first, due_at=raised.due)
    assert _promised(now_p0, "P2", last, NOW) == before
    moved = replace(now_p0, due_at=raised.due + timedelta(minutes=7))
    assert _promised(moved, "P2", last, NOW).due == moved.due_at
    assert _promised(now_p0, "P3", last, NOW).due == raised.due, "this was never its priority"


def test_a_clock_that_stands_still_is_not_moved() -> None:
    ticket = _ticket(paused_at=NOW, paused_left=3600.0, status=TicketStatus.WAITING_CUSTOMER)
    assert _promised(ticket, "P0", None, NOW) == Promise(ticket.first_response_due_at, ticket.due_at)


def test_a_moment_is_written_the_same_in_every_zone() -> None:
    china = timezone(timedelta(hours=8))
    one = Promise(NOW, NOW)
    assert one.written() == Promise(NOW.astimezone(china), NOW.astimezone(china)).written()
