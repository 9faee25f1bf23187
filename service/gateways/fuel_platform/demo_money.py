"""The demo platform's rules about orders, money back and invoices. Pure; time is passed in."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Mapping

from contracts.platform import Invoice, Order, PlatformEventKind, Refund
from contracts.remedies import RemedyRequest
from service.gateways.fuel_platform.demo_change import (
    Change,
    Due,
    Outcome,
    Said,
    done,
    find,
    new_id,
    put,
    refused,
    require,
)
from service.gateways.fuel_platform.demo_data import CustomerRecords

# The demo's payment provider is quicker than a real one, so that a visitor sees the money arrive.
REFUND_SENT = timedelta(seconds=60)
REFUND_ARRIVES = timedelta(seconds=180)
REFUND_PROMISE = {"balance": timedelta(0), "bank_card": timedelta(days=7)}
REFUND_PROMISE_OTHERWISE = timedelta(days=3)


def cancel_order(records: CustomerRecords, request: RemedyRequest, now: datetime) -> Outcome:
    """A paid order without fuel is cancelled, its money goes back."""
    order = require(find(records.orders, request.target_id), "订单")
    if order.status == "cancelled":
        return refused(records, "这笔订单已经取消过了")
    if order.status != "paid":
        return refused(records, "这笔订单已经加过油或已在退款，不能取消")
    change, made = with_refund(put(records, orders=replace(order, status="cancelled")), order, order.paid_fen, now)
    cancelled = Said(PlatformEventKind.ORDER_CANCELLED, order.id, order.id)
    return done(replace(change, events=(cancelled, *change.events)), order.id, **_refund_data(made))


def refund(records: CustomerRecords, request: RemedyRequest, now: datetime) -> Outcome:
    """Money of an order goes back, at most what was paid for it."""
    order = require(find(records.orders, request.target_id), "订单")
    left = _refundable_fen(records, order)
    amount = left if request.amount_fen is None else request.amount_fen
    if amount <= 0 or amount > left:
        reason = "这笔订单没有可退的金额" if left <= 0 else f"这笔订单最多还能退 {left / 100:.2f} 元"
        return refused(records, reason)
    whole = amount >= left and order.status in ("paid", "fuelled")
    changed = put(records, orders=replace(order, status="refunding")) if whole else records
    change, made = with_refund(changed, order, amount, now)
    return done(change, made.id, **_refund_data(made))


def _refundable_fen(records: CustomerRecords, order: Order) -> int:
    """What was paid for the order, twice perhaps, less what went back or is on its way."""
    payments = [p for p in records.payments if p.order_id == order.id and p.kind == "order"]
    paid = sum(p.amount_fen for p in payments if p.status in ("success", "refunded"))
    back = sum(r.amount_fen for r in records.refunds if r.order_id == order.id and r.status != "refused")
    return paid - back


def with_refund(records: CustomerRecords, order: Order, amount_fen: int, now: datetime) -> tuple[Change, Refund]:
    """A new refund of an order, and when its money moves."""
    refund = Refund(
        id=new_id(records, 8, records.refunds, now),
        order_id=order.id,
        amount_fen=amount_fen,
        channel=order.channel,
        status="approved",
        requested_at=now,
        expected_by=now + REFUND_PROMISE.get(order.channel, REFUND_PROMISE_OTHERWISE),
    )
    later = (
        Due(now + REFUND_SENT, PlatformEventKind.REFUND_SENT, refund.id),
        Due(now + REFUND_ARRIVES, PlatformEventKind.REFUND_ARRIVED, refund.id),
    )
    return Change(put(records, refunds=refund), later=later), refund


def _refund_data(refund: Refund) -> Mapping[str, Any]:
    assert refund.expected_by is not None
    return {
        "refund_id": refund.id,
        "amount_fen": refund.amount_fen,
        "channel": refund.channel,
        "expected_by": refund.expected_by.isoformat(),
    }


def issue_invoice(records: CustomerRecords, request: RemedyRequest, now: datetime) -> Outcome:
    """Orders that were fuelled and have no invoice get one; one that was asked for before is finished."""
    asked = request.details.get("order_ids") or [request.target_id]
    orders = [require(find(records.orders, order_id), "订单") for order_id in asked]
    unfit = [o for o in orders if o.status != "fuelled" or _refundable_fen(records, o) <= 0]
    if unfit:
        return refused(records, f"订单 {unfit[0].id} 还没有完成或已经退款，不能开票")
    known = [i for i in records.invoices if i.status in ("requested", "issued") and set(i.order_ids) & set(asked)]
    waiting = next((i for i in known if i.status == "requested" and set(i.order_ids) == set(asked)), None)
    if known and waiting is None:
        return refused(records, f"订单 {known[0].order_ids[0]} 已经开过发票，抬头是{known[0].title}")
    chosen = find(records.titles, str(request.details.get("title_id", "")))
    title = chosen.title if chosen is not None else str(request.details.get("title") or "")
    if not title:
        return refused(records, "没有说明发票抬头")
    invoice = Invoice(
        id=waiting.id if waiting is not None else new_id(records, 6, records.invoices, now),
        order_ids=tuple(o.id for o in orders),
        title=title,
        tax_number=chosen.tax_number if chosen is not None else request.details.get("tax_number"),
        amount_fen=sum(min(o.paid_fen, _refundable_fen(records, o)) for o in orders),
        status="issued",
        requested_at=waiting.requested_at if waiting is not None else now,
        issued_at=now,
    )
    email = str(request.details.get("email") or (chosen.email if chosen is not None else ""))
    event = Said(PlatformEventKind.INVOICE_ISSUED, invoice.id, invoice.order_ids[0], {"title": title})
    change = Change(put(records, invoices=invoice), events=(event,))
    return done(
        change, invoice.id, invoice_id=invoice.id, title=title, amount_fen=invoice.amount_fen, **_mail(email, records)
    )


def resend_invoice(records: CustomerRecords, request: RemedyRequest, now: datetime) -> Outcome:
    """An issued invoice is mailed again."""
    invoice = require(find(records.invoices, request.target_id), "发票")
    if invoice.status != "issued":
        return refused(records, "这张发票还没有开出来，开好后会自动发到您的邮箱")
    email = str(request.details.get("email") or "")
    return done(Change(records), invoice.id, invoice_id=invoice.id, title=invoice.title, **_mail(email, records))


def _mail(email: str, records: CustomerRecords) -> Mapping[str, str]:
    """The address it was sent to: the one given, or that of the customer's default title."""
    return {"email": email or next((t.email for t in records.titles if t.default), "")}
