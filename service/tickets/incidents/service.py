"""Mass incidents: many reports of one cause become one P0 ticket, and all its customers are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from contracts.taxonomy import load_taxonomy
from contracts.tickets import TicketStatus
from service.delivery import service as delivery
from service.tickets import repository, rules
from service.tickets.incidents import repository as incidents
from service.tickets.incidents import rules as incident_rules
from service.tickets.life import repository as timers
from service.tickets.life import service as life
from service.tickets.life.service import Locked
from service.tickets.repository import TicketRow
from service.tickets.sla import service as sla

# What other domains may use of this one, beside the functions below.
from service.tickets.incidents.repository import (  # isort: skip
    IncidentRow as IncidentRow,
    all_live as all_live,
    incident as incident,
)

LOOK, JOIN, OVER = "incident_look", "incident_join", "incident_over"
"""Timers of this domain: look for others, be told of the incident, be told that it is over."""


@dataclass(frozen=True)
class Threshold:
    """So many different customers within so long make an incident."""

    customers: int
    within: timedelta


def report(connection: Connection, number: str, now: datetime) -> None:
    """Remember what a new ticket may have in common with others; looking for them comes after the turn."""
    ticket = repository.ticket(connection, number)
    assert ticket is not None
    causes = incident_rules.causes(ticket)
    if not causes:
        return
    customer = ticket.customer_id or ticket.conversation_id or number
    incidents.insert_causes(connection, number, causes, customer, now)
    timers.set_timers(connection, number, {LOOK: now})


def look(connection: Connection, held: Locked, threshold: Threshold, now: datetime) -> None:
    """See whether a ticket belongs to an incident, or makes one."""
    ticket = held.ticket
    if not ticket.is_open or ticket.parent_number is not None:
        return
    since = now - threshold.within
    for cause in incidents.causes_of(connection, ticket.number):
        going_on = incidents.live(connection, cause)
        if going_on is not None:
            _link(connection, [ticket.number], going_on.number, now)
            return
        count = incidents.customers_since(connection, cause, since)
        if count >= threshold.customers:
            parent = _start(connection, ticket, cause, count, now)
            _link(connection, incidents.open_with(connection, cause, since), parent, now)
            return


def _start(connection: Connection, ticket: TicketRow, cause: str, count: int, now: datetime) -> str:
    """File the parent ticket: P0, owned by the category's department, of no single customer."""
    taxonomy = load_taxonomy()
    number = rules.parent_number(ticket.number)
    clocks, priority = sla.policy().clocks, taxonomy.priorities["P0"]
    due_at = clocks.due(now, priority.resolve, priority.resolve_clock)
    repository.insert_ticket(
        connection,
        number=number,
        category=ticket.category,
        department=ticket.department,
        working=ticket.department,
        priority=priority.id,
        status=TicketStatus.ACCEPTED.value,
        summary=incident_rules.summary(taxonomy, cause, count),
        details={"incident": cause},
        order_ids=[],
        customer_id=None,
        channel=None,
        station_id=ticket.station_id,
        conversation_id=None,
        turn_id=ticket.turn_id,
        step=0,
        created_at=now,
        updated_at=now,
        told_at=now,
        first_response_due_at=clocks.due(now, priority.first_response, priority.first_response_clock),
        promised_at=due_at,
        due_at=due_at,
    )
    incidents.insert_incident(connection, number, cause, now)
    repository.add_event(connection, number, "incident", "system", {"cause": cause, "customers": count}, now)
    life.watch(connection, number)
    delivery.announce_alert(connection, {"number": number, "to": "supervisor", "why": "incident"})
    return number


def _link(connection: Connection, numbers: list[str], parent: str, now: datetime) -> None:
    """Tickets join an incident; each is told in a unit of work of its own."""
    for number in numbers:
        repository.update_ticket(connection, number, parent_number=parent)
        repository.add_event(connection, number, "incident", "system", {"parent": parent}, now)
        timers.set_timers(connection, number, {JOIN: now})


def tell_joined(connection: Connection, held: Locked, now: datetime) -> None:
    """Tell a customer that many have his problem."""
    parent = repository.ticket(connection, held.ticket.parent_number or "")
    if parent is None or not parent.is_open or not held.ticket.is_open:
        return
    words = incident_rules.joined(parent, held.ticket, now)
    life.change(connection, held, now, {}, say=words)


def over(connection: Connection, held: Locked, now: datetime) -> None:
    """The parent ticket was solved: everybody who was linked is told, each in a unit of work of its own."""
    if incidents.incident(connection, held.ticket.number) is None:
        return
    incidents.end_incident(connection, held.ticket.number, now)
    for child in repository.children(connection, held.ticket.number):
        timers.set_timers(connection, child.number, {OVER: now})


def back(connection: Connection, number: str) -> None:
    """The parent ticket was reopened: the incident goes on."""
    known = incidents.incident(connection, number)
    if known is not None and incidents.live(connection, known.cause) is None:
        incidents.reopen_incident(connection, number)


def tell_over(connection: Connection, held: Locked, now: datetime) -> None:
    """Tell a customer that it is over; where nothing of his own is left to do, his ticket is solved with it."""
    parent = repository.ticket(connection, held.ticket.parent_number or "")
    if parent is None:
        return
    note = parent.resolution or ""
    if not held.ticket.is_open:
        return
    solved = incident_rules.solved_with_parent(load_taxonomy(), held.ticket)
    words = incident_rules.over(held.ticket, note, solved)
    values = life.move(held, TicketStatus.SOLVED, now) if solved else {}
    if solved:
        values.update(resolution=note or None, root_cause=parent.root_cause, side=parent.side)
        if held.ticket.first_response_at is None:
            values["first_response_at"] = now
    life.change(connection, held, now, values, event="incident_over", data={"parent": parent.number}, say=words)
