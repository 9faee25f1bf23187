"""The progress card of a ticket: one shape, whoever draws up the ticket."""

from __future__ import annotations

from typing import Any

from contracts.taxonomy import Taxonomy
from contracts.tickets import STATUS_TITLES, TicketStatus, TicketView, actions_of, ticket_payload

_STEP_NAMES = {"station": "油站核实", "finance": "财务审核", "ops": "运营核查", "tech": "技术排查"}
_FINISHED = (TicketStatus.SOLVED, TicketStatus.CLOSED)


def title_of(taxonomy: Taxonomy, category: str) -> str:
    """What a ticket category is called."""
    return taxonomy.intents[category].title


def progress_steps(taxonomy: Taxonomy, ticket: TicketView) -> list[dict[str, Any]]:
    """The visible nodes in order, each done or not: accepted, one for each department at work, solved."""
    working = taxonomy.steps.get(ticket.category) or (ticket.department,)
    middle = [_STEP_NAMES.get(d, f"{taxonomy.departments[d]}处理") for d in working]
    finished = ticket.status in _FINISHED
    # Only the last of several departments works while the status is "finance review".
    reviewed = len(middle) - 1 if ticket.status is TicketStatus.FINANCE_REVIEW else 0
    passed = len(middle) if finished else max(reviewed, min(ticket.step, len(middle) - 1))
    steps: list[dict[str, Any]] = [{"title": "已受理", "done": True}]
    steps += [{"title": title, "done": place < passed} for place, title in enumerate(middle)]
    if ticket.status in (TicketStatus.WAITING_CUSTOMER, TicketStatus.REOPENED, TicketStatus.WITHDRAWN):
        steps.append({"title": STATUS_TITLES[ticket.status], "done": True})
    if ticket.status is not TicketStatus.WITHDRAWN:
        steps.append({"title": "已解决", "done": finished})
    return steps


def ticket_card(taxonomy: Taxonomy, ticket: TicketView, title: str | None = None) -> dict[str, Any]:
    """The card: ids for programs, titles for people, times as ISO 8601.

    `due_text` stands in place of the due time where none runs; `actions` are what the customer can do now.
    """
    card: dict[str, Any] = {
        "type": "ticket",
        "number": ticket.number,
        "category": ticket.category,
        "title": title or title_of(taxonomy, ticket.category),
        "department": ticket.department,
        "department_title": taxonomy.departments[ticket.department],
        "priority": ticket.priority,
        "priority_title": taxonomy.priorities[ticket.priority].label,
        "status": ticket.status.value,
        "status_title": STATUS_TITLES[ticket.status],
        "due_at": ticket.due_at.isoformat(),
        "steps": progress_steps(taxonomy, ticket),
        "actions": [ticket_payload(action, ticket.number) for action in actions_of(ticket.status)],
    }
    if ticket.status is TicketStatus.WAITING_CUSTOMER:
        card["due_text"] = "等您补充，收到后继续计时"
    elif ticket.status in (TicketStatus.WITHDRAWN, TicketStatus.SOLVED, TicketStatus.CLOSED):
        card["due_text"] = STATUS_TITLES[ticket.status]
    return card
