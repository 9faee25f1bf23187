"""Pure decisions about what an agent may ask for: the most that a record bears, and what a cause comes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Mapping, Sequence, TypeVar

from contracts.platform import Coupon, GiftOrder, Order, Payment, PointsEntry, Refund
from contracts.policy import CompensationRule
from contracts.remedies import RemedyKind
from service.policies.service import amount_of, limit

FEN, POINTS = "fen", "points"
UNITS: Mapping[RemedyKind, str] = {
    RemedyKind.REFUND: FEN,
    RemedyKind.GRANT_COUPON: FEN,
    RemedyKind.REISSUE_COUPON: FEN,
    RemedyKind.GRANT_POINTS: POINTS,
    RemedyKind.RETURN_POINTS: POINTS,
    RemedyKind.REISSUE_CODE: POINTS,
}
"""What is given is counted in; the others give nothing that is counted."""
OF_RECORD = frozenset({RemedyKind.REISSUE_COUPON, RemedyKind.REISSUE_CODE})
"""Their worth is the record's, whatever the request says."""
RETURNED_AT_MOST_PERCENT = 110
"""Points of a redemption that went wrong come back with at most a tenth on top."""

R = TypeVar("R", Order, Coupon, GiftOrder)


@dataclass(frozen=True)
class Records:
    """What the platform has of a customer, as far as it bounds what may be given."""

    orders: Sequence[Order] = ()
    coupons: Sequence[Coupon] = ()
    payments: Sequence[Payment] = ()
    points: Sequence[PointsEntry] = ()
    gifts: Sequence[GiftOrder] = ()
    refunds: Sequence[Refund] = ()


def most(kind: RemedyKind, target_id: str | None, records: Records) -> int | None:
    """The most that the record bears, in fen or points; None when no record bounds it."""
    if kind is RemedyKind.REFUND:
        return _refundable(_find(records.orders, target_id), records)
    if kind is RemedyKind.REISSUE_COUPON:
        coupon = _find(records.coupons, target_id)
        return coupon.value_fen if coupon is not None else None
    gift, order = _find(records.gifts, target_id), _find(records.orders, target_id)
    if kind is RemedyKind.REISSUE_CODE:
        return gift.points if gift is not None else None
    if kind is RemedyKind.RETURN_POINTS:
        spent = gift.points if gift is not None else _spent(order, records)
        if spent is None:
            return None
        back = sum(e.change for e in records.points if e.kind == "return" and e.basis.get("for") == target_id)
        return max(0, spent * RETURNED_AT_MOST_PERCENT // 100 - back)
    return None


def suggested(
    rule: CompensationRule, level: str | None, kind: RemedyKind, target_id: str | None, records: Records
) -> int | None:
    """What the rule comes to for this record, never above what the record bears; None: the agent has to say."""
    bound = most(kind, target_id, records)
    if kind in OF_RECORD:
        return bound
    amount = amount_of(rule, level, _worth(rule, kind, target_id, records))
    if amount is None or bound is None:
        return amount
    return min(amount, bound) or None


def most_allowed(rule: CompensationRule, level: str | None) -> int:
    """The most that the rule gives to this level without asking."""
    return limit(rule, level)


def _worth(rule: CompensationRule, kind: RemedyKind, target_id: str | None, records: Records) -> int | None:
    """The amount in the record that the cause is about; None where only a person can say it."""
    order, gift = _find(records.orders, target_id), _find(records.gifts, target_id)
    if kind is RemedyKind.REFUND:
        return _taken_too_much(rule.cause, order, records) if order is not None else None
    if gift is not None:
        return gift.points
    if kind is RemedyKind.GRANT_POINTS:
        return order.paid_fen // 100 if order is not None else None
    return _spent(order, records)


def _taken_too_much(cause: str, order: Order, records: Records) -> int | None:
    """What an order took above the pump's figure, or a second time."""
    if cause == "overcharged" and order.pump_fen is not None:
        return max(0, order.paid_fen - order.pump_fen)
    paid = [p for p in records.payments if p.order_id == order.id and p.kind == "order" and p.status == "success"]
    return paid[0].amount_fen if cause == "duplicate_charge" and len(paid) > 1 else None


def _refundable(order: Order | None, records: Records) -> int | None:
    """What was paid for the order, twice perhaps, less what went back or is on its way."""
    if order is None:
        return None
    payments = [p for p in records.payments if p.order_id == order.id and p.kind == "order"]
    paid = sum(p.amount_fen for p in payments if p.status in ("success", "refunded")) if payments else order.paid_fen
    return max(0, paid - sum(r.amount_fen for r in records.refunds if r.order_id == order.id and r.status != "refused"))


def _spent(order: Order | None, records: Records) -> int | None:
    """What the order took from the ledger, also when it was not set against its price."""
    if order is None:
        return None
    taken = -sum(e.change for e in records.points if e.kind == "spend" and e.order_id == order.id)
    return max(taken, order.points_used)


def _find(records: Sequence[R], record_id: str | None) -> R | None:
    return next((record for record in records if record.id == record_id), None)
