"""What happens on the demo platform by itself, or because a visitor of the demo wants to see it. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Callable, Mapping, Sequence

from contracts.platform import Order, PlatformEventKind, Refund
from service.gateways.fuel_platform.demo_change import Change, Due, Entry, Said, find, new_id, put
from service.gateways.fuel_platform.demo_data import FACTORS, CustomerRecords
from service.gateways.fuel_platform.demo_money import with_refund
from service.gateways.fuel_platform.demo_remedies import COUPON_DAYS

Happening = Callable[[CustomerRecords, str | None, datetime], Change | None]


def happen(records: CustomerRecords, kind: PlatformEventKind, subject_id: str | None, now: datetime) -> Change | None:
    """Let it happen to `subject_id`, or to the first record that fits; None when it cannot happen (any more)."""
    happening = _HAPPENINGS.get(kind)
    return None if happening is None else happening(records, subject_id, now)


def seeded(records: CustomerRecords) -> tuple[Due, ...]:
    """What the records a customer starts with will do by themselves."""
    arriving = [
        Due(r.expected_by, PlatformEventKind.REFUND_ARRIVED, r.id)
        for r in records.refunds
        if r.status == "sent" and r.expected_by is not None
    ]
    coming = [
        Due(g.promised_by, PlatformEventKind.GIFT_DELIVERED, g.id)
        for g in records.gifts
        if g.status == "shipped" and g.promised_by is not None
    ]
    return (*arriving, *coming)


def as_of(records: CustomerRecords, now: datetime) -> CustomerRecords:
    """The records as they read at `now`: coupons run out without anybody's doing."""
    coupons = [
        replace(c, status="expired")
        if c.status == "usable" and c.valid_until is not None and c.valid_until < now
        else c
        for c in records.coupons
    ]
    return replace(records, coupons=coupons)


def _order(records: CustomerRecords, order_id: str | None, statuses: Sequence[str]) -> Order | None:
    return next((o for o in records.orders if order_id in (None, o.id) and o.status in statuses), None)


def _refund(records: CustomerRecords, refund_id: str | None, statuses: Sequence[str]) -> Refund | None:
    return next((r for r in records.refunds if refund_id in (None, r.id) and r.status in statuses), None)


def _order_paid(records: CustomerRecords, subject_id: str | None, now: datetime) -> Change | None:
    template = next((o for o in records.orders if o.status == "fuelled"), None)
    if template is None or find(records.orders, subject_id) is not None:
        return None
    paid = replace(
        template,
        id=subject_id or new_id(records, 1, records.orders, now),
        status="paid",
        created_at=now,
        paid_at=now,
        paid_fen=template.listed_fen,
        pump_fen=None,
        fuelled_at=None,
        points_earned=0,
        coupon_id=None,
        note="",
    )
    event = Said(PlatformEventKind.ORDER_PAID, paid.id, paid.id, {"paid_fen": paid.paid_fen})
    return Change(put(records, orders=paid), events=(event,))


def _order_fuelled(records: CustomerRecords, subject_id: str | None, now: datetime) -> Change | None:
    order = _order(records, subject_id, ("paid",))
    if order is None:
        return None
    factor = FACTORS[records.customer.level]
    earned = round(order.paid_fen / 100 * factor)
    fuelled = replace(order, status="fuelled", pump_fen=order.listed_fen, fuelled_at=now, points_earned=earned)
    basis = {"paid_fen": order.paid_fen, "level_factor": factor, "campaign": 1.0}
    events = (
        Said(PlatformEventKind.ORDER_FUELLED, order.id, order.id, {"pump_fen": order.listed_fen}),
        Said(PlatformEventKind.POINTS_CHANGED, order.id, order.id, {"change": earned, "note": "加油得积分"}),
    )
    return Change(
        put(records, orders=fuelled), entries=(Entry("earn", earned, "加油得积分", order.id, basis),), events=events
    )


def _order_cancelled(records: CustomerRecords, subject_id: str | None, now: datetime) -> Change | None:
    order = _order(records, subject_id, ("paid",))
    if order is None:
        return None
    cancelled = put(records, orders=replace(order, status="cancelled"))
    change, _refund_made = with_refund(cancelled, order, order.paid_fen, now)
    return replace(change, events=(Said(PlatformEventKind.ORDER_CANCELLED, order.id, order.id),))


def _refund_sent(records: CustomerRecords, subject_id: str | None, now: datetime) -> Change | None:
    refund = _refund(records, subject_id, ("requested", "approved"))
    if refund is None:
        return None
    event = Said(PlatformEventKind.REFUND_SENT, refund.id, refund.order_id, _money(refund))
    return Change(put(records, refunds=replace(refund, status="sent", sent_at=now)), events=(event,))


def _refund_arrived(records: CustomerRecords, subject_id: str | None, now: datetime) -> Change | None:
    refund = _refund(records, subject_id, ("requested", "approved", "sent"))
    if refund is None:
        return None
    arrived = replace(refund, status="arrived", sent_at=refund.sent_at or now, arrived_at=now)
    changed = put(records, refunds=arrived)
    order = find(records.orders, refund.order_id)
    if order is not None and order.status == "refunding":
        changed = put(changed, orders=replace(order, status="refunded"))
    payment = next(
        (
            p
            for p in records.payments
            if p.order_id == refund.order_id and p.amount_fen == refund.amount_fen and p.status == "success"
        ),
        None,
    )
    if payment is not None:
        changed = put(changed, payments=replace(payment, status="refunded"))
    event = Said(PlatformEventKind.REFUND_ARRIVED, refund.id, refund.order_id, _money(refund))
    return Change(changed, events=(event,))


def _refund_refused(records: CustomerRecords, subject_id: str | None, now: datetime) -> Change | None:
    refund = _refund(records, subject_id, ("requested", "approved"))
    if refund is None:
        return None
    event = Said(PlatformEventKind.REFUND_REFUSED, refund.id, refund.order_id, _money(refund))
    return Change(put(records, refunds=replace(refund, status="refused")), events=(event,))


def _money(refund: Refund) -> Mapping[str, object]:
    return {"amount_fen": refund.amount_fen, "channel": refund.channel}


def _coupon_granted(records: CustomerRecords, subject_id: str | None, now: datetime) -> Change | None:
    coupon = next((c for c in records.coupons if subject_id in (None, c.id) and c.status == "pending"), None)
    if coupon is None:
        return None
    until = coupon.valid_until or now + timedelta(days=COUPON_DAYS)
    granted = replace(coupon, status="usable", granted_at=now, valid_until=until)
    event = Said(PlatformEventKind.COUPON_GRANTED, coupon.id, coupon.order_id, {"title": coupon.title})
    return Change(put(records, coupons=granted), events=(event,))


def _points_changed(records: CustomerRecords, subject_id: str | None, now: datetime) -> Change | None:
    """The points of an order that never got them."""
    earned = {e.order_id for e in records.points if e.kind == "earn"}
    order = next(
        (
            o
            for o in records.orders
            if subject_id in (None, o.id) and o.status == "fuelled" and o.points_earned and o.id not in earned
        ),
        None,
    )
    if order is None:
        return None
    basis = {"paid_fen": order.paid_fen, "level_factor": FACTORS[records.customer.level], "campaign": 1.0}
    entry = Entry("earn", order.points_earned, "加油得积分", order.id, basis)
    data = {"change": order.points_earned, "note": entry.note}
    event = Said(PlatformEventKind.POINTS_CHANGED, order.id, order.id, data)
    return Change(records, entries=(entry,), events=(event,))


def _gift_code(records: CustomerRecords, subject_id: str | None, now: datetime) -> Change | None:
    gift = next((g for g in records.gifts if subject_id in (None, g.id) and g.virtual and g.status == "failed"), None)
    if gift is None:
        return None
    issued = replace(gift, status="redeemed", code=f"VIP-{now:%M%S}-{gift.id[-6:]}")
    event = Said(PlatformEventKind.GIFT_CODE_ISSUED, gift.id, None, {"title": gift.title})
    return Change(put(records, gifts=issued), events=(event,))


def _gift_moved(was: str, becomes: str, kind: PlatformEventKind) -> Happening:
    def run(records: CustomerRecords, subject_id: str | None, now: datetime) -> Change | None:
        gift = next(
            (g for g in records.gifts if subject_id in (None, g.id) and not g.virtual and g.status == was), None
        )
        if gift is None:
            return None
        moved = replace(gift, status=becomes)
        if becomes == "shipped":
            moved = replace(moved, carrier="顺通快递", tracking=f"ST{gift.id[-8:]}")
        data = {"title": gift.title, "carrier": moved.carrier, "tracking": moved.tracking}
        return Change(put(records, gifts=moved), events=(Said(kind, gift.id, None, data),))

    return run


def _invoice_issued(records: CustomerRecords, subject_id: str | None, now: datetime) -> Change | None:
    invoice = next((i for i in records.invoices if subject_id in (None, i.id) and i.status == "requested"), None)
    if invoice is None:
        return None
    event = Said(PlatformEventKind.INVOICE_ISSUED, invoice.id, invoice.order_ids[0], {"title": invoice.title})
    return Change(put(records, invoices=replace(invoice, status="issued", issued_at=now)), events=(event,))


_HAPPENINGS: Mapping[PlatformEventKind, Happening] = {
    PlatformEventKind.ORDER_PAID: _order_paid,
    PlatformEventKind.ORDER_FUELLED: _order_fuelled,
    PlatformEventKind.ORDER_CANCELLED: _order_cancelled,
    PlatformEventKind.REFUND_SENT: _refund_sent,
    PlatformEventKind.REFUND_ARRIVED: _refund_arrived,
    PlatformEventKind.REFUND_REFUSED: _refund_refused,
    PlatformEventKind.COUPON_GRANTED: _coupon_granted,
    PlatformEventKind.POINTS_CHANGED: _points_changed,
    PlatformEventKind.GIFT_CODE_ISSUED: _gift_code,
    PlatformEventKind.GIFT_SHIPPED: _gift_moved("redeemed", "shipped", PlatformEventKind.GIFT_SHIPPED),
    PlatformEventKind.GIFT_DELIVERED: _gift_moved("shipped", "delivered", PlatformEventKind.GIFT_DELIVERED),
    PlatformEventKind.INVOICE_ISSUED: _invoice_issued,
}
