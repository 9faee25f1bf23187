"""What may be done for a customer on the fuel platform: asked for by flows and agents, carried out once by a key."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Mapping, Protocol


class RemedyKind(str, Enum):
    """One kind, one operation of the platform: its target → the fields of its receipt's data.

    - `cancel_order`, `refund` (order; `amount_fen` None: all that is left)
      → refund_id, amount_fen, channel, expected_by
    - `grant_coupon` (`amount_fen` is its value; details: threshold_fen, valid_days, title), `reissue_coupon` (coupon)
      → coupon_id, title, amount_fen, valid_until
    - `grant_points` (an order or nothing), `return_points` (gift or order; `points` None: all; details: note)
      → points, balance
    - `reissue_code` (gift) → gift_id, title, code
    - `restore_level` (details: level) → level, level_title
    - `freeze_card`, `unfreeze_card` (card) → card_id, number (masked)
    - `issue_invoice` (order; details: order_ids for several, title_id or title + tax_number, email)
      → invoice_id, title, amount_fen, email
    - `resend_invoice` (invoice; details: email) → invoice_id, title, email
    - `freeze_account`, `unfreeze_account` → nothing

    In a text for the customer `{amount_fen}` is filled in as an amount, `{expected_by}` and `{valid_until}` as a
    spoken time, `{channel}` by its name.
    """

    CANCEL_ORDER = "cancel_order"
    REFUND = "refund"
    GRANT_COUPON = "grant_coupon"
    REISSUE_COUPON = "reissue_coupon"
    GRANT_POINTS = "grant_points"
    RETURN_POINTS = "return_points"
    REISSUE_CODE = "reissue_code"
    RESTORE_LEVEL = "restore_level"
    FREEZE_ACCOUNT = "freeze_account"
    UNFREEZE_ACCOUNT = "unfreeze_account"
    FREEZE_CARD = "freeze_card"
    UNFREEZE_CARD = "unfreeze_card"
    ISSUE_INVOICE = "issue_invoice"
    RESEND_INVOICE = "resend_invoice"


@dataclass(frozen=True)
class RemedyRequest:
    """One operation. `target_id` is the order, coupon, gift, card or invoice it is about; money is in fen."""

    kind: RemedyKind
    customer_id: str
    target_id: str | None = None
    amount_fen: int | None = None
    points: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RemedyReceipt:
    """What the platform did. `done` False: it refused, and `reason` says why in the customer's language.

    `data` holds what the customer needs (a new code, an invoice id, the coupon's validity).
    """

    done: bool
    reference: str = ""
    reason: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


class PlatformRemedies(Protocol):
    """Writes of the platform. The same `key` always gives the same receipt and never acts twice."""

    async def perform(self, request: RemedyRequest, key: str) -> RemedyReceipt:
        """Carry it out, or find what the same key did before.

        Raises:
            PlatformUnavailable: no answer; whether it was done is unknown, the same key may be sent again.
            NotFound: the platform knows no such customer or target.
        """
        ...
