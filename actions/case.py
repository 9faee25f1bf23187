"""One problem of one customer, while one action runs: what is known, and what the platform knows about it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Awaitable, Callable, Mapping, Sequence

from actions.heard import Memory, Message
from actions.ports import Ports
from contracts.errors import NotFound, PlatformUnavailable
from contracts.platform import (
    Coupon,
    Customer,
    FuelCard,
    GiftOrder,
    Invoice,
    InvoiceTitle,
    Order,
    Payment,
    PointsEntry,
    Refund,
    Station,
)
from contracts.policy import CompensationOffer

_UNITS = {"second": "seconds", "minute": "minutes", "hour": "hours", "day": "days"}
_QUOTED = re.compile(r"\{([a-z_]+\.[a-z_]+)\}")

FILLED_SLOTS: tuple[str, ...] = (
    "order_id",
    "coupon_id",
    "gift_id",
    "invoice_id",
    "refund_id",
    "card_id",
    "station",
    "ticket_number",
    "cause",
    "detail",
    "phone",
    "amount",
    "invoice_title",
    "tax_number",
    "callback_time",
    "solved",
    "agreed",
    "again",
)
"""Every slot that a flow may fill; `again` holds the number of the open ticket about the same problem, `agreed` the
customer's yes or no to what is done for him only with his yes."""


@dataclass
class Case:
    """The state of a flow in one action run.

    `unreachable`: the platform did not answer at least once. `found` is the flow's own: what `look_up` leaves for
    `needs` (matches by record kind).
    """

    intent: str
    ports: Ports
    message: Message
    memory: Memory
    slots: dict[str, Any] = field(default_factory=dict)
    unreachable: bool = False
    found: dict[str, Any] = field(default_factory=dict)
    _read: dict[str, Any] = field(default_factory=dict)

    @property
    def guest(self) -> bool:
        return self.ports.customer_id is None

    @property
    def now(self) -> datetime:
        return self.ports.now

    @property
    def words(self) -> str:
        """All that the customer said in this flow, as he wrote it."""
        return "，".join(self.memory.said)

    def get(self, slot: str) -> Any:
        return self.slots.get(slot)

    def fill(self, slot: str, value: Any) -> None:
        self.slots[slot] = value

    def first_time(self, thing: str) -> bool:
        """Whether this was not said in this flow before; from now on it was."""
        if thing in self.memory.told:
            return False
        self.memory.told.append(thing)
        return True

    def say(self, fact: str) -> str:
        """The customer's wording of a business fact."""
        return self.ports.facts.fact(fact).say

    def quote(self, text: str) -> str:
        """The text with each `{group.key}` put into the customer's words."""
        return _QUOTED.sub(lambda found: self.say(found.group(1)), text)

    def figure(self, fact: str) -> Any:
        """The machine value of a business fact."""
        return self.ports.facts.fact(fact).value

    def after(self, start: datetime, fact: str) -> datetime:
        """`start` plus the duration in a fact; working days end as those of tickets do."""
        found = self.ports.facts.fact(fact)
        if found.unit == "workday":
            return self.ports.workday_end(start, int(found.value))
        return start + timedelta(**{_UNITS[found.unit]: float(found.value)})

    async def customer(self) -> Customer | None:
        """The customer's record; None for a guest, an unknown customer or an unreachable platform."""
        found = await self._one("customer", lambda c: self.ports.platform.customer(c))
        return found if isinstance(found, Customer) else None

    async def orders(self) -> Sequence[Order]:
        """His orders, without those he said are not meant."""
        found = await self._list("orders", lambda c: self.ports.platform.orders(c))
        return [order for order in found if not self.memory.ruled_out(order.id)]

    async def coupons(self) -> Sequence[Coupon]:
        return await self._list("coupons", lambda c: self.ports.platform.coupons(c))

    async def payments(self) -> Sequence[Payment]:
        return await self._list("payments", lambda c: self.ports.platform.payments(c))

    async def points(self) -> Sequence[PointsEntry]:
        return await self._list("points", lambda c: self.ports.platform.points(c))

    async def gifts(self) -> Sequence[GiftOrder]:
        return await self._list("gifts", lambda c: self.ports.platform.gifts(c))

    async def invoices(self) -> Sequence[Invoice]:
        return await self._list("invoices", lambda c: self.ports.platform.invoices(c))

    async def cards(self) -> Sequence[FuelCard]:
        return await self._list("cards", lambda c: self.ports.platform.cards(c))

    async def refunds(self) -> Sequence[Refund]:
        return await self._list("refunds", lambda c: self.ports.platform.refunds(c))

    async def invoice_titles(self) -> Sequence[InvoiceTitle]:
        return await self._list("invoice_titles", lambda c: self.ports.platform.invoice_titles(c))

    async def compensation(
        self, cause: str, *, record_amount: int | None = None, target_id: str | None = None
    ) -> CompensationOffer | None:
        """What the policy lets us promise at once for a cause; None when a person has to decide."""
        customer = await self.customer()
        if customer is None:
            return None
        return await self.ports.compensation(
            cause, level=customer.level, record_amount=record_amount, target_id=target_id
        )

    async def stations(self, query: str | None, limit: int = 5) -> Sequence[Station]:
        """Stations by name, or any; works for guests too."""
        key = f"stations:{query}:{limit}"
        if key not in self._read:
            try:
                self._read[key] = await self.ports.platform.stations(query, limit)
            except PlatformUnavailable:
                self.unreachable = True
                self._read[key] = ()
        found: Sequence[Station] = self._read[key]
        return found

    async def _one(self, key: str, fetch: Callable[[str], Awaitable[Any]]) -> Any:
        customer_id = self.ports.customer_id
        if customer_id is None:
            return None
        if key not in self._read:
            try:
                self._read[key] = await fetch(customer_id)
            except PlatformUnavailable:
                self.unreachable = True
                self._read[key] = None
            except NotFound:
                # A customer whom the platform does not know is no dead end: the flow goes on with his words.
                self._read[key] = None
        return self._read[key]

    async def _list(self, key: str, fetch: Callable[[str], Awaitable[Sequence[Any]]]) -> Sequence[Any]:
        return await self._one(key, fetch) or ()


def slots_of(tracker_slots: Mapping[str, Any]) -> dict[str, Any]:
    """The filled slots of a tracker that belong to flows."""
    return {slot: tracker_slots[slot] for slot in FILLED_SLOTS if tracker_slots.get(slot) is not None}
