"""The stations of the demo platform; made up."""

from __future__ import annotations

from contracts.platform import Station

_PRICES = {"92号": 742, "95号": 789, "98号": 902, "0号柴油": 705}


def _station(
    place: int, name: str, address: str, east: float, north: float, hours: str, queue: int, *facilities: str
) -> Station:
    shift = (place % 4) * 3
    return Station(
        id=f"S{place:03d}",
        name=name,
        address=address,
        latitude=24.98 + north,
        longitude=102.71 + east,
        open_hours=hours,
        phone=f"0871-6550{place:04d}",
        prices_fen={fuel: price - shift for fuel, price in _PRICES.items()},
        facilities=facilities,
        queue=queue,
    )


STATIONS: tuple[Station, ...] = (
    _station(1, "城北站", "北辰大道 118 号", 0.012, 0.061, "00:00-24:00", 2, "便利店", "洗车", "卫生间"),
    _station(2, "东环路站", "东环路 45 号", 0.055, 0.004, "00:00-24:00", 0, "便利店", "卫生间"),
    _station(3, "高新大道站", "高新大道 270 号", -0.043, 0.022, "06:00-23:00", 5, "便利店", "尿素加注"),
    _station(4, "滨江站", "滨江西路 9 号", -0.020, -0.038, "06:30-22:30", 1, "洗车", "充气"),
    _station(5, "南屏站", "南屏街 301 号", 0.003, -0.071, "00:00-24:00", 3, "便利店", "卫生间", "充气"),
    _station(6, "机场高速站", "机场高速 12 公里处", 0.121, 0.048, "00:00-24:00", 4, "便利店", "卫生间", "尿素加注"),
)
