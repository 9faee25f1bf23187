"""Another station as temporary help."""

from __future__ import annotations

from dataclasses import replace

from contracts.platform import Station
from tests.actions.world import SmallPlatform, Talk, ago, unfuelled

NORTH = Station("S1", "城北站", "北辰大道 118 号", 25.0, 102.0, "全天", "0871-1", {}, (), 0)
RIVER = replace(NORTH, id="S4", name="滨江站", address="滨江路 9 号", queue=2)
BUSY = replace(NORTH, id="S5", name="南屏站", queue=9)


async def said(stations: list[Station], minutes: int) -> str:
    platform = SmallPlatform(known=[unfuelled("O1", ago(minutes=minutes))], station_list=stations)
    return (await Talk(platform).say("钱扣了油枪没反应", "paid_not_fueled")).text


async def test_the_least_busy_other_station_after_waiting_in_vain() -> None:
    assert "可以先去滨江站（滨江路 9 号），现在排队约 2 辆" in await said([NORTH, BUSY, RIVER], 6)


async def test_not_before_the_pump_had_its_time() -> None:
    assert "可以先去" not in await said([NORTH, RIVER], 3)


async def test_no_other_station_or_only_busy_ones() -> None:
    assert "可以先去" not in await said([NORTH], 6)
    assert "可以先去" not in await said([NORTH, BUSY], 6)
