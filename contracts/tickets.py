"""Tickets, as actions plan them and agents see them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Mapping


class TicketStatus(str, Enum):
    """The visible nodes of a ticket."""

    ACCEPTED = "accepted"
    CHECKING = "checking"
    FINANCE_REVIEW = "finance_review"
    WAITING_CUSTOMER = "waiting_customer"
    SOLVED = "solved"
    CLOSED = "closed"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"


STATUS_TITLES: Mapping[TicketStatus, str] = {
    TicketStatus.ACCEPTED: "已受理",
    TicketStatus.CHECKING: "核查中",
    TicketStatus.FINANCE_REVIEW: "财务审核",
    TicketStatus.WAITING_CUSTOMER: "待您补充",
    TicketStatus.SOLVED: "已解决",
    TicketStatus.CLOSED: "已关闭",
    TicketStatus.REOPENED: "已重新打开",
    TicketStatus.WITHDRAWN: "已撤销",
}

OPEN_STATUSES = frozenset(
    {
        TicketStatus.ACCEPTED,
        TicketStatus.CHECKING,
        TicketStatus.FINANCE_REVIEW,
        TicketStatus.WAITING_CUSTOMER,
        TicketStatus.REOPENED,
    }
)


class CustomerAction(str, Enum):
    """What a customer can do with a ticket of his, by a button or in the app."""

    CONFIRM = "confirm"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"
    URGE = "urge"
    INFO = "info"
    WHY = "why"


_WHILE_OPEN = (CustomerAction.URGE, CustomerAction.INFO, CustomerAction.WHY, CustomerAction.WITHDRAW)
_ACTIONS: Mapping[TicketStatus, tuple[CustomerAction, ...]] = {
    TicketStatus.SOLVED: (CustomerAction.CONFIRM, CustomerAction.REOPEN, CustomerAction.INFO),
    TicketStatus.CLOSED: (CustomerAction.REOPEN,),
    TicketStatus.WITHDRAWN: (CustomerAction.REOPEN,),
    TicketStatus.WAITING_CUSTOMER: (CustomerAction.INFO, CustomerAction.WHY, CustomerAction.WITHDRAW),
}


def actions_of(status: TicketStatus) -> tuple[CustomerAction, ...]:
    """What a customer can do while a ticket has this status."""
    return _ACTIONS.get(status, _WHILE_OPEN)


def ticket_payload(action: CustomerAction, number: str) -> str:
    """The payload of a button: `ticket:<action>:<number>`."""
    return f"ticket:{action.value}:{number}"


def read_ticket_payload(payload: str | None) -> tuple[CustomerAction, str] | None:
    """Action and number of a button's payload; None for any other."""
    kind, _, rest = (payload or "").partition(":")
    action, _, number = rest.partition(":")
    if kind != "ticket" or not number or action not in {a.value for a in CustomerAction}:
        return None
    return CustomerAction(action), number


@dataclass(frozen=True)
class PlannedTicket:
    """A number and promised times, reserved for one turn; nothing is filed yet."""

    number: str
    category: str
    department: str
    priority: str
    created_at: datetime
    first_response_due_at: datetime
    due_at: datetime


@dataclass(frozen=True)
class TicketView:
    """A ticket of the customer, as flows may read it. `step` counts the departments that are done with it."""

    number: str
    category: str
    department: str
    priority: str
    status: TicketStatus
    summary: str
    created_at: datetime
    due_at: datetime
    order_ids: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    step: int = 0

    @property
    def waits(self) -> bool:
        """Whether a handler asked the customer something and waits for his answer."""
        return self.status is TicketStatus.WAITING_CUSTOMER
