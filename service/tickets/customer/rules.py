"""What customers are told about their own tickets. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Sequence

from contracts.taxonomy import Taxonomy
from contracts.tickets import STATUS_TITLES, CustomerAction, TicketStatus
from service.clock import CHINA, spoken
from service.tickets import rules
from service.tickets.repository import EventRow, TicketRow
from service.tickets.sla.rules import Policy, parse

_UNITS = {"m": "分钟", "h": "小时", "wd": "个工作日"}
_CLOCKS = {
    "always": "全天连续计时",
    "daily": "按每天 {opens}–{closes} 计时",
    "workday": "按工作日计算，节假日和调休以国家安排为准，到当天 {closes}",
}
_REFUSED = {
    CustomerAction.CONFIRM: "这张工单现在不需要确认。",
    CustomerAction.REOPEN: "这张工单还在处理中，不需要重新打开。",
    CustomerAction.WITHDRAW: "这张工单已经处理完了，不用撤销。",
    CustomerAction.URGE: "这张工单现在没有在处理，不用催办。",
    CustomerAction.INFO: "这张工单已经结束了，点“重新打开”后可以补充。",
    CustomerAction.WHY: "这张工单现在没有在计时。",
}


def refusal(action: CustomerAction) -> str:
    """Why something cannot be done with a ticket as it is."""
    return _REFUSED[action]


def why(taxonomy: Taxonomy, ticket: TicketRow, policy: Policy, now: datetime) -> str:
    """Where the promised time comes from, in clock times that can be checked."""
    if ticket.status is TicketStatus.WAITING_CUSTOMER:
        return f"工单 {ticket.number} 在等您补充信息，这段时间不计入处理时间，收到后接着算。"
    spec = taxonomy.priorities[ticket.priority]
    cause = ticket.details.get("cause")
    resolve, clock = rules.resolve_promise(taxonomy, ticket.category, ticket.priority, cause)
    amount, unit = parse(resolve)
    begun = ticket.promised_at if ticket.reopened else ticket.created_at
    said = f"“{taxonomy.intents[ticket.category].title}”属于“{spec.label}”优先级"
    within = f"承诺 {amount} {_UNITS[unit]}内处理好，{_clock_words(policy, clock)}"
    lines = [f"工单 {ticket.number}：{said}，{within}。"]
    reason = taxonomy.promise_overrides.get(ticket.category, {}).get("why")
    if reason:
        lines.append(f"这类问题{reason}，所以时间要长一些。")
    if ticket.reopened:
        lines.append(f"工单重新打开后从头计算，到 {spoken(begun, now)}。")
    else:
        skipped, last = _skipped(ticket, policy, clock), spoken(ticket.promised_at, now)
        lines.append(f"您 {spoken(ticket.created_at, now)} 提交，{skipped}所以最晚 {last}。")
    if ticket.breaches:
        lines.append(f"原来的时间我们没有做到，对不起；现在的时间是 {spoken(ticket.due_at, now)}。")
    elif ticket.due_at != ticket.promised_at:
        lines.append(f"等您补充信息的时间不算在内，所以现在是 {spoken(ticket.due_at, now)}。")
    return "".join(lines)


def _clock_words(policy: Policy, clock: str) -> str:
    periods = policy.clocks.hours[clock].periods
    return _CLOCKS[clock].format(opens=_hour(periods[0][0]), closes=_hour(periods[-1][1]))


def _hour(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _skipped(ticket: TicketRow, policy: Policy, clock: str) -> str:
    """Days on the way that do not count."""
    if clock != "workday":
        return ""
    day, last = ticket.created_at.astimezone(CHINA).date(), ticket.promised_at.astimezone(CHINA).date()
    off = 0
    while day < last:
        day += timedelta(days=1)
        off += not policy.clocks.is_workday(day)
    return f"中间有 {off} 天休息日，" if off else ""


@dataclass(frozen=True)
class Node:
    """One thing that happened to a ticket, as its customer may see it."""

    title: str
    at: datetime
    note: str | None = None


def nodes(taxonomy: Taxonomy, events: Sequence[EventRow]) -> list[Node]:
    """What happened to a ticket without what is only for colleagues: notes, escalations, parties' words."""
    found = [_node(taxonomy, event) for event in events]
    return [n for n in found if n is not None]


def _node(taxonomy: Taxonomy, event: EventRow) -> Node | None:
    data = event.data
    if event.kind == "status":
        return Node(STATUS_TITLES[TicketStatus(data["status"])], event.at, data.get("note") or None)
    if event.kind == "passed":
        return Node(f"转到{taxonomy.departments[data['to']]}", event.at)
    if event.kind == "breached" and data.get("of") == "result":
        due_at = datetime.fromisoformat(data["due_at"])
        return Node("超过承诺时间，已加急", event.at, f"新的时间 {spoken(due_at, event.at)}")
    if event.kind == "photo" and data.get("shared"):
        return Node("处理人发来现场照片", event.at, data.get("text") or None)
    title = _NODES.get(event.kind)
    told = _NOTES.get(event.kind)
    note = data.get(told) if told is not None else None
    return Node(title, event.at, str(note) if note else None) if title is not None else None


_NOTES = {"asked": "question", "answered": "text", "info": "note", "again": "note", "correction": "note"}
_NODES = {
    "filed": "已受理",
    "accepted": "专人接手",
    "asked": "需要您补充",
    "answered": "处理人回复",
    "info": "您补充了信息",
    "again": "您再次反映",
    "correction": "您更正了信息",
    "urge": "您催办了一次",
    "confirmed": "您确认已解决",
    "reopened": "您重新打开了工单",
    "withdrawn": "您撤销了工单",
    "closed": "长时间没有回复，已关闭",
    "merged": "和另一张工单合并处理",
    "incident_over": "群体故障已恢复",
    "advance": "平台先行垫付",
}
