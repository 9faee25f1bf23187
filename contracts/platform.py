"""The fuel platform's side: what flows may read about a customer. Money is in fen, times carry a zone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Mapping, Protocol, Sequence

from contracts.remedies import PlatformRemedies


@dataclass(frozen=True)
class Customer:
    """`level`: `puka`, `gold`, `platinum` or `diamond`. `phone` is plain here and masked wherever shown."""

    id: str
    name: str
    level: str
    phone: str
    points: int
    balance_fen: int
    plates: tuple[str, ...] = ()
    station_id: str | None = None
    frozen: bool = False


@dataclass(frozen=True)
class Station:
    id: str
    name: str
    address: str
    latitude: float
    longitude: float
    open_hours: str
    phone: str
    prices_fen: Mapping[str, int] = field(default_factory=dict)
    facilities: tuple[str, ...] = ()
    queue: int = 0


@dataclass(frozen=True)
class Order:
    """A fuel order. `status`: `paid` (no fuel yet), `fuelled`, `cancelled`, `refunding`, `refunded`, `failed`."""

    id: str
    station_id: str
    station_name: str
    gun: str
    fuel: str
    litres: float
    listed_fen: int
    paid_fen: int
    pump_fen: int | None
    status: str
    created_at: datetime
    paid_at: datetime | None
    fuelled_at: datetime | None = None
    channel: str = "wechat"
    coupon_id: str | None = None
    points_used: int = 0
    points_earned: int = 0
    note: str = ""


@dataclass(frozen=True)
class Coupon:
    """`status`: `pending` (bought, not granted yet), `usable`, `used`, `expired`, `frozen`."""

    id: str
    title: str
    status: str
    bought_at: datetime
    granted_at: datetime | None
    valid_until: datetime | None
    threshold_fen: int
    value_fen: int
    price_fen: int
    fuels: tuple[str, ...] = ()
    station_ids: tuple[str, ...] = ()
    order_id: str | None = None
    used_order_id: str | None = None


@dataclass(frozen=True)
class Payment:
    """`status`: `pending`, `success`, `failed`, `refunded`. `kind`: `order`, `recharge`, `points`, `coupon`."""

    id: str
    kind: str
    order_id: str | None
    channel: str
    amount_fen: int
    status: str
    created_at: datetime
    error_code: str | None = None


@dataclass(frozen=True)
class PointsEntry:
    """One line of the points ledger; `change` is signed. `kind`: `earn`, `spend`, `return`, `expire`, `freeze`.

    `basis` says how an `earn` was computed (`paid_fen`, `level_factor`, `campaign`). The ledger is append-only:
    `hash` covers this entry and `previous`, the hash of the entry before (see contracts.ledger).
    """

    id: str
    kind: str
    change: int
    balance: int
    at: datetime
    order_id: str | None = None
    note: str = ""
    basis: Mapping[str, Any] = field(default_factory=dict)
    previous: str = ""
    hash: str = ""


@dataclass(frozen=True)
class GiftOrder:
    """A redemption of the points mall. `status`: `redeemed`, `shipped`, `delivered`, `failed`, `out_of_stock`."""

    id: str
    title: str
    virtual: bool
    points: int
    status: str
    at: datetime
    code: str | None = None
    carrier: str | None = None
    tracking: str | None = None
    promised_by: datetime | None = None


@dataclass(frozen=True)
class Invoice:
    """`status`: `requested`, `issued`, `failed`, `red`."""

    id: str
    order_ids: tuple[str, ...]
    title: str
    tax_number: str | None
    amount_fen: int
    status: str
    requested_at: datetime
    issued_at: datetime | None = None


@dataclass(frozen=True)
class InvoiceTitle:
    """A title the customer saved on the platform. `tax_number` is None for a person."""

    id: str
    title: str
    tax_number: str | None
    email: str
    default: bool = False


@dataclass(frozen=True)
class FuelCard:
    """`status`: `active`, `lost`, `frozen`. `number` is masked already by the platform."""

    id: str
    number: str
    status: str
    balance_fen: int
    bound_at: datetime
    note: str = ""


@dataclass(frozen=True)
class Refund:
    """`status`: `requested`, `approved`, `sent`, `arrived`, `refused`."""

    id: str
    order_id: str
    amount_fen: int
    channel: str
    status: str
    requested_at: datetime
    sent_at: datetime | None = None
    expected_by: datetime | None = None
    arrived_at: datetime | None = None


class PlatformEventKind(str, Enum):
    """What the platform tells by itself. The part before the dot is what the event's `subject_id` names."""

    ORDER_PAID = "order.paid"
    ORDER_FUELLED = "order.fuelled"
    ORDER_CANCELLED = "order.cancelled"
    REFUND_SENT = "refund.sent"
    REFUND_ARRIVED = "refund.arrived"
    REFUND_REFUSED = "refund.refused"
    COUPON_GRANTED = "coupon.granted"
    POINTS_CHANGED = "points.changed"
    GIFT_CODE_ISSUED = "gift.code_issued"
    GIFT_SHIPPED = "gift.shipped"
    GIFT_DELIVERED = "gift.delivered"
    INVOICE_ISSUED = "invoice.issued"
    CARD_CHANGED = "card.changed"
    STATION_OUTAGE = "station.outage"
    STATION_RESTORED = "station.restored"


@dataclass(frozen=True)
class PlatformEvent:
    """One thing that happened on the platform. `id` is unique there; events may arrive twice and in any order.

    `customer_id` is None for a station. `order_id` is given where the subject belongs to an order. `data` carries
    figures (fen, points) and, for the echo of a write of ours, its idempotency `key`.
    """

    id: str
    kind: PlatformEventKind
    at: datetime
    customer_id: str | None
    subject_id: str
    order_id: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


class FuelPlatform(PlatformRemedies, Protocol):
    """The platform's interface: reads below, writes by `perform`. Lists are newest first.

    Every method raises PlatformUnavailable when the platform does not answer, and NotFound for an unknown customer.
    """

    async def customer(self, customer_id: str) -> Customer: ...

    async def orders(self, customer_id: str, limit: int = 20) -> Sequence[Order]: ...

    async def coupons(self, customer_id: str) -> Sequence[Coupon]: ...

    async def payments(self, customer_id: str, limit: int = 20) -> Sequence[Payment]: ...

    async def points(self, customer_id: str, limit: int = 50) -> Sequence[PointsEntry]: ...

    async def gifts(self, customer_id: str) -> Sequence[GiftOrder]: ...

    async def invoices(self, customer_id: str) -> Sequence[Invoice]: ...

    async def cards(self, customer_id: str) -> Sequence[FuelCard]: ...

    async def refunds(self, customer_id: str) -> Sequence[Refund]: ...

    async def stations(self, query: str | None = None, limit: int = 5) -> Sequence[Station]: ...

    async def invoice_titles(self, customer_id: str) -> Sequence[InvoiceTitle]:
        """Saved invoice titles, the default first."""
        ...

    async def customer_of_phone(self, phone: str) -> str | None:
        """The id of the customer with this number, or None; only for guests who proved the number by a code."""
        ...

    async def send_text(self, phone: str, text: str, key: str) -> None:
        """A text message (SMS) to a number; the same `key` sends once."""
        ...
