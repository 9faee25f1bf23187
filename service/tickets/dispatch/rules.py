"""What becomes of a promise when the urgency of a ticket changes. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Mapping

from contracts.taxonomy import Taxonomy
from service.tickets import rules as ticket_rules
from service.tickets.repository import TicketRow
from service.tickets.sla.rules import Clocks


@dataclass(frozen=True)
class Promise:
    """When the first answer and the result are due."""

    first: datetime
    due: datetime

    def written(self) -> dict[str, str]:
        """As an event keeps it: in UTC, so that the same moment is always written the same."""
        return {
            "first": self.first.astimezone(timezone.utc).isoformat(),
            "due": self.due.astimezone(timezone.utc).isoformat(),
        }


def promised(
    taxonomy: Taxonomy,
    clocks: Clocks,
    ticket: TicketRow,
    priority: str,
    last: Mapping[str, Any] | None,
    now: datetime,
) -> Promise:
    """The promise of a ticket once it has another priority.

    More urgent: what the new priority promises from now on, if that is earlier; never later than what the customer was
    told. Less urgent: what he was told holds. Set back to what it was (`last`: the last change), with nothing having
    moved the promise since: the promise that it had. A clock that stands still is not moved.
    """
    present = Promise(ticket.first_response_due_at, ticket.due_at)
    if ticket.paused_at is not None:
        return present
    if _undoes(last, ticket, priority) and last is not None and last["promise"] == present.written():
        before = last["before"]
        return Promise(datetime.fromisoformat(before["first"]), datetime.fromisoformat(before["due"]))
    if priority > ticket.priority:
        return present
    spec = taxonomy.priorities[priority]
    resolve, clock = ticket_rules.resolve_promise(taxonomy, ticket.category, priority, ticket.details.get("cause"))
    return Promise(
        min(present.first, clocks.due(now, spec.first_response, spec.first_response_clock)),
        min(present.due, clocks.due(now, resolve, clock)),
    )


def _undoes(last: Mapping[str, Any] | None, ticket: TicketRow, priority: str) -> bool:
    return last is not None and last["to"] == ticket.priority and last["from"] == priority
