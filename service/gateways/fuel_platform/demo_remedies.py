"""The demo platform's own rules: what it does and refuses when a remedy is asked for. Pure; time is passed in."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Callable, Mapping

from contracts.errors import NotFound
from contracts.platform import Coupon, Order, PlatformEventKind
from contracts.remedies import RemedyKind, RemedyRequest
from service.gateways.fuel_platform.demo_change import (
    Change,
    Entry,
    Outcome,
    Said,
    done,
    find,
    new_id,
    put,
    refused,
    require,
)
from service.gateways.fuel_platform.demo_data import LEVELS, CustomerRecords
from service.gateways.fuel_platform.demo_money import cancel_order, issue_invoice, refund, resend_invoice

Operation = Callable[[CustomerRecords, RemedyRequest, datetime], Outcome]

COUPON_DAYS = 30
_MOST = {"valid_days": 3650, "threshold_fen": 1_000_000}
RETURNED_AT_MOST_PERCENT = 110
"""Points of a redemption that went wrong come back with at most a tenth on top."""


def perform(records: CustomerRecords, request: RemedyRequest, now: datetime) -> Outcome:
    """Carry a remedy out on one customer's records.

    Raises:
        NotFound: the target is none of the customer's.
    """
    return _OPERATIONS[request.kind](records, request, now)


def _grant_coupon(records: CustomerRecords, request: RemedyRequest, now: datetime) -> Outcome:
    if not request.amount_fen or request.amount_fen < 0:
        return refused(records, "没有说明券的面值")
    threshold = _figure(request, "threshold_fen", 0)
    value = f"{request.amount_fen / 100:g}"
    title = f"满{threshold / 100:g}减{value}加油券" if threshold else f"{value}元无门槛加油券"
    coupon = Coupon(
        id=new_id(records, 2, records.coupons, now),
        title=str(request.details.get("title") or title),
        status="usable",
        bought_at=now,
        granted_at=now,
        valid_until=now + timedelta(days=_figure(request, "valid_days", COUPON_DAYS)),
        threshold_fen=threshold,
        value_fen=request.amount_fen,
        price_fen=0,
    )
    return _granted(records, coupon)


def _figure(request: RemedyRequest, name: str, otherwise: int) -> int:
    """A whole number out of the details, if it is a sensible one."""
    value = request.details.get(name)
    return value if isinstance(value, int) and 0 < value <= _MOST.get(name, 0) else otherwise


def _reissue_coupon(records: CustomerRecords, request: RemedyRequest, now: datetime) -> Outcome:
    coupon = require(find(records.coupons, request.target_id), "券")
    if coupon.status == "usable":
        return refused(records, f"{coupon.title}已经在您的卡包里，可以直接使用")
    if coupon.status == "used" and not _order_undone(records, coupon.used_order_id):
        return refused(records, f"{coupon.title}已经用在订单 {coupon.used_order_id} 上了")
    fresh = replace(
        coupon,
        status="usable",
        granted_at=now,
        valid_until=now + timedelta(days=_figure(request, "valid_days", COUPON_DAYS)),
        used_order_id=None,
    )
    return _granted(records, fresh)


def _order_undone(records: CustomerRecords, order_id: str | None) -> bool:
    order = find(records.orders, order_id)
    return order is None or order.status in ("cancelled", "refunding", "refunded", "failed")


def _granted(records: CustomerRecords, coupon: Coupon) -> Outcome:
    assert coupon.valid_until is not None
    event = Said(PlatformEventKind.COUPON_GRANTED, coupon.id, coupon.order_id, {"title": coupon.title})
    return done(
        Change(put(records, coupons=coupon), events=(event,)),
        coupon.id,
        coupon_id=coupon.id,
        title=coupon.title,
        amount_fen=coupon.value_fen,
        valid_until=coupon.valid_until.isoformat(),
    )


def _grant_points(records: CustomerRecords, request: RemedyRequest, now: datetime) -> Outcome:
    if not request.points or request.points < 0:
        return refused(records, "没有说明积分数")
    note = str(request.details.get("note") or "客服补发积分")
    order_id = request.target_id if find(records.orders, request.target_id) is not None else None
    return _with_points(records, Entry("earn", request.points, note, order_id), request.target_id)


def _return_points(records: CustomerRecords, request: RemedyRequest, now: datetime) -> Outcome:
    gift, order = find(records.gifts, request.target_id), find(records.orders, request.target_id)
    if request.target_id is not None and gift is None and order is None:
        raise NotFound("没有这笔兑换或订单")
    spent = gift.points if gift is not None else _points_spent(records, order) if order is not None else None
    points = request.points if request.points is not None else spent
    if not points or points < 0:
        return refused(records, "没有可退回的积分")
    returned = sum(e.change for e in records.points if e.kind == "return" and e.basis.get("for") == request.target_id)
    most = None if spent is None else spent * RETURNED_AT_MOST_PERCENT // 100
    if most is not None and returned + points > most:
        return refused(records, "这笔积分已经退回过了" if returned else f"这笔最多退回 {most} 分")
    note = str(request.details.get("note") or (f"退回积分：{gift.title}" if gift is not None else "退回积分"))
    basis = {"for": request.target_id} if request.target_id is not None else {}
    changed = put(records, gifts=replace(gift, status="failed")) if gift is not None and not gift.code else records
    return _with_points(changed, Entry("return", points, note, order.id if order else None, basis), request.target_id)


def _points_spent(records: CustomerRecords, order: Order) -> int:
    """What the order took from the ledger, also when it was not set against its price."""
    taken = -sum(e.change for e in records.points if e.kind == "spend" and e.order_id == order.id)
    return max(taken, order.points_used)


def _with_points(records: CustomerRecords, entry: Entry, subject_id: str | None) -> Outcome:
    balance = records.customer.points + entry.change
    event = Said(
        PlatformEventKind.POINTS_CHANGED,
        subject_id or records.customer.id,
        entry.order_id,
        {"change": entry.change, "balance": balance, "note": entry.note},
    )
    change = Change(records, entries=(entry,), events=(event,))
    return done(change, subject_id or "", points=entry.change, balance=balance)


def _reissue_code(records: CustomerRecords, request: RemedyRequest, now: datetime) -> Outcome:
    gift = require(find(records.gifts, request.target_id), "兑换")
    if not gift.virtual:
        return refused(records, f"{gift.title}是实物礼品，没有卡密可以补发")
    code = f"VIP-{now:%M%S}-{new_id(records, 5, records.gifts, now)[-6:]}"
    event = Said(PlatformEventKind.GIFT_CODE_ISSUED, gift.id, None, {"title": gift.title})
    change = Change(put(records, gifts=replace(gift, status="redeemed", code=code)), events=(event,))
    return done(change, gift.id, gift_id=gift.id, title=gift.title, code=code)


def _restore_level(records: CustomerRecords, request: RemedyRequest, now: datetime) -> Outcome:
    level = str(request.details.get("level", ""))
    if level not in LEVELS:
        return refused(records, "没有说明要恢复到哪个会员等级")
    change = Change(replace(records, customer=replace(records.customer, level=level)))
    return done(change, level, level=level, level_title=LEVELS[level])


def _account(frozen: bool) -> Operation:
    def run(records: CustomerRecords, request: RemedyRequest, now: datetime) -> Outcome:
        return done(Change(replace(records, customer=replace(records.customer, frozen=frozen))), records.customer.id)

    return run


def _card(status: str) -> Operation:
    def run(records: CustomerRecords, request: RemedyRequest, now: datetime) -> Outcome:
        card = require(find(records.cards, request.target_id), "加油卡")
        note = "" if status == "active" else str(request.details.get("note") or "应客户要求冻结")
        event = Said(PlatformEventKind.CARD_CHANGED, card.id, None, {"status": status, "number": card.number})
        change = Change(put(records, cards=replace(card, status=status, note=note)), events=(event,))
        return done(change, card.id, card_id=card.id, number=card.number)

    return run


_OPERATIONS: Mapping[RemedyKind, Operation] = {
    RemedyKind.CANCEL_ORDER: cancel_order,
    RemedyKind.REFUND: refund,
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
    RemedyKind.ISSUE_INVOICE: issue_invoice,
    RemedyKind.RESEND_INVOICE: resend_invoice,
}
