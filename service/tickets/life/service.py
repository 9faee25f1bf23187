"""The one way a ticket changes: under lock, with its event, its timers, and the word to its customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Mapping

from sqlalchemy import Connection

from contracts.conversation import Reply, Sender
from contracts.errors import NotFound
from contracts.progress import ticket_card
from contracts.taxonomy import load_taxonomy
from contracts.tickets import STATUS_TITLES, TicketStatus, TicketView
from service.conversations import service as conversations
from service.conversations.service import ConversationRow
from service.delivery import service as delivery
from service.tickets import repository, rules
from service.tickets.life import repository as life
from service.tickets.life import rules as life_rules
from service.tickets.life.rules import Clocked
from service.tickets.models import ticket_timers
from service.tickets.notices import rules as notices
from service.tickets.repository import TicketRow
from service.tickets.sla import service as sla

NO_TICKET = "没有这张工单"


class WrongStatus(Exception):
    """The ticket cannot do what was asked of it; `str(error)` says so in the customer's language."""


@dataclass(frozen=True)
class Locked:
    """A ticket that is held until the unit of work ends, with its conversation (None: an incident's parent)."""

    ticket: TicketRow
    conversation: ConversationRow | None


def lock(connection: Connection, number: str) -> Locked:
    """Hold a ticket. Its conversation first, as turns do it: two orders would wait for each other.

    Raises:
        NotFound: there is no such ticket.
    """
    found = repository.ticket(connection, number)
    if found is None:
        raise NotFound(NO_TICKET)
    conversation = None
    if found.conversation_id is not None:
        conversation = conversations.require(connection, found.conversation_id, lock=True)
    ticket = repository.ticket(connection, number, lock=True)
    if ticket is None:
        raise NotFound(NO_TICKET)
    return Locked(ticket, conversation)


def clocked(ticket: TicketRow) -> Clocked:
    return Clocked(ticket, sla.clock_of(load_taxonomy(), ticket.category, ticket.priority))


def watch(connection: Connection, number: str) -> None:
    """Set the timers that follow from the ticket as it is now."""
    ticket = _require(connection, number)
    wanted = life_rules.timers(clocked(ticket), sla.policy())
    known = life.timers_of(connection, number)
    gone = [kind for kind in known if kind in life_rules.FOLLOWING and kind not in wanted]
    if gone:
        life.drop_timers(connection, number, gone)
    life.set_timers(connection, number, {kind: at for kind, at in wanted.items() if known.get(kind) != at})


def watch_unwatched(connection: Connection) -> int:
    """Set the timers of open tickets that have none, such as those of an earlier release; returns how many."""
    numbers = repository.without_timers(connection, ticket_timers)
    for number in numbers:
        watch(connection, number)
    return len(numbers)


def change(
    connection: Connection,
    held: Locked,
    now: datetime,
    values: Mapping[str, Any],
    *,
    event: str | None = None,
    actor: str = "system",
    data: Mapping[str, Any] | None = None,
    say: str | None = None,
    urgent: bool = False,
    reply: bool = False,
) -> tuple[Locked, Reply | None]:
    """Change a ticket and tell its customer.

    `say` is pushed by the rules of delivery; with `reply` it is handed back instead, for the customer who is waiting
    for an answer right now.
    """
    number = held.ticket.number
    repository.update_ticket(connection, number, updated_at=now, **values)
    if event is not None:
        repository.add_event(connection, number, event, actor, data or {}, now)
    changed = Locked(_require(connection, number), held.conversation)
    answer = None
    if say is not None and held.conversation is not None:
        if reply:
            answer = message(changed.ticket, say)
            repository.update_ticket(connection, number, told_at=now)
        else:
            _tell(connection, changed, say, now, urgent)
    watch(connection, number)
    if held.conversation is not None:
        delivery.announce_ticket(connection, held.conversation.id, number)
    return Locked(_require(connection, number), held.conversation), answer


def move(held: Locked, target: TicketStatus, now: datetime) -> dict[str, Any]:
    """The changes that bring a ticket to another status; its clock stops and runs on as it must.

    Raises:
        WrongStatus: the move is not allowed.
    """
    ticket = held.ticket
    if not rules.may_become(ticket.status, target):
        raise WrongStatus(f"工单现在是“{STATUS_TITLES[ticket.status]}”，不能改为“{STATUS_TITLES[target]}”")
    values: dict[str, Any] = {"status": target.value}
    if ticket.status is TicketStatus.WAITING_CUSTOMER:
        values.update(life_rules.resumed(clocked(ticket), sla.policy(), now))
    if target is TicketStatus.WAITING_CUSTOMER:
        values.update(life_rules.paused(clocked(ticket), sla.policy(), now), reminded_at=None)
    elif target is TicketStatus.SOLVED:
        values.update(solved_at=now, reminded_at=None)
    elif target is TicketStatus.CLOSED:
        values.update(closed_at=now)
    elif target is TicketStatus.REOPENED:
        values.update(_new_promise(ticket, now))
    return values


def push_held(connection: Connection, held: Locked, now: datetime) -> None:
    """Push the notices that were held back, as one message."""
    texts = [n.text for n in life.take_notices(connection, held.ticket.number)]
    if texts and held.conversation is not None:
        _push(connection, held, notices.merged(texts), now)
    else:
        repository.update_ticket(connection, held.ticket.number, notice_due_at=None)
    watch(connection, held.ticket.number)


def card(ticket: TicketRow, title: str | None = None) -> dict[str, Any]:
    """The progress card as the ticket is now."""
    return ticket_card(load_taxonomy(), view(ticket), title)


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
        step=ticket.step,
    )


def message(ticket: TicketRow, text: str) -> Reply:
    """Words about a ticket, with its card and what the customer can do."""
    return Reply(text=text, sender=Sender.SYSTEM, source="ticket", buttons=notices.buttons(ticket), card=card(ticket))


def _tell(connection: Connection, held: Locked, text: str, now: datetime, urgent: bool) -> None:
    wanted = notices.delivery(held.ticket, sla.policy(), now, urgent=urgent)
    if wanted.at is not None:
        life.hold_notice(connection, held.ticket.number, text, now)
        repository.update_ticket(connection, held.ticket.number, notice_due_at=wanted.at)
        return
    before = [n.text for n in life.take_notices(connection, held.ticket.number)]
    _push(connection, held, notices.merged([*before, text]), now)


def _push(connection: Connection, held: Locked, text: str, now: datetime) -> None:
    assert held.conversation is not None
    conversations.append(connection, held.conversation, [message(held.ticket, text)], now)
    repository.update_ticket(connection, held.ticket.number, told_at=now, noticed_at=now, notice_due_at=None)


def _new_promise(ticket: TicketRow, now: datetime) -> dict[str, Any]:
    """A reopened ticket is promised anew; who answered for it answers for it again."""
    taxonomy = load_taxonomy()
    resolve, clock = rules.resolve_promise(taxonomy, ticket.category, ticket.priority, ticket.details.get("cause"))
    due = sla.policy().clocks.due(now, resolve, clock)
    return {
        "due_at": due,
        "promised_at": due,
        "assignee_id": ticket.owner_id or ticket.assignee_id,
        "offered_at": now,
        "rung_at": None,
        "solved_at": None,
        "closed_at": None,
        "confirmed": None,
        "reminded_at": None,
        "warned_at": None,
        "breached_at": None,
        "breaches": 0,
        "escalation": 0,
        "reopened": ticket.reopened + 1,
    }


def _require(connection: Connection, number: str) -> TicketRow:
    found = repository.ticket(connection, number)
    assert found is not None
    return found
