"""What handlers do with tickets: take them, ask, answer, pass them on, solve them; the customer hears of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Sequence

from sqlalchemy import Connection

from contracts.conversation import Attachment
from contracts.effects import FileTicket
from contracts.policy import RootCause
from contracts.taxonomy import load_taxonomy
from contracts.tickets import STATUS_TITLES, TicketStatus
from service.agents.service import AgentRow
from service.conversations import service as conversations
from service.conversations.service import ConversationRow
from service.delivery import service as delivery
from service.tickets import repository
from service.tickets import rules as ticket_rules
from service.tickets import service as tickets
from service.tickets.client import Circumstances
from service.tickets.desk import rules
from service.tickets.life import service as life
from service.tickets.life.service import Locked, WrongStatus
from service.tickets.notices import rules as notices
from service.tickets.repository import TicketRow


@dataclass(frozen=True)
class DeskTicket:
    """What an agent files for a customer. `anyway`: although one of this category is open."""

    category: str
    summary: str
    said: Sequence[str] = ()
    order_ids: Sequence[str] = ()
    cause: str | None = None
    demand: str | None = None
    anyway: bool = False


_TO_BEGIN = (TicketStatus.ACCEPTED, TicketStatus.REOPENED)


def file(
    connection: Connection,
    conversation: ConversationRow,
    agent: AgentRow,
    wanted: DeskTicket,
    key: str,
    now: datetime,
    known: Circumstances = Circumstances(),
) -> TicketRow:
    """An agent files a ticket for a customer, who hears of it; the agent answers for it. The same `key` files once.

    Raises:
        WrongStatus: the customer has an open ticket of this category, and `anyway` was not said.
        ContractError: no ticket is filed for this category.
    """
    serial, new = repository.number_of_key(connection, f"{agent.id}:{key}", now)
    number = ticket_rules.ticket_number(serial, ticket_rules.DESK_INDEX)
    if not new:
        filed = repository.ticket(connection, number)
        assert filed is not None
        return filed
    same = [t.number for t in tickets.open_of(connection, conversation.id) if t.category == wanted.category]
    if same and not wanted.anyway:
        raise WrongStatus(f"这位客户已有同类工单 {same[0]} 在处理，请补充到那一张；确实是另一件事再单独提交")
    planned = replace(tickets.plan(serial, wanted.category, now, cause=wanted.cause), number=number)
    details = {"said": list(wanted.said), "checked": [], "filed_by": agent.username}
    details |= {k: v for k, v in (("cause", wanted.cause), ("demand", wanted.demand)) if v}
    effect = FileTicket(
        number=number,
        category=planned.category,
        department=planned.department,
        priority=planned.priority,
        summary=wanted.summary,
        created_at=now.isoformat(),
        first_response_due_at=planned.first_response_due_at.isoformat(),
        due_at=planned.due_at.isoformat(),
        details=details,
        order_ids=tuple(wanted.order_ids),
    )
    tickets.file(connection, conversation, 0, effect, now, known, actor=agent.username)
    held = life.lock(connection, number)
    words = notices.filed_for_you(load_taxonomy(), held.ticket, agent.number, now)
    answered = {"first_response_at": now, "owner_id": agent.id}
    changed, _ = life.change(connection, held, now, answered, say=words, urgent=True)
    return changed.ticket


def accept(connection: Connection, number: str, agent: AgentRow, now: datetime) -> TicketRow:
    """Take a ticket: the customer hears who works on it; the first to do so answers for it to the end.

    Raises:
        WrongStatus: somebody else works on it, or it is finished.
    """
    held = life.lock(connection, number)
    ticket = _open(held)
    if ticket.assignee_id == agent.id and ticket.status not in _TO_BEGIN:
        return ticket
    if ticket.assignee_id not in (None, agent.id):
        raise WrongStatus(f"这张工单已由工号 {1000 + (ticket.assignee_id or 0)} 处理，需要换人请用“分派”")
    values: dict[str, Any] = {"assignee_id": agent.id, **_first_answer(ticket, agent, now)}
    if ticket.status in _TO_BEGIN:
        department = ticket.working
        values.update(status=rules.status_at(load_taxonomy(), ticket, department).value)
    words = f"工单 {number} 已由工号 {agent.number} 接手处理，{notices.until(ticket, now)}。"
    changed, _ = life.change(connection, held, now, values, event="accepted", actor=agent.username, say=words)
    return changed.ticket


def assign(connection: Connection, number: str, agent: AgentRow, to: AgentRow, note: str, now: datetime) -> TicketRow:
    """Give a ticket to somebody; whoever answers for it stays the same."""
    held = life.lock(connection, number)
    ticket = _open(held)
    values: dict[str, Any] = {"assignee_id": to.id}
    if ticket.owner_id is None:
        values["owner_id"] = to.id
    data = {"to": to.username, "note": note}
    changed, _ = life.change(connection, held, now, values, event="assigned", actor=agent.username, data=data)
    delivery.announce_alert(connection, {"number": number, "to": "owner", "why": "assigned", "assignee_id": to.id})
    return changed.ticket


def ask(connection: Connection, number: str, agent: AgentRow, question: str, now: datetime) -> TicketRow:
    """Ask the customer; the clock stands still until he answers."""
    held = life.lock(connection, number)
    values = {**life.move(held, TicketStatus.WAITING_CUSTOMER, now), **_first_answer(held.ticket, agent, now)}
    words = (
        f"工单 {number} 需要您补充一点信息：{question}\n"
        "点“补充说明”告诉我们就行。您补充之前处理时间先停下，收到后接着算。"
    )
    data = {"question": question}
    # The clock stands still from now on: a question that waited for other notices would cost the customer time.
    changed, _ = life.change(
        connection, held, now, values, event="asked", actor=agent.username, data=data, say=words, urgent=True
    )
    return changed.ticket


def answer(connection: Connection, number: str, agent: AgentRow, text: str, now: datetime) -> TicketRow:
    """Write to the customer about his ticket, whatever node it is at."""
    held = life.lock(connection, number)
    if held.conversation is None:
        raise WrongStatus("这是群发故障的总工单，没有对应的客户；处理好后改为“已解决”，会通知所有人")
    words = f"关于工单 {number}，工号 {agent.number} 回复您：{text}"
    changed, _ = life.change(
        connection,
        held,
        now,
        _first_answer(held.ticket, agent, now),
        event="answered",
        actor=agent.username,
        data={"text": text},
        say=words,
        urgent=True,
    )
    return changed.ticket


def pass_on(
    connection: Connection, number: str, agent: AgentRow, department: str | None, note: str, now: datetime
) -> TicketRow:
    """The next department's turn, by the category's steps or as the handler says.

    Raises:
        WrongStatus: there is no next step, or the ticket is finished or waits for its customer.
    """
    held = life.lock(connection, number)
    ticket, taxonomy = _open(held), load_taxonomy()
    if ticket.status is TicketStatus.WAITING_CUSTOMER:
        raise WrongStatus("工单在等客户补充，收到答复后再转下一步")
    target = department or rules.next_step(taxonomy, ticket)
    if target is None:
        raise WrongStatus("这类工单没有下一步了，可以直接改为“已解决”，或指明要转到哪个部门")
    if target == ticket.working:
        raise WrongStatus(f"工单已经在{taxonomy.departments[target]}")
    status = rules.status_at(taxonomy, ticket, target)
    values: dict[str, Any] = {
        "working": target,
        "step": rules.step_of(taxonomy, ticket, target),
        "status": status.value,
        **_first_answer(ticket, agent, now),
        # Whoever passes it on does not take it there.
        "assignee_id": None,
        "offered_at": now,
        "rung_at": None,
    }
    verb = "已核实，现在由" if status is TicketStatus.FINANCE_REVIEW else "已转到"
    tail = "审核" if status is TicketStatus.FINANCE_REVIEW else "继续处理"
    words = f"工单 {number} {verb}{taxonomy.departments[target]}{tail}，{notices.until(ticket, now)}。"
    data = {"from": ticket.working, "to": target, "note": note}
    changed, _ = life.change(connection, held, now, values, event="passed", actor=agent.username, data=data, say=words)
    delivery.announce_alert(connection, {"number": number, "to": "department", "why": "passed", "department": target})
    return changed.ticket


def note(connection: Connection, number: str, agent: AgentRow, text: str, now: datetime) -> TicketRow:
    """A note for colleagues; the customer does not see it."""
    held = life.lock(connection, number)
    changed, _ = life.change(
        connection, held, now, {}, event="note", actor=agent.username, data={"text": text, "internal": True}
    )
    return changed.ticket


def photo(
    connection: Connection, number: str, agent: AgentRow, taken: Attachment, text: str, shared: bool, now: datetime
) -> TicketRow:
    """A picture that the handler took; `shared`: the customer gets it, too.

    Raises:
        WrongStatus: the ticket has no customer, and nowhere to keep a picture.
    """
    held = life.lock(connection, number)
    if held.conversation is None:
        raise WrongStatus("这是群发故障的总工单，照片请放到具体客户的工单里")
    values = _first_answer(held.ticket, agent, now) if shared else {}
    data = {"attachments": [taken.id], "text": text, "shared": shared, "internal": not shared}
    changed, _ = life.change(connection, held, now, values, event="photo", actor=agent.username, data=data)
    if shared:
        words = f"关于工单 {number}，工号 {agent.number} 发来现场照片{'：' + text if text else '。'}"
        reply = life.message(changed.ticket, words)
        conversations.append(connection, held.conversation, [reply], now, attachments=[taken])
    return changed.ticket


def solve(
    connection: Connection,
    number: str,
    agent: AgentRow,
    resolution: str,
    cause: RootCause | None,
    side: str | None,
    now: datetime,
) -> TicketRow:
    """Solve a ticket: what was done, why it was needed, and who answers for it. The customer is asked to confirm."""
    more: dict[str, Any] = {"resolution": resolution}
    if cause is not None:
        more.update(root_cause=cause.id, side=side or cause.side)
    elif side is not None:
        more["side"] = side
    return tickets.advance(
        connection, number, TicketStatus.SOLVED, resolution, agent.username, now, agent_id=agent.id, more=more
    )


def close(connection: Connection, number: str, agent: AgentRow, note: str, now: datetime) -> TicketRow:
    """Close a solved ticket for a customer who confirmed it elsewhere, on the phone say; the note must say where.

    Raises:
        WrongStatus: it is not solved, or the note is missing.
    """
    held = life.lock(connection, number)
    if not note.strip():
        raise WrongStatus("关闭需要客户确认，或提醒后 72 小时没有回复。客户在别处确认的，请在备注里写明")
    values = {**life.move(held, TicketStatus.CLOSED, now), "confirmed": True}
    words = f"工单 {number} 已关闭。问题再出现的话，点“重新打开”就行，还是原来的同事负责。"
    changed, _ = life.change(
        connection,
        held,
        now,
        values,
        event="status",
        actor=agent.username,
        data={"status": TicketStatus.CLOSED.value, "note": note},
        say=words,
    )
    return changed.ticket


def _first_answer(ticket: TicketRow, agent: AgentRow, now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if ticket.first_response_at is None:
        values["first_response_at"] = now
    if ticket.owner_id is None:
        values["owner_id"] = agent.id
    if ticket.assignee_id is None:
        values["assignee_id"] = agent.id
    return values


def _open(held: Locked) -> TicketRow:
    if not held.ticket.is_open:
        raise WrongStatus(f"工单现在是“{STATUS_TITLES[held.ticket.status]}”，请先重新打开")
    return held.ticket
