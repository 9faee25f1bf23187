"""What customers do with their own tickets, by a button in the conversation or in the app."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Sequence

from sqlalchemy import Connection

from contracts.conversation import Reply
from contracts.errors import NotFound
from contracts.taxonomy import load_taxonomy
from contracts.tickets import STATUS_TITLES, CustomerAction, TicketStatus, actions_of
from service.conversations.service import ConversationRow
from service.delivery import service as delivery
from service.tickets import repository
from service.tickets.customer import rules
from service.tickets.life import service as life
from service.tickets.life.service import Locked
from service.tickets.notices import rules as notices
from service.tickets.repository import TicketRow
from service.tickets.sla import service as sla

CUSTOMER = "customer"
CORRECTION = "correction"


def owned(connection: Connection, conversation: ConversationRow, number: str) -> TicketRow:
    """A ticket of this customer.

    Raises:
        NotFound: there is none with this number, or it is somebody else's.
    """
    ticket = repository.ticket(connection, number)
    if ticket is None or not _is_his(ticket, conversation):
        raise NotFound(life.NO_TICKET)
    return ticket


def _is_his(ticket: TicketRow, conversation: ConversationRow) -> bool:
    if ticket.conversation_id == conversation.id:
        return True
    return ticket.customer_id is not None and ticket.customer_id == conversation.customer_id


def act(
    connection: Connection,
    conversation: ConversationRow,
    number: str,
    action: CustomerAction,
    note: str,
    now: datetime,
    attachments: Sequence[str] = (),
) -> Reply:
    """Do what the customer pressed; returns what he is told. What no longer fits is said, not raised.

    Raises:
        NotFound: it is no ticket of his.
    """
    owned(connection, conversation, number)
    held = life.lock(connection, number)
    if action not in actions_of(held.ticket.status):
        status = STATUS_TITLES[held.ticket.status]
        return _reply(held, f"工单 {number} 现在{status}。{rules.refusal(action)}")
    if action is CustomerAction.CONFIRM:
        return _confirm(connection, held, now)
    if action is CustomerAction.REOPEN:
        return _reopen(connection, held, note, now)
    if action is CustomerAction.WITHDRAW:
        return _withdraw(connection, held, note, now)
    if action is CustomerAction.WHY:
        return _reply(held, rules.why(load_taxonomy(), held.ticket, sla.policy(), now))
    if action is CustomerAction.URGE:
        changed = urge(connection, held, note, now)
        words = f"已经帮您催了，负责的同事会马上看到。工单 {number} {notices.until(changed.ticket, now)}。"
        return _reply(changed, words)
    changed = add(connection, held, note, now, attachments=attachments)
    return _reply(changed, f"已经补充到工单 {number}，处理的同事会看到。{notices.until(changed.ticket, now)}。")


def urge(connection: Connection, held: Locked, note: str, now: datetime) -> Locked:
    """Press for a ticket; often enough, and the supervisor hears of it."""
    count = held.ticket.urges + 1
    changed, _ = life.change(
        connection, held, now, {"urges": count, "told_at": now}, event="urge", actor=CUSTOMER, data={"note": note}
    )
    if count % sla.policy().urges == 0:
        repository.add_event(
            connection, held.ticket.number, "escalated", "system", {"to": "supervisor", "why": "urges"}, now
        )
        delivery.announce_alert(connection, {"number": held.ticket.number, "to": "supervisor", "why": "urges"})
    else:
        delivery.announce_alert(connection, {"number": held.ticket.number, "to": "owner", "why": "urged"})
    return changed


def add(
    connection: Connection,
    held: Locked,
    note: str,
    now: datetime,
    *,
    kind: str = "info",
    order_ids: Sequence[str] = (),
    attachments: Sequence[str] = (),
    summary: str | None = None,
) -> Locked:
    """Add what the customer said; a ticket that waited for it goes on, and its clock runs again.

    A correction takes the place of what stood there; the event keeps what it was.
    """
    ticket = held.ticket
    values: dict[str, Any] = {"told_at": now}
    before: dict[str, Any] = {}
    new_orders = [o for o in order_ids if o not in ticket.order_ids]
    if kind == CORRECTION:
        before = {"before": {"summary": ticket.summary, "order_ids": list(ticket.order_ids)}}
        values["order_ids"] = list(order_ids) or list(ticket.order_ids)
        values["summary"] = summary or ticket.summary
    elif new_orders:
        values["order_ids"] = [*ticket.order_ids, *new_orders]
    if ticket.status is TicketStatus.WAITING_CUSTOMER:
        values = {**life.move(held, ticket.resume_status or TicketStatus.CHECKING, now), **values}
        delivery.announce_alert(connection, {"number": ticket.number, "to": "owner", "why": "answered"})
    data = {"note": note, **({"attachments": list(attachments)} if attachments else {}), **before}
    changed, _ = life.change(connection, held, now, values, event=kind, actor=CUSTOMER, data=data)
    return changed


def _confirm(connection: Connection, held: Locked, now: datetime) -> Reply:
    values = {**life.move(held, TicketStatus.CLOSED, now), "confirmed": True}
    words = f"好的，工单 {held.ticket.number} 已关闭，谢谢您的确认。问题再出现的话，点“重新打开”就行。"
    return _changed(connection, held, now, values, "confirmed", {}, words)


def _reopen(connection: Connection, held: Locked, note: str, now: datetime) -> Reply:
    values = life.move(held, TicketStatus.REOPENED, now)
    if held.ticket.owner_id is not None:
        who = f"还是由原来的同事（工号 {1000 + held.ticket.owner_id}）负责"
    else:
        who = f"由{load_taxonomy().departments[held.ticket.department]}继续处理"
    changed, _ = life.change(
        connection,
        held,
        now,
        {**values, "told_at": now},
        event="reopened",
        actor=CUSTOMER,
        data={"note": note},
    )
    delivery.announce_alert(connection, {"number": held.ticket.number, "to": "owner", "why": "reopened"})
    words = (
        f"对不起，没有一次处理好。工单 {held.ticket.number} 已重新打开，{who}，"
        f"{notices.until(changed.ticket, now)}。方便的话，请说一下还有哪里不对。"
    )
    return _reply(changed, words)


def _withdraw(connection: Connection, held: Locked, note: str, now: datetime) -> Reply:
    values = life.move(held, TicketStatus.WITHDRAWN, now)
    words = f"好的，工单 {held.ticket.number} 已撤销，不再处理。改变主意的话，点“重新打开”就行。"
    return _changed(connection, held, now, values, "withdrawn", {"note": note}, words)


def _changed(
    connection: Connection,
    held: Locked,
    now: datetime,
    values: dict[str, Any],
    event: str,
    data: dict[str, Any],
    words: str,
) -> Reply:
    _, answer = life.change(
        connection, held, now, values, event=event, actor=CUSTOMER, data=data, say=words, reply=True
    )
    assert answer is not None
    return answer


def _reply(held: Locked, words: str) -> Reply:
    return life.message(held.ticket, words)
