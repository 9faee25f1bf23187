"""Pure decisions about the platform's events: what a ticket waits for, what is out of date, what is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Mapping, Sequence

from contracts.platform import Order, PlatformEvent, PlatformEventKind, Refund

Kind = PlatformEventKind
ANY_SUBJECT = "*"

_MONEY = frozenset(
    {
        "paid_not_fueled",
        "duplicate_charge",
        "amount_mismatch",
        "wrong_selection",
        "discount_not_applied",
        "location_discount_failed",
        "refund_request",
        "refund_progress",
        "points_refuel_failed",
    }
)
_MONEY_OF_ONE_ORDER = _MONEY - {"refund_progress"}
"""Another order's refund must not end these: they are put right only by an event of the order they name."""

SOLVES: Mapping[PlatformEventKind, frozenset[str]] = {
    Kind.ORDER_PAID: frozenset({"payment_failed"}),
    Kind.ORDER_FUELLED: frozenset({"paid_not_fueled"}),
    Kind.REFUND_ARRIVED: _MONEY,
    Kind.COUPON_GRANTED: frozenset({"coupon_not_received"}),
    Kind.POINTS_CHANGED: frozenset({"points_missing"}),
    Kind.GIFT_CODE_ISSUED: frozenset({"redeem_code_invalid", "redeem_failed"}),
    Kind.GIFT_DELIVERED: frozenset({"redeem_logistics"}),
    Kind.INVOICE_ISSUED: frozenset({"invoice_apply", "invoice_problem"}),
}
"""What an event puts right: the tickets of these categories that watch its subject."""

TOUCHES: Mapping[PlatformEventKind, frozenset[str]] = {
    Kind.ORDER_CANCELLED: _MONEY,
    Kind.REFUND_SENT: _MONEY,
    Kind.REFUND_REFUSED: _MONEY,
    Kind.GIFT_SHIPPED: frozenset({"redeem_logistics"}),
    Kind.CARD_CHANGED: frozenset({"card_lost_or_frozen", "card_bind_failed"}),
}
"""What is written to a ticket without ending it."""

WATCHED = frozenset().union(*SOLVES.values(), *TOUCHES.values())
TIMED = frozenset({"paid_not_fueled"})
"""A customer stands at the pump: people are called when nothing happens in time."""

TOLD_UNASKED = frozenset({Kind.REFUND_ARRIVED, Kind.REFUND_REFUSED, Kind.COUPON_GRANTED, Kind.GIFT_CODE_ISSUED})
"""Told to every customer who has a conversation; other events only to those who wait for them."""

_OVERTAKEN_BY: Mapping[PlatformEventKind, frozenset[PlatformEventKind]] = {
    Kind.ORDER_PAID: frozenset({Kind.ORDER_FUELLED, Kind.ORDER_CANCELLED}),
    Kind.ORDER_CANCELLED: frozenset({Kind.REFUND_ARRIVED}),
    Kind.REFUND_SENT: frozenset({Kind.REFUND_ARRIVED, Kind.REFUND_REFUSED}),
    Kind.GIFT_SHIPPED: frozenset({Kind.GIFT_DELIVERED}),
}

_ONCE = frozenset(_OVERTAKEN_BY) | {Kind.ORDER_FUELLED, Kind.REFUND_ARRIVED, Kind.REFUND_REFUSED, Kind.GIFT_DELIVERED}
"""A record goes through these once: told again under another id they are no news."""

SETTLED_AFTER = timedelta(minutes=10)
"""What we gave ourselves in a conversation ends its ticket only when the customer has nothing more to say to it."""

MAX_ATTEMPTS = 8
REMEMBERED = timedelta(days=30)
LOOK_BACK = timedelta(minutes=30)
"""Events this old are handled again for a ticket that is filed after they came."""

_CHANNELS = {"wechat": "微信", "alipay": "支付宝", "bank_card": "银行卡", "balance": "账户余额"}
_CANCELLED = ("cancelled", "refunding", "refunded")


@dataclass(frozen=True)
class Watch:
    """What a ticket waits for. `id` 0: it follows from the ticket alone, there is no row."""

    id: int
    conversation_id: str
    customer_id: str
    ticket_number: str
    category: str
    subject_id: str
    status: str
    created_at: datetime


def subjects(order_ids: Sequence[str], details: Mapping[str, Any]) -> Sequence[str]:
    """The records that a ticket is about; any of the customer's when none was found."""
    slots = details.get("slots") or {}
    named = [v for k, v in slots.items() if k.endswith("_id") and isinstance(v, str) and any(c.isdigit() for c in v)]
    return list(dict.fromkeys([*order_ids, *named])) or [ANY_SUBJECT]


def concerns(watch: Watch, event: PlatformEvent) -> bool:
    """Whether a watch is about the event's subject."""
    return watch.subject_id in (ANY_SUBJECT, event.subject_id, event.order_id)


def solves(watch: Watch, event: PlatformEvent) -> bool:
    """Whether the event puts right what the ticket was filed for."""
    if event.kind is Kind.POINTS_CHANGED and _figure(event.data, "change") <= 0:
        return False
    if watch.subject_id == ANY_SUBJECT and watch.category in _MONEY_OF_ONE_ORDER:
        return False
    return watch.category in SOLVES.get(event.kind, frozenset()) and concerns(watch, event)


def touches(watch: Watch, event: PlatformEvent) -> bool:
    """Whether the event belongs into the ticket's history without ending it."""
    return watch.category in TOUCHES.get(event.kind, frozenset()) and concerns(watch, event)


def overtaken(event: PlatformEvent, others: Sequence[PlatformEvent]) -> bool:
    """Whether a later step of the same record is known already, so that this one is no news."""
    later = _OVERTAKEN_BY.get(event.kind, frozenset())
    return any(
        other.kind in later and (other.subject_id == event.subject_id or other.order_id == event.subject_id)
        for other in others
    )


def repeated(event: PlatformEvent, others: Sequence[tuple[PlatformEvent, bool]]) -> bool:
    """Whether the same step of the same record was handled under another id. `others`: events, handled or not."""
    return event.kind in _ONCE and any(
        handled and other.id != event.id and (other.kind, other.subject_id) == (event.kind, event.subject_id)
        for other, handled in others
    )


def words(event: PlatformEvent) -> str | None:
    """The news in the customer's words; None for what is none to him. Figures come from the event alone."""
    data = event.data
    title = str(data.get("title") or "")
    order = f"（订单 {event.order_id}）" if event.order_id else ""
    match event.kind:
        case Kind.ORDER_PAID:
            return f"订单 {event.subject_id} 已经支付成功，可以加油了，不用再付一次。"
        case Kind.ORDER_FUELLED:
            return f"订单 {event.subject_id} 已经加上油了，祝您一路平安。"
        case Kind.ORDER_CANCELLED:
            return f"订单 {event.subject_id} 已经取消，钱会原路退回，到账会告诉您。"
        case Kind.REFUND_SENT:
            return f"退款{_amount(data)}已经打出{_to(data)}{order}，到账会告诉您。"
        case Kind.REFUND_ARRIVED:
            return f"您的退款{_amount(data)}已经到账{_to(data)}{order}，请您查收。"
        case Kind.REFUND_REFUSED:
            return f"退款{_amount(data)}没有通过审核{order}。您有不同意见的话，可以回复“转人工”，我们再核对。"
        case Kind.COUPON_GRANTED:
            return f"{title or '您的券'}已经到账，在「我的—优惠券」里可以看到。"
        case Kind.POINTS_CHANGED:
            change = _figure(data, "change")
            return f"{change} 积分已经入账{order}，在「我的—积分明细」里可以看到。" if change > 0 else None
        case Kind.GIFT_CODE_ISSUED:
            return f"{title or '您兑换的礼品'}的卡密已经发放，在「积分商城—我的兑换」里可以看到。"
        case Kind.GIFT_SHIPPED:
            where = f"，{data['carrier']} {data['tracking']}" if data.get("carrier") and data.get("tracking") else ""
            return f"{title or '您兑换的礼品'}已经发货{where}。"
        case Kind.GIFT_DELIVERED:
            return f"{title or '您兑换的礼品'}已经送达，请您查收。"
        case Kind.INVOICE_ISSUED:
            return f"您的发票已经开好{order}" + (f"，抬头：{title}" if title else "") + "。"
        case Kind.CARD_CHANGED:
            state = {"active": "恢复正常", "frozen": "冻结", "lost": "挂失"}.get(str(data.get("status")))
            return f"油卡 {data.get('number', '')} 已经{state}。" if state else None
        case Kind.STATION_OUTAGE:
            return "您反映的油站设备出了故障，正在抢修，恢复后会告诉您。急着加油的话，可以先去附近的油站。"
        case Kind.STATION_RESTORED:
            return "您反映的油站设备已经恢复，可以正常加油了。"


def settled(watch: Watch, orders: Sequence[Order], refunds: Sequence[Refund], now: datetime) -> PlatformEvent | None:
    """What has become of the watched order, as the event that would have told it; None while nothing has."""
    order = next((o for o in orders if o.id == watch.subject_id), None)
    if order is None:
        return None
    arrived = next((r for r in refunds if r.order_id == order.id and r.status == "arrived"), None)
    kind: PlatformEventKind | None = None
    subject, data = order.id, dict[str, Any]()
    if order.status == "fuelled":
        kind = Kind.ORDER_FUELLED
    elif arrived is not None:
        kind, subject, data = Kind.REFUND_ARRIVED, arrived.id, _money(arrived)
    elif order.status in _CANCELLED:
        kind = Kind.ORDER_CANCELLED
    if kind is None:
        return None
    return PlatformEvent(f"seen:{watch.id}:{kind.value}", kind, now, watch.customer_id, subject, order.id, data)


def _money(refund: Refund) -> dict[str, Any]:
    return {"amount_fen": refund.amount_fen, "channel": refund.channel}


def late_words(order_id: str, minutes: int, ticket_number: str) -> str:
    """Nothing happened to a paid order in time: said when people take over."""
    which = "" if order_id == ANY_SUBJECT else f"订单 {order_id} "
    return (
        f"已经过了 {minutes} 分钟，{which}还没有加上油，也没有退款。"
        f"我已经请人工接手工单 {ticket_number}，请您在站内安全的地方稍等，不要重复付款。"
    )


def pause(attempts: int) -> float:
    """Seconds until an event that could not be handled is tried again."""
    return float(min(2**attempts, 300))


def _amount(data: Mapping[str, Any]) -> str:
    fen = _figure(data, "amount_fen")
    if fen <= 0:
        return ""
    return f" {fen // 100} 元" if fen % 100 == 0 else f" {fen / 100:.2f} 元"


def _to(data: Mapping[str, Any]) -> str:
    channel = _CHANNELS.get(str(data.get("channel")))
    return f"（{channel}）" if channel else ""


def _figure(data: Mapping[str, Any], name: str) -> int:
    value = data.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
