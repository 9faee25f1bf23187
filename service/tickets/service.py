"""What can be done with tickets, inside a unit of work."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from contracts.conversation import Reply, Sender
from contracts.effects import AddToTicket, FileTicket, WithdrawTicket
from contracts.errors import NotFound
from contracts.progress import ticket_card
from contracts.taxonomy import load_taxonomy
from contracts.tickets import STATUS_TITLES, PlannedTicket, TicketStatus, TicketView
from service.conversations import service as conversations
from service.conversations.service import ConversationRow
from service.delivery import service as delivery
from service.tickets import repository, rules
from service.tickets.calendar import is_workday
from service.tickets.repository import TicketRow

# What other domains may use of this one, beside the functions below.
from service.tickets.repository import (  # isort: skip
    events as events,
    of_conversation as of_conversation,
    search as search,
    ticket as ticket,
)

AssistantActor = "assistant"


class WrongStatus(Exception):
    """The ticket cannot go from its status to the one asked for; `str(error)` says so to the agent."""


def plan(turn_id: int, category: str, now: datetime, *, cause: str | None = None) -> PlannedTicket:
    """Number and promised times of a ticket that this turn may file. Nothing is written."""
    return rules.plan(load_taxonomy(), turn_id, category, now, is_workday, cause=cause)


def file(
    connection: Connection, conversation: ConversationRow, turn_id: int, effect: FileTicket, now: datetime
) -> None:
    """File a planned ticket."""
    repository.insert_ticket(
        connection,
        number=effect.number,
        category=effect.category,
        department=effect.department,
        priority=effect.priority,
        status=TicketStatus.ACCEPTED.value,
        summary=effect.summary,
        details=dict(effect.details),
        order_ids=list(effect.order_ids),
        customer_id=conversation.customer_id,
        conversation_id=conversation.id,
        turn_id=turn_id,
        step=0,
        created_at=datetime.fromisoformat(effect.created_at),
        updated_at=now,
        first_response_due_at=datetime.fromisoformat(effect.first_response_due_at),
        due_at=datetime.fromisoformat(effect.due_at),
    )
    repository.add_event(connection, effect.number, "filed", AssistantActor, {"summary": effect.summary}, now)
    delivery.announce_ticket(connection, conversation.id, effect.number)


def add(connection: Connection, conversation: ConversationRow, effect: AddToTicket, now: datetime) -> None:
    """Add the customer's words to one of his tickets."""
    ticket = _own(connection, conversation, effect.number)
    orders = list(dict.fromkeys([*ticket.order_ids, *effect.order_ids]))
    repository.update_ticket(connection, ticket.number, order_ids=orders, updated_at=now)
    repository.add_event(connection, ticket.number, effect.kind, "customer", {"note": effect.note}, now)
    delivery.announce_ticket(connection, conversation.id, ticket.number)


def withdraw(connection: Connection, conversation: ConversationRow, effect: WithdrawTicket, now: datetime) -> None:
    """The customer takes his ticket back."""
    ticket = _own(connection, conversation, effect.number)
    if not rules.may_become(ticket.status, TicketStatus.WITHDRAWN):
        return
    repository.update_ticket(connection, ticket.number, status=TicketStatus.WITHDRAWN.value, updated_at=now)
    repository.add_event(connection, ticket.number, "withdrawn", "customer", {"note": effect.note}, now)
    delivery.announce_ticket(connection, conversation.id, ticket.number)


def advance(
    connection: Connection, number: str, target: TicketStatus, note: str, actor: str, now: datetime
) -> TicketRow:
    """Move a ticket on and tell the customer.

    Raises:
        NotFound: there is no such ticket.
        WrongStatus: the move is not allowed.
    """
    ticket = repository.ticket(connection, number, lock=True)
    if ticket is None:
        raise NotFound("没有这张工单")
    if not rules.may_become(ticket.status, target):
        raise WrongStatus(f"工单现在是“{STATUS_TITLES[ticket.status]}”，不能改为“{STATUS_TITLES[target]}”")
    changes: dict[str, Any] = {"status": target.value, "updated_at": now}
    if ticket.first_response_at is None:
        changes["first_response_at"] = now
    repository.update_ticket(connection, number, **changes)
    repository.add_event(connection, number, "status", actor, {"status": target.value, "note": note}, now)
    moved = repository.ticket(connection, number)
    assert moved is not None
    conversation = conversations.require(connection, ticket.conversation_id, lock=True)
    text = f"您的工单 {number} 有新进展：{STATUS_TITLES[target]}。" + (f"{note}" if note else "")
    reply = Reply(text=text, sender=Sender.SYSTEM, source="ticket", card=ticket_card(load_taxonomy(), view(moved)))
    conversations.append(connection, conversation, [reply], now)
    delivery.announce_ticket(connection, ticket.conversation_id, number)
    return moved


def _own(connection: Connection, conversation: ConversationRow, number: str) -> TicketRow:
    ticket = repository.ticket(connection, number, lock=True)
    if ticket is None or ticket.conversation_id != conversation.id:
        raise NotFound(f"no ticket {number} in this conversation")
    return ticket


def open_of(connection: Connection, conversation_id: str) -> list[TicketView]:
    """The open tickets of a conversation, newest first, as flows read them."""
    return [view(t) for t in repository.of_conversation(connection, conversation_id, only_open=True)]


def withdrawn_of(connection: Connection, conversation_id: str) -> list[TicketView]:
    """The tickets of a conversation that the customer took back, newest first."""
    found = repository.of_conversation(connection, conversation_id)
    return [view(t) for t in found if t.status is TicketStatus.WITHDRAWN]


def workday_end(start: datetime, count: int) -> datetime:
    """When the `count`-th working day after the day of `start` ends, as promises of tickets count it."""
    return rules.due(start, f"{count}wd", "workday", is_workday)


def view(ticket: TicketRow) -> TicketView:
    """A ticket as flows and cards read it."""
    return TicketView(
        number=ticket.number,
        category=ticket.category,
        department=ticket.department,
        priority=ticket.priority,
        status=ticket.status,
        summary=ticket.summary,
        created_at=ticket.created_at,
        due_at=ticket.due_at,
        order_ids=tuple(ticket.order_ids),
        details=ticket.details,
    )
