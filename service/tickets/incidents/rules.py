"""When many customers report the same thing: what they have in common, and what they are told. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Mapping, Sequence

from contracts.taxonomy import Taxonomy
from service.clock import spoken
from service.tickets.repository import TicketRow

# Categories in which every customer's own money or account must be put right: the end of the incident alone does not.
_EACH_FOR_ITSELF = frozenset({"finance", "security"})
# What people say of their own accord or about themselves makes no incident.
_NEVER = frozenset(
    {"suggestion", "callback_request", "complaint_general", "human_agent", "privacy_request", "account_change"}
)


def causes(ticket: TicketRow) -> list[str]:
    """What a ticket may have in common with others: its category with a station, an error code or an area."""
    if ticket.category in _NEVER:
        return []
    details = ticket.details
    found = []
    if ticket.station_id:
        found.append(f"{ticket.category}|station|{ticket.station_id}")
    found += [f"{ticket.category}|code|{code}" for code in _codes(details)]
    if details.get("area"):
        found.append(f"{ticket.category}|area|{details['area']}")
    return found


def _codes(details: Mapping[str, Any]) -> Sequence[str]:
    codes = [details.get("error_code")]
    codes += [e.get("value") for e in details.get("entities") or () if e.get("type") == "error_code"]
    return list(dict.fromkeys(str(c).upper() for c in codes if c))


def summary(taxonomy: Taxonomy, cause: str, count: int) -> str:
    """The parent ticket in one line, for handlers."""
    category, kind, value = cause.split("|", 2)
    where = {"station": f"油站 {value}", "code": f"错误码 {value}", "area": value}[kind]
    return f"群发故障：{taxonomy.intents[category].title}（{where}），已有 {count} 位车主反映"


def solved_with_parent(taxonomy: Taxonomy, ticket: TicketRow) -> bool:
    """Whether the end of the incident solves this ticket, too."""
    return ticket.department not in _EACH_FOR_ITSELF and ticket.category not in taxonomy.steps


def joined(parent: TicketRow, ticket: TicketRow, now: datetime) -> str:
    """The customer hears that it is not about him alone."""
    return (
        f"多位车主遇到同样问题，我们已按紧急故障集中处理，预计 {spoken(parent.due_at, now)} 前恢复，恢复后马上告诉您。"
        f"您的工单 {ticket.number} 照常保留。"
    )


def over(ticket: TicketRow, note: str, solved: bool) -> str:
    """The customer hears that it is over."""
    words = f"您和多位车主遇到的问题已经恢复。{note}"
    if solved:
        return f"{words}工单 {ticket.number} 已处理好，您那边也正常了吗？请点一下告诉我们。"
    return f"{words}您这一单的核对和款项还在继续，工单 {ticket.number} 有进展会马上告诉您。"
