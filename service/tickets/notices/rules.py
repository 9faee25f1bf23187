"""When a customer is told of a ticket, and in which words. Pure; every promise is a clock time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Sequence

from contracts.conversation import Button
from contracts.taxonomy import Taxonomy
from contracts.tickets import STATUS_TITLES, CustomerAction, TicketStatus, actions_of, ticket_payload
from service.clock import spoken
from service.tickets.repository import TicketRow
from service.tickets.sla.rules import Policy

BUTTON_TITLES = {
    CustomerAction.CONFIRM: "已解决",
    CustomerAction.REOPEN: "还没解决",
    CustomerAction.URGE: "催一下",
    CustomerAction.INFO: "补充说明",
    CustomerAction.WHY: "为什么是这个时间",
    CustomerAction.WITHDRAW: "撤销工单",
}
_SHOWN = {
    TicketStatus.SOLVED: (CustomerAction.CONFIRM, CustomerAction.REOPEN),
    TicketStatus.CLOSED: (CustomerAction.REOPEN,),
    TicketStatus.WITHDRAWN: (CustomerAction.REOPEN,),
    TicketStatus.WAITING_CUSTOMER: (CustomerAction.INFO,),
}
_USUALLY = (CustomerAction.URGE, CustomerAction.WHY)


@dataclass(frozen=True)
class Delivery:
    """`at` None: push it now; otherwise it is held until then, with others of the same ticket."""

    at: datetime | None


def delivery(ticket: TicketRow, policy: Policy, now: datetime, *, urgent: bool) -> Delivery:
    """When a notice that comes up now is pushed.

    The first node change at once, those within the merging time as one message at its end; nothing in the quiet
    hours for priorities that may not wake anybody. `urgent` (a broken promise) does not wait for others.
    """
    wanted = now
    if not urgent and ticket.noticed_at is not None:
        wanted = max(now, ticket.noticed_at + policy.merge)
    wanted = policy.quiet_end(wanted, ticket.priority)
    if ticket.notice_due_at is not None and not urgent:
        wanted = max(wanted, ticket.notice_due_at)
    return Delivery(None if wanted <= now else wanted)


def merged(texts: Sequence[str]) -> str:
    """Several notices as one message: each said once, in order."""
    return "\n".join(dict.fromkeys(texts))


def buttons(ticket: TicketRow) -> tuple[Button, ...]:
    """What the customer can do with the ticket with one tap, under a message about it."""
    shown = _SHOWN.get(ticket.status, _USUALLY)
    allowed = actions_of(ticket.status)
    return tuple(button(ticket, action) for action in shown if action in allowed)


def button(ticket: TicketRow, action: CustomerAction) -> Button:
    title = BUTTON_TITLES[action]
    if action is CustomerAction.REOPEN and ticket.status is not TicketStatus.SOLVED:
        title = "重新打开"
    return Button(title, ticket_payload(action, ticket.number))


def until(ticket: TicketRow, now: datetime) -> str:
    """The promise that holds: `今天 18:30 前给您结果`."""
    return f"{spoken(ticket.due_at, now)} 前给您结果"


def step_words(taxonomy: Taxonomy, ticket: TicketRow, now: datetime, note: str) -> str:
    """A node of the ticket, told when it is reached."""
    name = f"工单 {ticket.number}"
    department = taxonomy.departments[ticket.working]
    words = {
        TicketStatus.CHECKING: f"{name} 正在由{department}核查，{until(ticket, now)}。",
        TicketStatus.FINANCE_REVIEW: f"{name} 已核实，现在由{department}审核，{until(ticket, now)}。",
        TicketStatus.WAITING_CUSTOMER: f"{name} 需要您补充一点信息：",
        TicketStatus.SOLVED: f"{name} 已处理好。",
        TicketStatus.CLOSED: f"{name} 已关闭。",
        TicketStatus.REOPENED: f"{name} 已重新打开，{until(ticket, now)}。",
        TicketStatus.WITHDRAWN: f"{name} 已撤销，不再处理。",
    }.get(ticket.status, f"{name} 现在是“{STATUS_TITLES[ticket.status]}”。")
    asked = {
        TicketStatus.SOLVED: "\n问题解决了吗？请点一下告诉我们。",
        TicketStatus.WAITING_CUSTOMER: "\n您补充之前处理时间先停下，收到后接着算。",
        TicketStatus.CLOSED: "问题又出现的话，点“重新打开”就行，还是原来的同事负责。",
    }.get(ticket.status, "")
    return f"{words}{note}{asked}"


def filed_for_you(taxonomy: Taxonomy, ticket: TicketRow, agent_number: str, now: datetime) -> str:
    """An agent filed it for the customer."""
    title, department = taxonomy.intents[ticket.category].title, taxonomy.departments[ticket.working]
    return (
        f"工号 {agent_number} 已为您提交工单 {ticket.number}（{title}），由{department}处理，{until(ticket, now)}。"
        "进度会在这里告诉您，不用再提交一遍。"
    )


def broken(number: str, missed: datetime, due_at: datetime, now: datetime) -> str:
    """A promise was not kept: said unasked, with the new one."""
    return (
        f"对不起，工单 {number} 原定 {spoken(missed, now)} 前给您结果，我们没有做到。"
        f"已经上报加急处理，新的时间是 {spoken(due_at, now)} 前。"
    )


def late_answer(ticket: TicketRow, missed: datetime, now: datetime) -> str:
    """Nobody looked at it in the promised time."""
    return (
        f"对不起，工单 {ticket.number} 原定 {spoken(missed, now)} 前有人开始处理，现在晚了。"
        f"已经上报催办，{until(ticket, now)}的承诺不变。"
    )


def still_working(taxonomy: Taxonomy, ticket: TicketRow, now: datetime) -> str:
    """It takes long: the customer hears that nobody forgot it."""
    department = taxonomy.departments[ticket.working]
    return f"工单 {ticket.number} 还在由{department}处理，没有忘记您的问题，{until(ticket, now)}。"


def reminder(ticket: TicketRow, ends: datetime, now: datetime) -> str:
    """The customer is silent about a solved ticket, or one that waits for him."""
    if ticket.status is TicketStatus.SOLVED:
        return (
            f"工单 {ticket.number} 已经处理好了，想跟您确认一下问题解决没有。"
            f"到 {spoken(ends, now)} 还没有收到您的回复，工单会自动关闭，之后也能重新打开。"
        )
    return (
        f"工单 {ticket.number} 还在等您补充信息，收到后我们马上接着处理。"
        f"到 {spoken(ends, now)} 还没有收到，工单会先关闭，您随时可以重新打开。"
    )


def closed_by_silence(ticket: TicketRow) -> str:
    return f"没有收到您的回复，工单 {ticket.number} 先关闭了。问题还在的话，点“重新打开”就行，还是原来的同事负责。"
