"""Who the demo customers are: levels, ids, numbers, and the shape of what is known about one."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
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
from service.clock import CHINA

LEVELS = {"puka": "普卡", "gold": "金卡", "platinum": "白金", "diamond": "钻石"}
FACTORS = {"puka": 1.0, "gold": 1.2, "platinum": 1.5, "diamond": 2.0}
NAMES = {"puka": "陈师傅", "gold": "李女士", "platinum": "赵先生", "diamond": "周先生"}
PLATES = {"puka": "云A12D45", "gold": "云A7K689", "platinum": "云AB3520", "diamond": "云A90999"}


@dataclass(frozen=True)
class CustomerRecords:
    """All records of one customer, lists newest first."""

    customer: Customer
    orders: Sequence[Order]
    coupons: Sequence[Coupon]
    payments: Sequence[Payment]
    points: Sequence[PointsEntry]
    gifts: Sequence[GiftOrder]
    invoices: Sequence[Invoice]
    cards: Sequence[FuelCard]
    refunds: Sequence[Refund]
    titles: Sequence[InvoiceTitle]


def phone_of(customer_id: str) -> str:
    """The demo customer's made-up number."""
    return f"138{zlib.crc32(b'phone' + customer_id.encode()) % 100_000_000:08d}"


def number(customer_id: str, kind: int, place: int, at: datetime) -> str:
    """An id of the platform. `kind` is one digit (1 order, 2 coupon, …), `place` counts within customer and kind."""
    return f"{at:%y%m%d}{kind}{zlib.crc32(customer_id.encode()) % 100_000:05d}{place:02d}"


def level_of(customer_id: str) -> str | None:
    """The level of a demo customer id (`demo-gold`, `demo-gold-17`); None when it is none."""
    parts = customer_id.split("-")
    if len(parts) in (2, 3) and parts[0] == "demo" and parts[1] in LEVELS:
        return parts[1] if len(parts) == 2 or parts[2].isalnum() else None
    return None


class Maker:
    """Builds the records of one customer at one moment."""

    def __init__(self, customer_id: str, level: str, now: datetime) -> None:
        self.customer_id, self.level, self.now = customer_id, level, now
        self.factor = FACTORS[level]

    def ago(self, *, days: float = 0, hours: float = 0, minutes: float = 0) -> datetime:
        return self.now - timedelta(days=days, hours=hours, minutes=minutes)

    def day(self, days: int, clock: str) -> datetime:
        """A clock time in China, so many days before today."""
        hour, minute = clock.split(":")
        local = self.now.astimezone(CHINA) - timedelta(days=days)
        return local.replace(hour=int(hour), minute=int(minute), second=12, microsecond=0)

    def later(self, days: float) -> datetime:
        return self.now + timedelta(days=days)

    def number(self, kind: int, place: int, at: datetime) -> str:
        return number(self.customer_id, kind, place, at)

    def order(
        self,
        place: int,
        at: datetime,
        station: tuple[str, str],
        yuan: float,
        *,
        status: str = "fuelled",
        fuel: str = "92号",
        gun: str = "3",
        paid: float | None = None,
        pump: float | None = None,
        coupon_id: str | None = None,
        points_used: int = 0,
        note: str = "",
        channel: str = "wechat",
    ) -> Order:
        price = 7.42 if fuel == "92号" else 7.89 if fuel == "95号" else 7.05
        paid_yuan = yuan if paid is None else paid
        fuelled = status in ("fuelled", "refunding", "refunded") and pump != 0
        return Order(
            id=self.number(1, place, at),
            station_id=station[0],
            station_name=station[1],
            gun=gun,
            fuel=fuel,
            litres=round(yuan / price, 2),
            listed_fen=round(yuan * 100),
            paid_fen=round(paid_yuan * 100),
            pump_fen=round((yuan if pump is None else pump) * 100) if fuelled else None,
            status=status,
            created_at=at,
            paid_at=None if status == "failed" else at + timedelta(seconds=20),
            fuelled_at=at + timedelta(minutes=4) if fuelled else None,
            channel=channel,
            coupon_id=coupon_id,
            points_used=points_used,
            points_earned=round(paid_yuan * self.factor) if status == "fuelled" else 0,
            note=note,
        )
