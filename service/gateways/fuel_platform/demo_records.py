"""What the demo platform knows about a demo customer, relative to the moment he is first asked for.

Every customer has a record in each state that a flow needs: a paid order without fuel, an overdue coupon, a double
payment, a wrong amount, a refund on its way, a failed points payment, a broken gift code, and ordinary ones.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Sequence

from contracts.platform import (
    Coupon,
    Customer,
    FuelCard,
    GiftOrder,
    Invoice,
    InvoiceTitle,
    Order,
    Payment,
    PointsEntry,
    Refund,
)
from service.gateways.fuel_platform.demo_data import NAMES, PLATES, CustomerRecords, Maker, phone_of

NORTH, EAST, TECH, RIVER, SOUTH = (
    ("S001", "城北站"),
    ("S002", "东环路站"),
    ("S003", "高新大道站"),
    ("S004", "滨江站"),
    ("S005", "南屏站"),
)


def build(customer_id: str, level: str, now: datetime) -> CustomerRecords:
    """The records of a demo customer as of `now`."""
    make = Maker(customer_id, level, now)
    orders = _orders(make)
    points = _points(make, orders)
    customer = Customer(
        id=customer_id,
        name=NAMES[level],
        level=level,
        phone=phone_of(customer_id),
        points=points[0].balance,
        balance_fen=12_650,
        plates=(PLATES[level],),
        station_id="S001",
    )
    return CustomerRecords(
        customer=customer,
        orders=orders,
        coupons=_coupons(make, orders),
        payments=_payments(make, orders),
        points=points,
        gifts=_gifts(make),
        invoices=_invoices(make, orders),
        cards=_cards(make),
        refunds=_refunds(make, orders),
        titles=_titles(make),
    )


def _orders(make: Maker) -> list[Order]:
    ago, day = make.ago, make.day
    return [
        make.order(1, ago(minutes=6), NORTH, 200, status="paid", gun="3"),
        make.order(2, ago(hours=3), EAST, 150, gun="2", note="积分抵扣未成功，按全额支付"),
        make.order(3, day(1, "15:20"), NORTH, 200, paid=230, pump=200, gun="5", fuel="95号"),
        make.order(4, day(2, "12:10"), TECH, 260, gun="1", channel="alipay"),
        make.order(5, day(3, "18:45"), RIVER, 300, gun="4", note="直降活动价未生效"),
        make.order(6, day(5, "08:35"), SOUTH, 180, status="refunding", gun="6", pump=0),
        make.order(7, ago(days=9), EAST, 240, gun="2", coupon_id=make.number(2, 4, ago(days=20))),
        make.order(8, ago(days=16), NORTH, 210, fuel="95号", gun="7"),
        make.order(9, ago(days=24), SOUTH, 190, gun="6"),
        make.order(10, ago(minutes=40), NORTH, 100, status="failed", gun="3"),
    ]


def _coupons(make: Maker, orders: Sequence[Order]) -> list[Coupon]:
    ago, later = make.ago, make.later
    bought = make.day(1, "19:10")
    return [
        Coupon(
            make.number(2, 1, bought),
            "满200减25加油券",
            "pending",
            bought,
            None,
            None,
            20_000,
            2_500,
            990,
        ),
        Coupon(
            make.number(2, 2, ago(days=6)),
            "满218减18加油券",
            "usable",
            ago(days=6),
            ago(days=6),
            later(24),
            21_800,
            1_800,
            0,
            ("92号", "95号"),
        ),
        Coupon(
            make.number(2, 3, ago(days=12)),
            "柴油满500减30券",
            "usable",
            ago(days=12),
            ago(days=12),
            later(18),
            50_000,
            3_000,
            0,
            ("0号柴油",),
            ("S003", "S006"),
        ),
        Coupon(
            make.number(2, 4, ago(days=20)),
            "满200减20加油券",
            "used",
            ago(days=20),
            ago(days=20),
            later(10),
            20_000,
            2_000,
            500,
            used_order_id=orders[6].id,
        ),
        Coupon(
            make.number(2, 5, ago(days=38)),
            "满100减8加油券",
            "expired",
            ago(days=38),
            ago(days=38),
            ago(days=8),
            10_000,
            800,
            0,
        ),
    ]


def _payments(make: Maker, orders: Sequence[Order]) -> list[Payment]:
    def of_order(place: int, order: Order, **changes: object) -> Payment:
        status = "failed" if order.status == "failed" else "success"
        values = {
            "id": make.number(3, place, order.created_at),
            "kind": "order",
            "order_id": order.id,
            "channel": order.channel,
            "amount_fen": order.paid_fen,
            "status": status,
            "created_at": order.created_at,
            "error_code": "PAY-5003" if status == "failed" else None,
            **changes,
        }
        return Payment(**values)  # type: ignore[arg-type]

    first = [of_order(n, order) for n, order in enumerate(orders, start=1)]
    twin = of_order(31, orders[3], created_at=orders[3].created_at + timedelta(seconds=48))
    others = [
        Payment(
            make.number(3, 32, make.ago(hours=5)), "recharge", None, "wechat", 50_000, "success", make.ago(hours=5)
        ),
        Payment(
            make.number(3, 33, orders[1].created_at),
            "points",
            orders[1].id,
            "points",
            1_000,
            "failed",
            orders[1].created_at,
            "PTS-2107",
        ),
        Payment(
            make.number(3, 34, make.day(1, "19:10")), "coupon", None, "wechat", 990, "success", make.day(1, "19:10")
        ),
    ]
    return sorted([*first, twin, *others], key=lambda p: p.created_at, reverse=True)


def _points(make: Maker, orders: Sequence[Order]) -> list[PointsEntry]:
    """The ledger: oldest entry first while balances are summed, then turned round."""
    changes: list[tuple[datetime, str, int, str | None, str, dict[str, object]]] = []
    for order in orders:
        # The order of yesterday never got its points; the one three hours ago still may.
        if order.status == "fuelled" and order.id not in (orders[1].id, orders[2].id):
            campaign = 2.0 if order.id == orders[7].id else 1.0
            earned = round(order.paid_fen / 100 * make.factor * campaign)
            basis: dict[str, object] = {"paid_fen": order.paid_fen, "level_factor": make.factor, "campaign": campaign}
            at = (order.fuelled_at or order.created_at) + timedelta(hours=2)
            changes.append((at, "earn", earned, order.id, "加油得积分", basis))
    changes.append((make.ago(days=60), "earn", 4200, None, "历史积分", {}))
    changes.append((make.ago(days=11), "spend", -1200, None, "兑换视频会员月卡", {}))
    changes.append((make.ago(days=4), "spend", -800, None, "兑换车用玻璃水", {}))
    changes.append((make.ago(hours=30), "spend", -600, None, "异地消费（滨江站）", {}))
    changes.sort(key=lambda change: change[0])
    balance, entries = 0, []
    for place, (at, kind, change, order_id, note, basis) in enumerate(changes, start=1):
        balance += change
        entries.append(PointsEntry(make.number(4, place, at), kind, change, balance, at, order_id, note, basis))
    return entries[::-1]


def _gifts(make: Maker) -> list[GiftOrder]:
    ago = make.ago
    return [
        GiftOrder(make.number(5, 1, ago(hours=2)), "咖啡兑换券", True, 300, "failed", ago(hours=2)),
        GiftOrder(
            make.number(5, 2, ago(days=4)),
            "车用玻璃水",
            False,
            800,
            "shipped",
            ago(days=4),
            None,
            "顺通快递",
            "ST88200417",
            make.now + timedelta(days=3),
        ),
        GiftOrder(
            make.number(5, 3, ago(days=11)), "视频会员月卡", True, 1200, "redeemed", ago(days=11), "VIP-****-7K2Q"
        ),
        GiftOrder(
            make.number(5, 4, ago(days=20)),
            "车载手机支架",
            False,
            1500,
            "redeemed",
            ago(days=20),
            None,
            None,
            None,
            ago(days=9),
        ),
    ]


def _invoices(make: Maker, orders: Sequence[Order]) -> list[Invoice]:
    return [
        Invoice(
            make.number(6, 1, make.ago(days=3)),
            (orders[6].id,),
            "云南山海物流有限公司",
            "91530100MA6XXXXX2K",
            orders[6].paid_fen,
            "requested",
            make.ago(days=3),
        ),
        Invoice(
            make.number(6, 2, make.ago(days=15)),
            (orders[7].id,),
            "个人",
            None,
            orders[7].paid_fen,
            "issued",
            make.ago(days=15),
            make.ago(days=15),
        ),
    ]


def _titles(make: Maker) -> list[InvoiceTitle]:
    mail = f"{make.customer_id}@example.com"
    return [
        InvoiceTitle(make.number(9, 1, make.now), "云南山海物流有限公司", "91530100MA6XXXXX2K", mail, default=True),
        InvoiceTitle(make.number(9, 2, make.now), "个人", None, mail),
    ]


def _cards(make: Maker) -> list[FuelCard]:
    return [
        FuelCard(make.number(7, 1, make.ago(days=200)), "1000 **** **** 3316", "active", 32_000, make.ago(days=200)),
        FuelCard(
            make.number(7, 2, make.ago(days=400)),
            "1000 **** **** 8842",
            "frozen",
            5_500,
            make.ago(days=400),
            "连续输错密码锁定",
        ),
    ]


def _refunds(make: Maker, orders: Sequence[Order]) -> list[Refund]:
    order = orders[5]
    return [
        Refund(
            make.number(8, 1, make.ago(days=4)),
            order.id,
            order.paid_fen,
            order.channel,
            "sent",
            make.ago(days=4),
            make.ago(days=3),
            make.now + timedelta(days=1),
        ),
    ]
