"""What happens to a ticket by itself when one of its timers goes off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Callable, Mapping

from sqlalchemy import Connection

from contracts.errors import NotFound
from contracts.taxonomy import load_taxonomy
from contracts.tickets import TicketStatus
from service.delivery import service as delivery
from service.tickets.incidents import service as incidents
from service.tickets.incidents.service import Threshold
from service.tickets.life import repository as timers
from service.tickets.life import rules as life_rules
from service.tickets.life import service as life
from service.tickets.life.service import Locked
from service.tickets.notices import rules as notices
from service.tickets.parties import service as parties
from service.tickets.sla import service as sla

SYSTEM = "system"

Handler = Callable[[Connection, Locked, datetime], None]


@dataclass(frozen=True)
class Fired:
    """A timer that went off."""

    number: str
    kind: str


def fire(connection: Connection, timer_id: int, threshold: Threshold, now: datetime) -> Fired | None:
    """Do what a timer was set for, once: taking it and its work are one unit of work.

    None when it is not due (any more): another process did it, or the ticket went on meanwhile.
    """
    due = timers.timer(connection, timer_id)
    if due is None:
        return None
    try:
        held = life.lock(connection, due.ticket_number)
    except NotFound:
        held = None
    taken = timers.take_timer(connection, timer_id, now)
    if taken is None or held is None:
        return None
    if taken.kind == incidents.LOOK:
        incidents.look(connection, held, threshold, now)
    else:
        _HANDLERS[taken.kind](connection, held, now)
    # What the handler did not change is watched on; a timer that was taken must not be missing.
    life.watch(connection, taken.ticket_number)
    return Fired(taken.ticket_number, taken.kind)


def _first_warning(connection: Connection, held: Locked, now: datetime) -> None:
    _note(connection, held, now, {"first_warned_at": now}, "warned", {"of": "first_response"}, "owner")


def _due_warning(connection: Connection, held: Locked, now: datetime) -> None:
    _note(connection, held, now, {"warned_at": now}, "warned", {"of": "result"}, "owner")


def _first_breach(connection: Connection, held: Locked, now: datetime) -> None:
    """Nobody answered in time: the customer hears it unasked, the owner's superiors hear it."""
    missed = held.ticket.first_response_due_at
    values = {"first_breached_at": now, "breached_at": held.ticket.breached_at or now}
    life.change(
        connection,
        held,
        now,
        values,
        event="breached",
        data={"of": "first_response", "missed": missed.isoformat()},
        say=notices.late_answer(held.ticket, missed, now),
        urgent=True,
    )
    _alert(connection, held, "owner", "breach")


def _due_breach(connection: Connection, held: Locked, now: datetime) -> None:
    """The result is late: a new promise is made, told unasked, and watched like the first."""
    missed, policy = held.ticket.due_at, sla.policy()
    due_at = policy.later(now, policy.watches[held.ticket.priority].more, held.ticket.priority)
    values = {
        "due_at": due_at,
        "breaches": held.ticket.breaches + 1,
        "breached_at": now,
        "escalation": 0,
        "warned_at": None,
    }
    life.change(
        connection,
        held,
        now,
        values,
        event="breached",
        data={"of": "result", "missed": missed.isoformat(), "due_at": due_at.isoformat()},
        say=notices.broken(held.ticket.number, missed, due_at, now),
        urgent=True,
    )
    _alert(connection, held, "owner", "breach")


def _escalation(connection: Connection, held: Locked, now: datetime) -> None:
    """The next one up hears of a broken promise."""
    steps = sla.policy().watches[held.ticket.priority].escalate
    step = steps[held.ticket.escalation]
    values = {"escalation": held.ticket.escalation + 1}
    _note(connection, held, now, values, "escalated", {"to": step.to, "why": "breach"}, step.to)


def _ring(connection: Connection, held: Locked, now: datetime) -> None:
    """Nobody took an urgent ticket: the supervisor is rung, once each time it is put before people."""
    life.change(connection, held, now, {"rung_at": now}, event="rung", data={"to": "supervisor", "why": "unaccepted"})
    _alert(connection, held, "supervisor", "unaccepted")


def _silence(connection: Connection, held: Locked, now: datetime) -> None:
    words = notices.still_working(load_taxonomy(), held.ticket, now)
    # Counted from now even when the words are held for the morning: they will be said.
    life.change(connection, held, now, {"told_at": now}, say=words)
    _alert(connection, held, "owner", "silence")


def _reminder(connection: Connection, held: Locked, now: datetime) -> None:
    ends = now + sla.policy().close
    words = notices.reminder(held.ticket, ends, now)
    life.change(connection, held, now, {"reminded_at": now}, event="reminded", say=words, urgent=True)


def _end(connection: Connection, held: Locked, now: datetime) -> None:
    """A reminder, and silence ever since: closed, to be reopened with one tap."""
    values: dict[str, Any] = {**life.move(held, TicketStatus.CLOSED, now), "confirmed": False}
    words = notices.closed_by_silence(held.ticket)
    life.change(connection, held, now, values, event="closed", data={"why": "silence"}, say=words)


def _statement(connection: Connection, held: Locked, now: datetime) -> None:
    """A party of a dispute did not answer in time: whoever decides must know."""
    late = [p.party for p in parties.silent(connection, held.ticket.number, now)]
    if late and held.ticket.is_open:
        _note(
            connection, held, now, {}, "escalated", {"to": "supervisor", "why": "statement", "of": late}, "supervisor"
        )
    parties.watch(connection, held.ticket.number, now)


def _note(
    connection: Connection,
    held: Locked,
    now: datetime,
    values: Mapping[str, Any],
    event: str,
    data: Mapping[str, Any],
    to: str,
) -> None:
    life.change(connection, held, now, values, event=event, data=data)
    _alert(connection, held, to, "warning" if event == "warned" else str(data.get("why", event)))


def _alert(connection: Connection, held: Locked, to: str, why: str) -> None:
    ticket = held.ticket
    who = {"owner_id": ticket.owner_id, "assignee_id": ticket.assignee_id, "department": ticket.working}
    alert = {"number": ticket.number, "priority": ticket.priority, "to": to, "why": why, **who}
    delivery.announce_alert(connection, alert)


_HANDLERS: Mapping[str, Handler] = {
    life_rules.FIRST_WARNING: _first_warning,
    life_rules.FIRST_BREACH: _first_breach,
    life_rules.DUE_WARNING: _due_warning,
    life_rules.DUE_BREACH: _due_breach,
    life_rules.ESCALATION: _escalation,
    life_rules.RING: _ring,
    life_rules.SILENCE: _silence,
    life_rules.REMINDER: _reminder,
    life_rules.END: _end,
    life_rules.NOTICE: life.push_held,
    incidents.JOIN: incidents.tell_joined,
    incidents.OVER: incidents.tell_over,
    parties.STATEMENT: _statement,
}


def unwatched(connection: Connection) -> int:
    """Take over open tickets that have no timers; returns how many."""
    return life.watch_unwatched(connection)


def due(connection: Connection, now: datetime, limit: int) -> list[timers.TimerRow]:
    """Timers whose time has come."""
    return timers.due_timers(connection, now, limit)


def postpone(connection: Connection, timer_id: int, until: datetime) -> None:
    """Try a timer again later, because its work failed."""
    timers.postpone_timer(connection, timer_id, until)
