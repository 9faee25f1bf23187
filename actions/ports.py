"""What an action may ask the service for while it runs; the service sets `ports` for each run."""

from __future__ import annotations

from contextvars import ContextVar
from datetime import datetime
from typing import Protocol, Sequence

from contracts.errors import NotReady
from contracts.knowledge import BusinessFacts
from contracts.platform import FuelPlatform
from contracts.policy import CompensationOffer
from contracts.tickets import PlannedTicket, TicketView


class Ports(Protocol):
    """Reads for one action run. `customer_id` is None for a guest; `sentiment` is a label of the taxonomy."""

    @property
    def customer_id(self) -> str | None: ...

    @property
    def now(self) -> datetime: ...

    @property
    def platform(self) -> FuelPlatform: ...

    @property
    def facts(self) -> BusinessFacts: ...

    @property
    def sentiment(self) -> str: ...

    @property
    def alternatives(self) -> Sequence[str]:
        """Other intents that the message may have meant, the likeliest first."""
        ...

    async def open_tickets(self) -> Sequence[TicketView]:
        """The customer's tickets that are not finished, newest first; empty for a guest."""
        ...

    async def solved_tickets(self) -> Sequence[TicketView]:
        """The customer's tickets that are solved and not closed yet, newest first."""
        ...

    async def withdrawn_tickets(self) -> Sequence[TicketView]:
        """The customer's tickets that he took back, newest first."""
        ...

    async def compensation(
        self, cause: str, *, level: str, record_amount: int | None = None, target_id: str | None = None
    ) -> CompensationOffer | None:
        """What the policy lets the assistant promise at once; None when a person decides, and for a guest.

        `record_amount` (fen or points) is the platform's figure, never the customer's; `target_id` the order, coupon
        or gift it is about, which is compensated once only.
        """
        ...

    def workday_end(self, start: datetime, count: int) -> datetime:
        """The end of the `count`-th working day after the day of `start`, as tickets promise it (holidays, 调休)."""
        ...

    def plan_ticket(self, category: str, *, cause: str | None = None) -> PlannedTicket:
        """Reserve a number and promised times for a ticket of this intent; nothing is filed yet.

        `cause` chooses the department (`dept_by_cause`) or a promise that holds for it alone
        (`promise_overrides.only`), where the taxonomy names one.
        """
        ...


ports: ContextVar[Ports] = ContextVar("ports")


def current_ports() -> Ports:
    """The ports of this run.

    Raises:
        NotReady: no service has set them.
    """
    found = ports.get(None)
    if found is None:
        raise NotReady("an action ran without its ports")
    return found
