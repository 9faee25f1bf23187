"""Who works on a ticket next. Pure."""

from __future__ import annotations

from contracts.taxonomy import Taxonomy
from contracts.tickets import TicketStatus
from service.tickets.repository import TicketRow

FINANCE = "finance"


def next_step(taxonomy: Taxonomy, ticket: TicketRow) -> str | None:
    """The department whose turn is next by the category's steps; None when the last one is at work."""
    steps = taxonomy.steps.get(ticket.category, ())
    return steps[ticket.step + 1] if ticket.step + 1 < len(steps) else None


def step_of(taxonomy: Taxonomy, ticket: TicketRow, department: str) -> int:
    """The step at which a department works; the present one when it has none of its own."""
    steps = taxonomy.steps.get(ticket.category, ())
    return steps.index(department) if department in steps else ticket.step


def status_at(taxonomy: Taxonomy, ticket: TicketRow, department: str) -> TicketStatus:
    """The visible node while a department works: finance review only as the last of several steps."""
    steps = taxonomy.steps.get(ticket.category, ())
    reviewing = department == FINANCE and len(steps) > 1 and steps[-1] == FINANCE
    return TicketStatus.FINANCE_REVIEW if reviewing else TicketStatus.CHECKING
