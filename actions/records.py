"""The platform's records in the customer's words, and as cards to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Mapping, Sequence

from actions.choice import NONE, Option
from actions.wording import clock, yuan
from contracts.platform import Coupon, FuelCard, GiftOrder, Invoice, Order, Payment, Refund

Record = Order | Coupon | GiftOrder | Invoice | FuelCard | Refund

CARD_LENGTH = 4
"""Records on one card; more are hard to tell apart on a phone."""

_ORDER_STATUS = {
    "paid": "已付款，未加油",
    "fuelled": "已加油",
    "cancelled": "已取消",
    "refunding": "退款中",
    "refunded": "已退款",
    "failed": "支付失败",
}
_COUPON_STATUS = {
    "pending": "待到账",
    "usable": "可使用",
    "used": "已使用",
    "expired": "已过期",
    "frozen": "已冻结",
}
_GIFT_STATUS = {
    "redeemed": "已兑换",
    "shipped": "已发货",
    "delivered": "已送达",
    "failed": "兑换失败",
    "out_of_stock": "缺货",
}
_INVOICE_STATUS = {"requested": "开票中", "issued": "已开具", "failed": "开票失败", "red": "已红冲"}
_CARD_STATUS = {"active": "正常", "lost": "已挂失", "frozen": "已冻结"}
_REFUND_STATUS = {
    "requested": "已申请，审核中",
    "approved": "审核通过，待打款",
    "sent": "已打款，等待到账",
    "arrived": "已到账",
    "refused": "未通过",
}
_CHANNELS = {"wechat": "微信", "alipay": "支付宝", "bank_card": "银行卡", "balance": "账户余额", "points": "积分"}


@dataclass(frozen=True)
class Item:
    """A record as a line of a card. `words` are what a customer may call it by."""

    id: str
    title: str
    note: str
    status: str
    words: tuple[str, ...] = ()


def channel(name: str) -> str:
    """A payment channel in Chinese."""
    return _CHANNELS.get(name, name)


def order_status(order: Order) -> str:
    return _ORDER_STATUS.get(order.status, order.status)


def refund_status(refund: Refund) -> str:
    return _REFUND_STATUS.get(refund.status, refund.status)


def gift_status(gift: GiftOrder) -> str:
    return _GIFT_STATUS.get(gift.status, gift.status)


def order_words(order: Order, now: datetime) -> str:
    """An order inside a sentence: `今天 10:32 在城北站 3 号枪付的 200 元（92号）`."""
    gun = f" {order.gun} 号枪" if order.gun else ""
    moment = order.paid_at or order.created_at
    return f"{clock(moment, now)} 在{order.station_name}{gun}付的 {yuan(order.paid_fen)}（{order.fuel}）"


def payment_words(payment: Payment, now: datetime) -> str:
    return f"{clock(payment.created_at, now)} {channel(payment.channel)}支付的 {yuan(payment.amount_fen)}"


def item(record: Record, now: datetime) -> Item:
    """Any record as a line of a card."""
    if isinstance(record, Order):
        moment = record.paid_at or record.created_at
        title = f"{clock(moment, now)} {record.station_name}"
        note = f"{yuan(record.paid_fen)} · {record.fuel} · {record.gun} 号枪"
        amount = f"{record.paid_fen / 100:g}"
        short = record.station_name.removesuffix("站")
        return Item(record.id, title, note, order_status(record), (record.station_name, short, record.id, amount))
    if isinstance(record, Coupon):
        note = f"{yuan(record.value_fen)} · {clock(record.bought_at, now)} 购买"
        status = _COUPON_STATUS.get(record.status, record.status)
        return Item(record.id, record.title, note, status, (record.title, record.id))
    if isinstance(record, GiftOrder):
        note = f"{record.points} 积分 · {clock(record.at, now)} 兑换"
        return Item(record.id, record.title, note, gift_status(record), (record.title, record.id))
    if isinstance(record, Invoice):
        note = f"{yuan(record.amount_fen)} · {clock(record.requested_at, now)} 申请"
        status = _INVOICE_STATUS.get(record.status, record.status)
        return Item(record.id, record.title, note, status, (record.title, record.id))
    if isinstance(record, FuelCard):
        status = _CARD_STATUS.get(record.status, record.status)
        return Item(
            record.id, f"油卡 {record.number}", f"余额 {yuan(record.balance_fen)}", status, (record.number[-4:],)
        )
    note = f"{channel(record.channel)} · {clock(record.requested_at, now)} 申请"
    return Item(record.id, f"退款 {yuan(record.amount_fen)}", note, refund_status(record), (record.id, record.order_id))


def picker(slot: str, records: Sequence[Record], now: datetime) -> tuple[tuple[Option, ...], Mapping[str, Any]]:
    """Options and card for choosing one of the records; the last option is "none of these"."""
    shown = [item(record, now) for record in records[:CARD_LENGTH]]
    options = tuple(Option(i.id, f"{i.title} {i.note.split(' · ')[0]}", i.words) for i in shown)
    card = {
        "type": "orders",
        "kind": slot.removesuffix("_id"),
        "items": [
            {
                "id": i.id,
                "title": i.title,
                "note": i.note,
                "status": i.status,
                "payload": f"answer:{slot}={i.id}",
            }
            for i in shown
        ],
    }
    return (*options, Option(NONE, "都不是")), card


def listed(records: Sequence[Record], now: datetime) -> Mapping[str, Any]:
    """A card that shows records without asking anything."""
    shown = [item(record, now) for record in records]
    kind = {
        Order: "order",
        Coupon: "coupon",
        GiftOrder: "gift",
        Invoice: "invoice",
        FuelCard: "card",
        Refund: "refund",
    }[type(records[0])]
    items = [{"id": i.id, "title": i.title, "note": i.note, "status": i.status} for i in shown]
    return {"type": "orders", "kind": kind, "items": items}
