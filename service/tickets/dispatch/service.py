"""What those who share out the work do: give a ticket back to everybody, make it more urgent or less."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from contracts.taxonomy import load_taxonomy
from contracts.tickets import STATUS_TITLES
from service.agents.service import AgentRow
from service.tickets.desk import repository as lists
from service.tickets.dispatch import rules
from service.tickets.dispatch.rules import Promise
from service.tickets.life import service as life
from service.tickets.life.service import Locked, WrongStatus
from service.tickets.repository import TicketRow
from service.tickets.sla import service as sla

# What other domains may use of this one, beside the functions below.
from service.tickets.desk.repository import (  # isort: skip
    DeskFilter as DeskFilter,
    Position as Position,
    Sort as Sort,
    count as count,
    counts as counts,
    position as position,
    search as search,
    stations as stations,
)

PRIORITY = "priority"
"""The kind of event that a change of priority is."""


def unassign(connection: Connection, number: str, agent: AgentRow, note: str, now: datetime) -> TicketRow:
    """Nobody works on a ticket any more, somebody else may take it; whoever answers for it stays the same.

    Raises:
        WrongStatus: the ticket is finished, or nobody works on it.
    """
    held = life.lock(connection, number)
    ticket = _open(held)
    if ticket.assignee_id is None:
        raise WrongStatus("这张工单现在没有处理人")
    data = {"from": ticket.assignee_id, "note": note}
    values: dict[str, Any] = {"assignee_id": None, "offered_at": now, "rung_at": None}
    changed, _ = life.change(connection, held, now, values, event="unassigned", actor=agent.username, data=data)
    return changed.ticket


def set_priority(
    connection: Connection, number: str, agent: AgentRow, priority: str, note: str, now: datetime
) -> TicketRow:
    """Another priority; a more urgent one is promised earlier. The customer is not told of it by itself.

    Raises:
        WrongStatus: the ticket is finished, or has this priority.
    """
    held = life.lock(connection, number)
    ticket = _open(held)
    if ticket.priority == priority:
        raise WrongStatus("工单已经是这个优先级")
    last = lists.last_event(connection, number, PRIORITY)
    before = Promise(ticket.first_response_due_at, ticket.due_at)
    clocks = sla.policy().clocks
    after = rules.promised(load_taxonomy(), clocks, ticket, priority, last.data if last is not None else None, now)
    values: dict[str, Any] = {"priority": priority}
    if after.due != before.due:
        values.update(due_at=after.due, warned_at=None)
    if ticket.first_response_at is None and after.first != before.first:
        values.update(first_response_due_at=after.first, first_warned_at=None)
    else:
        after = Promise(before.first, after.due)
    data = {
        "from": ticket.priority,
        "to": priority,
        "note": note,
        "before": before.written(),
        "promise": after.written(),
    }
    changed, _ = life.change(connection, held, now, values, event=PRIORITY, actor=agent.username, data=data)
    return changed.ticket


def _open(held: Locked) -> TicketRow:
    if not held.ticket.is_open:
        raise WrongStatus(f"工单现在是“{STATUS_TITLES[held.ticket.status]}”，请先重新打开")
    return held.ticket
