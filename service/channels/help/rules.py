"""What probably troubles a customer who opens the chat, read from his records. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Collection, Iterator, Sequence

from contracts.platform import Coupon, GiftOrder, Invoice, Order, Payment, PointsEntry, Refund
from service.clock import CHINA

MOST = 3
_PUMP_WAIT = timedelta(minutes=5)
_FRESH = timedelta(days=3)
_TWICE = timedelta(minutes=10)
_RETRIED = timedelta(hours=1)
_INVOICE_WAIT = timedelta(days=1)
_POINTS_WAIT = timedelta(hours=24)
_POINTS_FRESH = timedelta(days=7)


@dataclass(frozen=True)
class Records:
    """What the platform knows of one customer; lists newest first. What it could not tell is empty."""

    orders: Sequence[Order] = ()
    coupons: Sequence[Coupon] = ()
    payments: Sequence[Payment] = ()
    refunds: Sequence[Refund] = ()
    points: Sequence[PointsEntry] = ()
    gifts: Sequence[GiftOrder] = ()
    invoices: Sequence[Invoice] = ()


@dataclass(frozen=True)
class Prediction:
    """A problem that the customer probably came with. `weight` orders them, `at` is when it happened."""

    title: str
    intent: str
    weight: int
    at: datetime = field(compare=False)
    order_id: str | None = None


@dataclass(frozen=True)
class Filed:
    """An open ticket: what it is about is not asked again."""

    category: str
    order_ids: Sequence[str] = ()


def predict(records: Records, filed: Collection[Filed], coupon_wait: timedelta, now: datetime) -> list[Prediction]:
    """Up to three problems, the most pressing first, one of a kind; what is filed already is left out.

    Args:
        coupon_wait: the published time within which a bought coupon arrives.
    """
    found = [
        *_orders(records, now),
        *_payments(records, now),
        *_coupons(records, coupon_wait, now),
        *_refunds(records, now),
        *_points(records, now),
        *_gifts_and_invoices(records, now),
    ]
    left = [p for p in found if not any(_about(ticket, p) for ticket in filed)]
    chosen: list[Prediction] = []
    for one in sorted(left, key=lambda p: (-p.weight, -p.at.timestamp())):
        same = [c for c in chosen if c.intent == one.intent or (one.order_id and c.order_id == one.order_id)]
        if not same:
            chosen.append(one)
    return chosen[:MOST]


def _about(ticket: Filed, prediction: Prediction) -> bool:
    if ticket.category != prediction.intent:
        return False
    return prediction.order_id is None or not ticket.order_ids or prediction.order_id in ticket.order_ids


def _orders(records: Records, now: datetime) -> Iterator[Prediction]:
    for order in records.orders:
        at = order.paid_at or order.created_at
        age = now - at
        named = f"{_day(at, now)}{order.station_name} {_yuan(order.paid_fen)}"
        if order.status == "paid" and _PUMP_WAIT <= age <= _FRESH:
            yield Prediction(f"{named} 付了钱没加上油？", "paid_not_fueled", 100, at, order.id)
        elif order.status == "failed" and age <= _FRESH and not _paid_later(records.orders, order):
            title = f"{_day(at, now)}{order.station_name} {_yuan(order.paid_fen)} 付款没成功？"
            yield Prediction(title, "payment_failed", 60, at, order.id)
        elif order.status == "fuelled" and age <= _FRESH and order.pump_fen and order.pump_fen < order.paid_fen:
            # With a discount less is paid than the pump shows; more is never right.
            title = f"{_day(at, now)}{order.station_name} 加了 {_yuan(order.pump_fen)} 扣了 {_yuan(order.paid_fen)}？"
            yield Prediction(title, "amount_mismatch", 85, at, order.id)


def _paid_later(orders: Sequence[Order], failed: Order) -> bool:
    """Whether he tried again at the same station and it went through."""
    return any(
        o.station_id == failed.station_id
        and o.status != "failed"
        and timedelta(0) < o.created_at - failed.created_at <= _RETRIED
        and o.paid_fen == failed.paid_fen
        for o in orders
    )


def _payments(records: Records, now: datetime) -> Iterator[Prediction]:
    orders = {o.id: o for o in records.orders}
    by_order: dict[str, list[Payment]] = defaultdict(list)
    for payment in records.payments:
        if payment.order_id is None or now - payment.created_at > _FRESH:
            continue
        if payment.kind == "points" and payment.status == "failed":
            order = orders.get(payment.order_id)
            where = f"{order.station_name} " if order is not None else ""
            title = f"{_day(payment.created_at, now)}{where}用积分加油没成功？"
            yield Prediction(title, "points_refuel_failed", 75, payment.created_at, payment.order_id)
        if payment.kind == "order" and payment.status == "success":
            by_order[payment.order_id].append(payment)
    for order_id, payments in by_order.items():
        times = sorted(p.created_at for p in payments)
        if any(b - a <= _TWICE for a, b in pairwise(times)):
            order = orders.get(order_id)
            where = f"{order.station_name} " if order is not None else ""
            title = f"{_day(times[-1], now)}{where}{_yuan(payments[0].amount_fen)} 扣了两次？"
            yield Prediction(title, "duplicate_charge", 90, times[-1], order_id)


def _coupons(records: Records, coupon_wait: timedelta, now: datetime) -> Iterator[Prediction]:
    for coupon in records.coupons:
        if coupon.status == "pending" and now - coupon.bought_at > coupon_wait:
            title = f"{_day(coupon.bought_at, now)}买的{coupon.title}还没到账？"
            yield Prediction(title, "coupon_not_received", 70, coupon.bought_at)


def _refunds(records: Records, now: datetime) -> Iterator[Prediction]:
    orders = {o.id: o for o in records.orders}
    for refund in records.refunds:
        if refund.status not in ("requested", "approved", "sent"):
            continue
        late = refund.expected_by is not None and refund.expected_by < now
        order = orders.get(refund.order_id)
        where = f"{order.station_name} " if order is not None else ""
        title = f"{where}{_yuan(refund.amount_fen)} 的退款到哪一步了？"
        yield Prediction(title, "refund_progress", 80 if late else 50, refund.requested_at, refund.order_id)


def _points(records: Records, now: datetime) -> Iterator[Prediction]:
    earned = {e.order_id for e in records.points if e.kind == "earn"}
    for order in records.orders:
        if order.status != "fuelled" or order.fuelled_at is None or order.id in earned or not records.points:
            continue
        if _POINTS_WAIT < now - order.fuelled_at <= _POINTS_FRESH:
            title = f"{_day(order.fuelled_at, now)}{order.station_name} 加油的积分没到账？"
            yield Prediction(title, "points_missing", 55, order.fuelled_at, order.id)


def _gifts_and_invoices(records: Records, now: datetime) -> Iterator[Prediction]:
    for gift in records.gifts:
        waiting = gift.status in ("redeemed", "shipped") and not gift.virtual
        if gift.status in ("failed", "out_of_stock") and now - gift.at <= _FRESH:
            yield Prediction(f"{_day(gift.at, now)}兑换{gift.title}没成功？", "redeem_failed", 45, gift.at)
        elif waiting and gift.promised_by is not None and gift.promised_by < now:
            yield Prediction(f"兑换的{gift.title}还没收到？", "redeem_logistics", 65, gift.at)
    for invoice in records.invoices:
        if invoice.status == "failed" or (invoice.status == "requested" and now - invoice.requested_at > _INVOICE_WAIT):
            title = f"{_day(invoice.requested_at, now)}申请的 {_yuan(invoice.amount_fen)} 发票还没收到？"
            yield Prediction(title, "invoice_problem", 40, invoice.requested_at)


def _day(moment: datetime, now: datetime) -> str:
    local, today = moment.astimezone(CHINA), now.astimezone(CHINA).date()
    ago = (today - local.date()).days
    return {0: "今天", 1: "昨天", 2: "前天"}.get(ago, f"{local.month}月{local.day}日")


def _yuan(fen: int) -> str:
    return f"¥{fen / 100:g}" if fen % 100 == 0 else f"¥{fen / 100:.2f}"


COMPLAINTS: Sequence[tuple[str, str]] = (
    ("油站人员或现场服务", "station_complaint"),
    ("油品质量", "oil_quality_complaint"),
    ("平台或客服", "complaint_general"),
    ("提个建议", "suggestion"),
)
"""What the complaint form can be about: the words to choose by and the flow that takes it."""

FREQUENT: Sequence[str] = (
    "coupon_arrival_time",
    "refund_time",
    "invoice_how",
    "points_use",
    "how_to_refuel",
    "location_inaccurate_fix",
    "wrong_station_rule",
    "card_bind_steps",
)
"""Articles that everybody is shown, after those that fit the customer's own records."""

FREQUENT_SHOWN = 6


def frequent(intents: Sequence[str], by_intent: Sequence[tuple[str, Sequence[str]]], in_vain: set[str]) -> list[str]:
    """Ids of the articles on the first page: those for what troubles him, then the usual ones.

    Args:
        intents: what was predicted, most pressing first.
        by_intent: article id and its intents, in the order of the help pages.
        in_vain: articles that did not help him; they are not shown again.
    """
    mine = [_closest(intent, by_intent, in_vain) for intent in intents]
    known = {a for a, _ in by_intent}
    wanted = [a for a in (*mine, *FREQUENT) if a is not None and a in known and a not in in_vain]
    return list(dict.fromkeys(wanted))[:FREQUENT_SHOWN]


def _closest(intent: str, by_intent: Sequence[tuple[str, Sequence[str]]], in_vain: set[str]) -> str | None:
    """The article that names the intent foremost: what stands later in its list is only touched by it."""
    fitting = [(served.index(intent), a) for a, served in by_intent if intent in served and a not in in_vain]
    return min(fitting, key=lambda found: found[0])[1] if fitting else None
