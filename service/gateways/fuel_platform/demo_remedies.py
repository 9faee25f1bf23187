"""The demo platform's own rules: what it does and refuses when a remedy is asked for. Pure; time is passed in."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Callable, Mapping

from contracts.errors import NotFound
from contracts.platform import Coupon, Invoice, Order, PlatformEventKind, Refund
from contracts.remedies import RemedyKind, RemedyReceipt, RemedyRequest
from service.gateways.fuel_platform.demo_change import Change, Due, Entry, R, Said, find, new_id, put
from service.gateways.fuel_platform.demo_data import LEVELS, CustomerRecords

Outcome = tuple[RemedyReceipt, Change]

# The demo's payment provider is quicker than a real one, so that a visitor sees the money arrive.
REFUND_SENT = timedelta(seconds=60)
REFUND_ARRIVES = timedelta(seconds=180)
REFUND_PROMISE = {"balance": timedelta(0), "bank_card": timedelta(days=7)}
REFUND_PROMISE_OTHERWISE = timedelta(days=3)
COUPON_DAYS = 30
RETURNED_AT_MOST_PERCENT = 110
"""Points of a redemption that went wrong come back with at most a tenth on top."""


def perform(records: CustomerRecords, request: RemedyRequest, now: datetime) -> Outcome:
    """Carry a remedy out on one customer's records.

    Raises:
        NotFound: the target is none of the customer's.
    """
    return _OPERATIONS[request.kind](records, request, now)


def _done(change: Change, reference: str, **data: Any) -> Outcome:
    return RemedyReceipt(True, reference, data=data), change


def _refused(records: CustomerRecords, reason: str) -> Outcome:
    return RemedyReceipt(False, reason=reason), Change(records)


def _require(found: R | None, what: str) -> R:
    if found is None:
        raise NotFound(f"没有这个{what}")
    return found


def _cancel_order(records: CustomerRecords, request: RemedyRequest, now: datetime) -> Outcome:
    order = _require(find(records.orders, request.target_id), "订单")
    if order.status == "cancelled":
        return _refused(records, "这笔订单已经取消过了")
    if order.status != "paid":
        return _refused(records, "这笔订单已经加过油或已在退款，不能取消")
    change, refund = with_refund(put(records, orders=replace(order, status="cancelled")), order, order.paid_fen, now)
    cancelled = Said(PlatformEventKind.ORDER_CANCELLED, order.id, order.id)
    return _done(replace(change, events=(cancelled, *change.events)), order.id, **_refund_data(refund))


def _refund(records: CustomerRecords, request: RemedyRequest, now: datetime) -> Outcome:
    order = _require(find(records.orders, request.target_id), "订单")
    left = _refundable_fen(records, order)
    amount = left if request.amount_fen is None else request.amount_fen
    if amount <= 0 or amount > left:
        reason = "这笔订单没有可退的金额" if left <= 0 else f"这笔订单最多还能退 {left / 100:.2f} 元"
        return _refused(records, reason)
    whole = amount >= left and order.status in ("paid", "fuelled")
    changed = put(records, orders=replace(order, status="refunding")) if whole else records
    change, refund = with_refund(changed, order, amount, now)
    return _done(change, refund.id, **_refund_data(refund))


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


def _grant_coupon(records: CustomerRecords, request: RemedyRequest, now: datetime) -> Outcome:
    if not request.amount_fen or request.amount_fen < 0:
        return _refused(records, "没有说明券的面值")
    threshold = int(request.details.get("threshold_fen", 0))
    value = f"{request.amount_fen / 100:g}"
    title = f"满{threshold / 100:g}减{value}加油券" if threshold else f"{value}元无门槛加油券"
    coupon = Coupon(
        id=new_id(records, 2, records.coupons, now),
        title=str(request.details.get("title") or title),
        status="usable",
        bought_at=now,
        granted_at=now,
        valid_until=now + timedelta(days=int(request.details.get("valid_days") or COUPON_DAYS)),
        threshold_fen=threshold,
        value_fen=request.amount_fen,
        price_fen=0,
    )
    return _granted(records, coupon)


def _reissue_coupon(records: CustomerRecords, request: RemedyRequest, now: datetime) -> Outcome:
    coupon = _require(find(records.coupons, request.target_id), "券")
    if coupon.status == "usable":
        return _refused(records, f"{coupon.title}已经在您的卡包里，可以直接使用")
    if coupon.status == "used" and not _order_undone(records, coupon.used_order_id):
        return _refused(records, f"{coupon.title}已经用在订单 {coupon.used_order_id} 上了")
    fresh = replace(
        coupon,
        status="usable",
        granted_at=now,
        valid_until=now + timedelta(days=int(request.details.get("valid_days") or COUPON_DAYS)),
        used_order_id=None,
    )
    return _granted(records, fresh)


def _order_undone(records: CustomerRecords, order_id: str | None) -> bool:
    order = find(records.orders, order_id)
    return order is None or order.status in ("cancelled", "refunding", "refunded", "failed")


def _granted(records: CustomerRecords, coupon: Coupon) -> Outcome:
    assert coupon.valid_until is not None
    event = Said(PlatformEventKind.COUPON_GRANTED, coupon.id, coupon.order_id, {"title": coupon.title})
    return _done(
        Change(put(records, coupons=coupon), events=(event,)),
        coupon.id,
        coupon_id=coupon.id,
        title=coupon.title,
        amount_fen=coupon.value_fen,
        valid_until=coupon.valid_until.isoformat(),
    )


def _grant_points(records: CustomerRecords, request: RemedyRequest, now: datetime) -> Outcome:
    if not request.points or request.points < 0:
        return _refused(records, "没有说明积分数")
    note = str(request.details.get("note") or "客服补发积分")
    order_id = request.target_id if find(records.orders, request.target_id) is not None else None
    return _with_points(records, Entry("earn", request.points, note, order_id), request.target_id)


def _return_points(records: CustomerRecords, request: RemedyRequest, now: datetime) -> Outcome:
    gift, order = find(records.gifts, request.target_id), find(records.orders, request.target_id)
    if request.target_id is not None and gift is None and order is None:
        raise NotFound("没有这笔兑换或订单")
    spent = gift.points if gift is not None else order.points_used if order is not None else None
    points = request.points if request.points is not None else spent
    if not points or points < 0:
        return _refused(records, "没有可退回的积分")
    returned = sum(e.change for e in records.points if e.kind == "return" and e.basis.get("for") == request.target_id)
    most = None if spent is None else spent * RETURNED_AT_MOST_PERCENT // 100
    if most is not None and returned + points > most:
        return _refused(records, "这笔积分已经退回过了" if returned else f"这笔最多退回 {most} 分")
    note = str(request.details.get("note") or (f"退回积分：{gift.title}" if gift is not None else "退回积分"))
    basis = {"for": request.target_id} if request.target_id is not None else {}
    changed = put(records, gifts=replace(gift, status="failed")) if gift is not None and not gift.code else records
    return _with_points(changed, Entry("return", points, note, order.id if order else None, basis), request.target_id)


def _with_points(records: CustomerRecords, entry: Entry, subject_id: str | None) -> Outcome:
    balance = records.customer.points + entry.change
    event = Said(
        PlatformEventKind.POINTS_CHANGED,
        subject_id or records.customer.id,
        entry.order_id,
        {"change": entry.change, "balance": balance, "note": entry.note},
    )
    change = Change(records, entries=(entry,), events=(event,))
    return _done(change, subject_id or "", points=entry.change, balance=balance)


def _reissue_code(records: CustomerRecords, request: RemedyRequest, now: datetime) -> Outcome:
    gift = _require(find(records.gifts, request.target_id), "兑换")
    if not gift.virtual:
        return _refused(records, f"{gift.title}是实物礼品，没有卡密可以补发")
    code = f"VIP-{now:%M%S}-{new_id(records, 5, records.gifts, now)[-6:]}"
    event = Said(PlatformEventKind.GIFT_CODE_ISSUED, gift.id, None, {"title": gift.title})
    change = Change(put(records, gifts=replace(gift, status="redeemed", code=code)), events=(event,))
    return _done(change, gift.id, gift_id=gift.id, title=gift.title, code=code)


def _restore_level(records: CustomerRecords, request: RemedyRequest, now: datetime) -> Outcome:
    level = str(request.details.get("level", ""))
    if level not in LEVELS:
        return _refused(records, "没有说明要恢复到哪个会员等级")
    change = Change(replace(records, customer=replace(records.customer, level=level)))
    return _done(change, level, level=level, level_title=LEVELS[level])


def _account(frozen: bool) -> Operation:
    def run(records: CustomerRecords, request: RemedyRequest, now: datetime) -> Outcome:
        return _done(Change(replace(records, customer=replace(records.customer, frozen=frozen))), records.customer.id)

    return run


def _card(status: str) -> Operation:
    def run(records: CustomerRecords, request: RemedyRequest, now: datetime) -> Outcome:
        card = _require(find(records.cards, request.target_id), "加油卡")
        note = "" if status == "active" else str(request.details.get("note") or "应客户要求冻结")
        event = Said(PlatformEventKind.CARD_CHANGED, card.id, None, {"status": status, "number": card.number})
        change = Change(put(records, cards=replace(card, status=status, note=note)), events=(event,))
        return _done(change, card.id, card_id=card.id, number=card.number)

    return run


def _issue_invoice(records: CustomerRecords, request: RemedyRequest, now: datetime) -> Outcome:
    asked = request.details.get("order_ids") or [request.target_id]
    orders = [_require(find(records.orders, order_id), "订单") for order_id in asked]
    unfit = [o for o in orders if o.status != "fuelled" or _refundable_fen(records, o) <= 0]
    if unfit:
        return _refused(records, f"订单 {unfit[0].id} 还没有完成或已经退款，不能开票")
    known = [i for i in records.invoices if i.status in ("requested", "issued") and set(i.order_ids) & set(asked)]
    waiting = next((i for i in known if i.status == "requested" and set(i.order_ids) == set(asked)), None)
    if known and waiting is None:
        return _refused(records, f"订单 {known[0].order_ids[0]} 已经开过发票，抬头是{known[0].title}")
    chosen = find(records.titles, str(request.details.get("title_id", "")))
    title = chosen.title if chosen is not None else str(request.details.get("title") or "")
    if not title:
        return _refused(records, "没有说明发票抬头")
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
    return _done(
        change, invoice.id, invoice_id=invoice.id, title=title, amount_fen=invoice.amount_fen, **_mail(email, records)
    )


def _resend_invoice(records: CustomerRecords, request: RemedyRequest, now: datetime) -> Outcome:
    invoice = _require(find(records.invoices, request.target_id), "发票")
    if invoice.status != "issued":
        return _refused(records, "这张发票还没有开出来，开好后会自动发到您的邮箱")
    email = str(request.details.get("email") or "")
    return _done(Change(records), invoice.id, invoice_id=invoice.id, title=invoice.title, **_mail(email, records))


def _mail(email: str, records: CustomerRecords) -> Mapping[str, str]:
    """The address it was sent to: the one given, or that of the customer's default title."""
    return {"email": email or next((t.email for t in records.titles if t.default), "")}


Operation = Callable[[CustomerRecords, RemedyRequest, datetime], Outcome]

_OPERATIONS: Mapping[RemedyKind, Operation] = {
    RemedyKind.CANCEL_ORDER: _cancel_order,
    RemedyKind.REFUND: _refund,
    RemedyKind.GRANT_COUPON: _grant_coupon,
    RemedyKind.REISSUE_COUPON: _reissue_coupon,
    RemedyKind.GRANT_POINTS: _grant_points,
    RemedyKind.RETURN_POINTS: _return_points,
    RemedyKind.REISSUE_CODE: _reissue_code,
    RemedyKind.RESTORE_LEVEL: _restore_level,
    RemedyKind.FREEZE_ACCOUNT: _account(frozen=True),
    RemedyKind.UNFREEZE_ACCOUNT: _account(frozen=False),
    RemedyKind.FREEZE_CARD: _card("frozen"),
    RemedyKind.UNFREEZE_CARD: _card("active"),
    RemedyKind.ISSUE_INVOICE: _issue_invoice,
    RemedyKind.RESEND_INVOICE: _resend_invoice,
}
