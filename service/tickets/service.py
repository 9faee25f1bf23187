"""What other domains can do with tickets, inside a unit of work."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Mapping, Sequence

from sqlalchemy import Connection

from contracts.conversation import Reply
from contracts.effects import ActOnTicket, AddToTicket, FileTicket, WithdrawTicket
from contracts.errors import NotFound
from contracts.taxonomy import load_taxonomy
from contracts.tickets import CustomerAction, PlannedTicket, TicketStatus, TicketView
from service.conversations.service import ConversationRow
from service.delivery import service as delivery
from service.tickets import repository, rules
from service.tickets.customer import service as customer
from service.tickets.incidents import service as incidents
from service.tickets.life import service as life
from service.tickets.life.service import Locked
from service.tickets.notices import rules as notices
from service.tickets.repository import TicketRow
from service.tickets.sla import service as sla

# What other domains may use of this one, beside the functions below.
from service.tickets.client import (  # isort: skip
    Circumstances as Circumstances,
    circumstances as circumstances,
    circumstances_of as circumstances_of,
)
from service.tickets.life.service import (  # isort: skip
    WrongStatus as WrongStatus,
    card as card,
    view as view,
)
from service.tickets.repository import (  # isort: skip
    Filter as Filter,
    changed_since as changed_since,
    children as children,
    count_open as count_open,
    counts as counts,
    erase_words as erase_words,
    events as events,
    of_conversation as of_conversation,
    rung as rung,
    search as search,
    ticket as ticket,
)

AssistantActor = "assistant"


def plan(turn_id: int, category: str, now: datetime, *, cause: str | None = None) -> PlannedTicket:
    """Number and promised times of a ticket that this turn may file. Nothing is written."""
    return rules.plan(load_taxonomy(), turn_id, category, now, sla.policy().clocks, cause=cause)


def due(start: datetime, duration: str, clock: str) -> datetime:
    """When a duration (`2h`, `3wd`) is over on a clock (`always`, `daily`, `workday`), as tickets promise it."""
    return sla.policy().clocks.due(start, duration, clock)


def file(
    connection: Connection,
    conversation: ConversationRow,
    turn_id: int,
    effect: FileTicket,
    now: datetime,
    known: Circumstances = Circumstances(),
    attachments: Sequence[str] = (),
    actor: str = AssistantActor,
) -> None:
    """File a planned ticket; from here on it is watched."""
    details = dict(effect.details)
    files = list(dict.fromkeys([*(details.get("attachments") or ()), *attachments]))
    if files:
        details["attachments"] = files
    if known.station_id is not None:
        details.setdefault("station_id", known.station_id)
    due_at = datetime.fromisoformat(effect.due_at)
    working = load_taxonomy().steps.get(effect.category, (effect.department,))[0]
    repository.insert_ticket(
        connection,
        number=effect.number,
        category=effect.category,
        department=effect.department,
        working=working,
        priority=effect.priority,
        status=TicketStatus.ACCEPTED.value,
        summary=effect.summary,
        details=details,
        order_ids=list(effect.order_ids),
        customer_id=conversation.customer_id,
        level=known.level,
        channel=conversation.channel,
        station_id=known.station_id,
        conversation_id=conversation.id,
        turn_id=turn_id,
        step=0,
        created_at=datetime.fromisoformat(effect.created_at),
        updated_at=now,
        told_at=now,
        first_response_due_at=datetime.fromisoformat(effect.first_response_due_at),
        promised_at=due_at,
        due_at=due_at,
    )
    repository.add_event(connection, effect.number, "filed", actor, {"summary": effect.summary}, now)
    life.watch(connection, effect.number)
    incidents.report(connection, effect.number, now)
    delivery.announce_ticket(connection, conversation.id, effect.number)
    delivery.announce_call(connection, {"number": effect.number, "why": "filed"})


def add(
    connection: Connection,
    conversation: ConversationRow,
    effect: AddToTicket,
    now: datetime,
    attachments: Sequence[str] = (),
) -> None:
    """Add what the customer said to one of his open tickets."""
    held = _own(connection, conversation, effect.number)
    if effect.kind == "urge" and held.ticket.is_open:
        held = customer.urge(connection, held, effect.note, now)
        if not effect.order_ids:
            return
    customer.add(
        connection,
        held,
        effect.note,
        now,
        kind=effect.kind,
        order_ids=effect.order_ids,
        attachments=attachments,
        summary=effect.summary,
    )


def withdraw(connection: Connection, conversation: ConversationRow, effect: WithdrawTicket, now: datetime) -> None:
    """The customer takes his ticket back; one that is finished stays as it is."""
    held = _own(connection, conversation, effect.number)
    if not rules.may_become(held.ticket.status, TicketStatus.WITHDRAWN):
        return
    values = {**life.move(held, TicketStatus.WITHDRAWN, now), "told_at": now}
    life.change(connection, held, now, values, event="withdrawn", actor=customer.CUSTOMER, data={"note": effect.note})


def act(
    connection: Connection,
    conversation: ConversationRow,
    effect: ActOnTicket,
    now: datetime,
    attachments: Sequence[str] = (),
) -> Reply:
    """Carry out what the customer pressed under a ticket; returns what he is told. A ticket that is not his: said."""
    try:
        action = CustomerAction(effect.action)
        return customer.act(connection, conversation, effect.number, action, effect.note, now, attachments)
    except NotFound:
        return Reply("没有找到这张工单，请核对一下工单号。", source="ticket")


def person_spoke(connection: Connection, conversation_id: str, agent_id: int, actor: str, now: datetime) -> None:
    """An agent wrote to the customer: his open tickets have their first answer, and its writer answers for them."""
    for row in repository.of_conversation(connection, conversation_id, only_open=True):
        values: dict[str, Any] = {"told_at": now}
        if row.first_response_at is None:
            values["first_response_at"] = now
        if row.owner_id is None:
            values["owner_id"] = agent_id
        held = life.lock(connection, row.number)
        event = "answered" if len(values) > 1 else None
        life.change(connection, held, now, values, event=event, actor=actor, data={"by": "conversation"})


def advance(
    connection: Connection,
    number: str,
    target: TicketStatus,
    note: str,
    actor: str,
    now: datetime,
    *,
    agent_id: int | None = None,
    more: Mapping[str, Any] | None = None,
) -> TicketRow:
    """Move a ticket on and tell the customer. `more` are further columns that go with the move.

    Raises:
        NotFound: there is no such ticket.
        WrongStatus: the move is not allowed.
    """
    held = life.lock(connection, number)
    values = {**life.move(held, target, now), **(more or {})}
    if target is TicketStatus.FINANCE_REVIEW:
        values.update(working="finance", step=_step_of(held.ticket, "finance"))
    if held.ticket.first_response_at is None:
        values["first_response_at"] = now
    if held.ticket.owner_id is None and agent_id is not None:
        values["owner_id"] = agent_id
    said = replace(held.ticket, **_read(values))
    words = notices.step_words(load_taxonomy(), said, now, note)
    data = {"status": target.value, "note": note}
    changed, _ = life.change(connection, held, now, values, event="status", actor=actor, data=data, say=words)
    if target is TicketStatus.SOLVED:
        incidents.over(connection, changed, now)
    elif target is TicketStatus.REOPENED:
        incidents.back(connection, number)
    return changed.ticket


def record(connection: Connection, number: str, kind: str, actor: str, data: Mapping[str, Any], now: datetime) -> None:
    """Write down that something happened to a ticket, without changing it."""
    repository.add_event(connection, number, kind, actor, data, now)


def move_to(connection: Connection, source: str, target: ConversationRow) -> int:
    """A guest's tickets become those of the customer he turned out to be; returns how many."""
    return repository.move(connection, source, target.id, target.customer_id)


def cards(connection: Connection, messages: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Messages as the customer gets them, their ticket cards as the tickets are now."""
    shown = [m.get("card") for m in messages]
    numbers = [c["number"] for c in shown if c and c.get("type") == "ticket"]
    known = repository.by_numbers(connection, list(dict.fromkeys(numbers)))
    found = []
    for message, old in zip(messages, shown, strict=True):
        row = known.get(old["number"]) if old and old.get("type") == "ticket" else None
        found.append({**message, "card": card(row, old.get("title"))} if row is not None and old else dict(message))
    return found


def open_of(connection: Connection, conversation_id: str) -> list[TicketView]:
    """The open tickets of a conversation, newest first, as flows read them."""
    return [view(t) for t in repository.of_conversation(connection, conversation_id, only_open=True)]


def overdue(wanted: Filter) -> Filter:
    """The same filter, for the tickets alone whose promise was broken."""
    return replace(wanted, overdue=True)


def solved_of(connection: Connection, conversation_id: str) -> list[TicketView]:
    """The tickets that are solved and wait for the customer's word, newest first, as flows read them."""
    rows = repository.of_conversation(connection, conversation_id)
    return [view(t) for t in rows if t.status is TicketStatus.SOLVED]


def withdrawn_of(connection: Connection, conversation_id: str) -> list[TicketView]:
    """The tickets that the customer took back, newest first, as flows read them."""
    rows = repository.of_conversation(connection, conversation_id)
    return [view(t) for t in rows if t.status is TicketStatus.WITHDRAWN]


def workday_end(start: datetime, count: int) -> datetime:
    """When the `count`-th working day after the day of `start` ends, as promises of tickets count it."""
    return due(start, f"{count}wd", "workday")


def _own(connection: Connection, conversation: ConversationRow, number: str) -> Locked:
    customer.owned(connection, conversation, number)
    return life.lock(connection, number)


def _step_of(ticket: TicketRow, department: str) -> int:
    steps = load_taxonomy().steps.get(ticket.category, ())
    return steps.index(department) if department in steps else ticket.step


def _read(values: Mapping[str, Any]) -> dict[str, Any]:
    status = {"status": TicketStatus(values["status"])} if "status" in values else {}
    return {**values, **status}
