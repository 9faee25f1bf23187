"""Which moments of a ticket's life are watched: timers follow from what the ticket is. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from contracts.tickets import TicketStatus
from service.tickets.repository import TicketRow
from service.tickets.sla.rules import Policy

FIRST_WARNING, FIRST_BREACH = "first_warning", "first_breach"
DUE_WARNING, DUE_BREACH, ESCALATION = "due_warning", "due_breach", "escalation"
SILENCE, REMINDER, END, NOTICE = "silence", "reminder", "end", "notice"
RING = "ring"

FOLLOWING = (FIRST_WARNING, FIRST_BREACH, DUE_WARNING, DUE_BREACH, ESCALATION, SILENCE, REMINDER, END, NOTICE, RING)
"""Timers that follow from the ticket; other kinds are set by those who need them."""


@dataclass(frozen=True)
class Clocked:
    """A ticket with the clock that its result is promised on."""

    ticket: TicketRow
    clock: str


def timers(clocked: Clocked, policy: Policy) -> dict[str, datetime]:
    """Kind → moment, for everything that may still happen by itself to this ticket."""
    ticket = clocked.ticket
    found: dict[str, datetime] = {}
    if ticket.status is TicketStatus.SOLVED or ticket.status is TicketStatus.WAITING_CUSTOMER:
        found.update(_of_silent_customer(ticket, policy))
    elif ticket.is_open:
        found.update(_of_promises(clocked, policy))
        if ticket.conversation_id is not None:
            silent = policy.later(ticket.told_at, policy.watches[ticket.priority].silence, ticket.priority)
            found[SILENCE] = policy.quiet_end(silent, ticket.priority)
    if ticket.notice_due_at is not None:
        found[NOTICE] = ticket.notice_due_at
    return found


def _of_promises(clocked: Clocked, policy: Policy) -> dict[str, datetime]:
    ticket, watch = clocked.ticket, policy.watches[clocked.ticket.priority]
    found = {DUE_BREACH: ticket.due_at}
    if ticket.first_response_at is None and ticket.first_breached_at is None:
        found[FIRST_BREACH] = ticket.first_response_due_at
        if ticket.first_warned_at is None:
            found[FIRST_WARNING] = ticket.first_response_due_at - watch.warn_first
    if ticket.warned_at is None:
        found[DUE_WARNING] = policy.clocks.add(ticket.due_at, -watch.warn, clocked.clock)
    unanswered = ticket.first_response_at is None and ticket.first_breached_at is not None
    broken = ticket.breaches > 0 or unanswered
    if broken and ticket.breached_at is not None and ticket.escalation < len(watch.escalate):
        after = watch.escalate[ticket.escalation].after
        found[ESCALATION] = policy.clocks.add(ticket.breached_at, after, clocked.clock)
    if watch.ring is not None and _nobody_took(ticket):
        found[RING] = (ticket.offered_at or ticket.created_at) + watch.ring
    return found


def _nobody_took(ticket: TicketRow) -> bool:
    """Whether a ticket still waits for somebody, and has not rung; those of an incident are its parent's matter."""
    if ticket.assignee_id is not None or ticket.rung_at is not None or ticket.parent_number is not None:
        return False
    return ticket.first_response_at is None or ticket.offered_at is not None


def _of_silent_customer(ticket: TicketRow, policy: Policy) -> dict[str, datetime]:
    if ticket.reminded_at is not None:
        return {END: ticket.reminded_at + policy.close}
    since = ticket.solved_at if ticket.status is TicketStatus.SOLVED else ticket.paused_at
    return {REMINDER: policy.quiet_end((since or ticket.updated_at) + policy.remind, ticket.priority)}


def paused(clocked: Clocked, policy: Policy, now: datetime) -> dict[str, Any]:
    """The changes that stop a ticket's clock: what is left of its promise is kept."""
    left = policy.clocks.worked(now, clocked.ticket.due_at, clocked.clock)
    return {"paused_at": now, "paused_left": left.total_seconds(), "resume_status": clocked.ticket.status.value}


def resumed(clocked: Clocked, policy: Policy, now: datetime) -> dict[str, Any]:
    """The changes that let the clock run again: the promise moves by the time that the customer took."""
    left = timedelta(seconds=clocked.ticket.paused_left or 0.0)
    due = policy.clocks.add(now, left, clocked.clock) if left > timedelta(0) else clocked.ticket.due_at
    return {"paused_at": None, "paused_left": None, "resume_status": None, "reminded_at": None, "due_at": due}
