"""The customers of the dialogue tests: one with a record of every kind, and some in other circumstances."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Callable, Mapping

from actions.wording import CHINA
from contracts.platform import FuelCard, GiftOrder, Invoice, InvoiceTitle, Order, PointsEntry, Refund, Station
from tests.actions.world import NOW, SmallPlatform, Talk, ago, coupon, order, payment, unfuelled


def _at(days: int, clock: str) -> datetime:
    hour, minute = (int(part) for part in clock.split(":"))
    return (NOW.astimezone(CHINA) - timedelta(days=days)).replace(hour=hour, minute=minute)


def _order(number: str, at: datetime, station: tuple[str, str], fen: int, **changes: Any) -> Order:
    values = {"station_id": station[0], "station_name": station[1], "paid_fen": fen, "listed_fen": fen, "pump_fen": fen}
    return order(number, at, **{**values, "litres": round(fen / 742, 2), "points_earned": fen // 100, **changes})


NORTH, EAST, TECH, RIVER, SOUTH = (
    ("S001", "城北站"),
    ("S002", "东环路站"),
    ("S003", "高新大道站"),
    ("S004", "滨江站"),
    ("S005", "南屏站"),
)
WAITING = unfuelled("O101", ago(minutes=6))
ORDERS = [
    WAITING,
    _order("O102", ago(hours=3), EAST, 15_000, gun="2", points_earned=0),
    _order("O103", _at(1, "15:20"), NORTH, 23_000, listed_fen=20_000, pump_fen=20_000, gun="5", fuel="95号"),
    _order("O104", _at(2, "12:10"), TECH, 26_000, gun="1", channel="alipay"),
    _order("O105", _at(3, "18:45"), RIVER, 30_000, gun="4", note="直降活动价未生效"),
    _order("O106", _at(5, "08:35"), SOUTH, 18_000, gun="6", status="refunding", points_earned=0),
    _order("O107", ago(days=9), EAST, 24_000, gun="2", coupon_id="C104"),
]
STATIONS = [
    Station(
        "S001", "城北站", "北辰大道 118 号", 25.04, 102.72, "全天", "0871-65500001", {"92号": 742, "95号": 789}, (), 2
    ),
    Station("S002", "东环路站", "东环路 45 号", 24.98, 102.76, "全天", "0871-65500002", {"92号": 745, "95号": 792}),
    Station("S003", "高新大道站", "高新大道 9 号", 25.0, 102.7, "06:00-23:00", "0871-65500003", {"92号": 739}, (), 5),
]


def full() -> SmallPlatform:
    """A gold customer with a record in each state that a flow needs."""
    twin = _at(2, "12:10")
    return SmallPlatform(
        known=ORDERS,
        coupon_list=[
            coupon("C101", _at(1, "19:10"), order_id=None),
            coupon(
                "C102", ago(days=6), "usable", title="满218减18加油券", threshold_fen=21_800, fuels=("92号", "95号")
            ),
            coupon("C104", ago(days=20), "used", title="满200减20加油券", used_order_id="O107"),
            coupon("C105", ago(days=38), "expired", title="满100减8加油券", valid_until=ago(days=8)),
        ],
        payment_list=[
            payment("P110", ago(minutes=40), amount_fen=10_000, status="failed", error_code="PAY-5003"),
            payment("P132", ago(hours=5), kind="recharge", amount_fen=50_000),
            payment(
                "P133",
                ago(hours=3),
                kind="points",
                channel="points",
                order_id="O102",
                amount_fen=1_000,
                status="failed",
            ),
            payment("P102", ago(hours=3), order_id="O102", amount_fen=15_000),
            payment("P131", twin + timedelta(seconds=48), order_id="O104", channel="alipay", amount_fen=26_000),
            payment("P104", twin, order_id="O104", channel="alipay", amount_fen=26_000),
        ],
        ledger=[
            PointsEntry("L5", "spend", -600, 3_400, ago(hours=30), None, "异地消费（滨江站）"),
            PointsEntry("L4", "earn", 312, 4_000, ago(days=2), "O104", "", {"paid_fen": 26_000, "level_factor": 1.2}),
            PointsEntry("L3", "earn", 360, 3_688, ago(days=3), "O105", "", {"paid_fen": 30_000, "level_factor": 1.2}),
            PointsEntry("L2", "earn", 576, 3_328, ago(days=9), "O107", "", {"paid_fen": 24_000, "campaign": 2.0}),
        ],
        gift_list=[
            GiftOrder("G101", "咖啡兑换券", True, 300, "failed", ago(hours=2)),
            GiftOrder(
                *("G102", "车用玻璃水", False, 800, "shipped", ago(days=4)),
                *(None, "顺通快递", "ST88200417", NOW + timedelta(days=3)),
            ),
            GiftOrder("G103", "视频会员月卡", True, 1_200, "redeemed", ago(days=11), "VIP-7K2Q"),
            GiftOrder("G104", "车载手机支架", False, 1_500, "redeemed", ago(days=20), promised_by=ago(days=9)),
        ],
        invoice_list=[
            Invoice("I101", ("O107",), "云南山海物流有限公司", "91530100MA6ABCDE2K", 24_000, "requested", ago(days=3)),
            Invoice("I102", ("O99",), "个人", None, 21_000, "issued", ago(days=15), ago(days=15)),
        ],
        card_list=[
            FuelCard("K101", "1000 **** **** 3316", "active", 32_000, ago(days=200)),
            FuelCard("K102", "1000 **** **** 8842", "frozen", 5_500, ago(days=400), "连续输错密码锁定"),
        ],
        refund_list=[
            Refund("R101", "O106", 18_000, "wechat", "sent", ago(days=4), ago(days=3), NOW + timedelta(days=1)),
        ],
        station_list=STATIONS,
        title_list=[InvoiceTitle("T1", "云南山海物流有限公司", "91530100MA6ABCDE2K", "cw@shanhai.cn", default=True)],
    )


def _late() -> SmallPlatform:
    """Whose refund is overdue."""
    sent = Refund("R101", "O106", 18_000, "wechat", "sent", ago(days=9), ago(days=8), ago(days=2))
    return replace(full(), refund_list=[sent])


def _fresh() -> SmallPlatform:
    """Who bought his coupon ten minutes ago."""
    return replace(full(), coupon_list=[coupon("C101", ago(minutes=10))])


def _moved() -> SmallPlatform:
    """Who fuelled everything: no order can be cancelled any more."""
    return replace(full(), known=ORDERS[1:])


def _sold_out() -> SmallPlatform:
    gone = GiftOrder("G105", "车载吸尘器", False, 2_000, "out_of_stock", ago(days=2))
    return replace(full(), gift_list=[gone])


def _delivered() -> SmallPlatform:
    here = GiftOrder("G106", "车用玻璃水", False, 800, "delivered", ago(days=6), None, "顺通快递", "ST88200417")
    return replace(full(), gift_list=[here])


CUSTOMERS: Mapping[str, Callable[[], SmallPlatform]] = {
    "full": full,
    "guest": full,
    "nobody": SmallPlatform,
    "down": lambda: SmallPlatform(down=True),
    "late": _late,
    "fresh": _fresh,
    "moved": _moved,
    "sold_out": _sold_out,
    "delivered": _delivered,
}
"""`guest` is not logged in, `nobody` has no records, `down`: the platform does not answer."""


def talk_of(name: str, **changes: Any) -> Talk:
    """A customer who begins to talk."""
    if name == "guest":
        changes["customer_id"] = None
    return Talk(CUSTOMERS[name](), **changes)
