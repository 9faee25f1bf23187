"""Why a coupon cannot be chosen, and what is nearest to a remedy."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.entities import AMOUNT, FUEL, STATION
from contracts.platform import Coupon, Station
from tests.actions.world import SmallPlatform, Talk, ago, coupon, entity, order

RIVER = Station("S4", "滨江站", "滨江路 9 号", 25.0, 102.0, "全天", "0871-1", {})


def usable(number: str = "C1", **changes: Any) -> Coupon:
    return coupon(number, ago(days=5), **{"status": "usable", **changes})


@pytest.mark.parametrize(
    ("changes", "text", "heard", "reason"),
    [
        ({}, "加180选不了券", [entity(AMOUNT, 180, "180")], "满 200 元可用，再加 20 元就满足了"),
        (
            {"fuels": ("92号", "95号")},
            "加98号用不了",
            [entity(FUEL, "98号", "98号")],
            "限 92号、95号，您加的油号不在里面",
        ),
        ({"fuels": ("92号",)}, "加92#用不了", [entity(FUEL, "92号", "92#")], "使用条件是：满 200 元可用，限 92号"),
        ({"station_ids": ("S4",)}, "在城北站用不了", [entity(STATION, "城北站", "城北站")], "只能在滨江站用"),
        ({"station_ids": ("S4",)}, "用不了", [], "限滨江站"),
        ({"station_ids": ("S9",)}, "用不了", [], "限指定油站"),
        ({}, "两张券一起用不了", [], "一单最多用 1 张"),
        ({"status": "frozen"}, "券是灰的", [], "冻结状态"),
        ({"threshold_fen": 0}, "券选不了", [], "状态和有效期都正常"),
    ],
)
async def test_the_failing_condition(changes: dict[str, Any], text: str, heard: list[Any], reason: str) -> None:
    platform = SmallPlatform(coupon_list=[usable(**changes)], station_list=[RIVER])
    turn = await Talk(platform).say(text, "coupon_unusable", heard)
    assert reason in turn.text


async def test_all_that_fails_is_said_at_once() -> None:
    platform = SmallPlatform(coupon_list=[usable(fuels=("92号",))])
    heard = [entity(AMOUNT, 150, "150"), entity(FUEL, "95号", "95号")]
    turn = await Talk(platform).say("95号加150券用不了", "coupon_unusable", heard)
    assert "再加 50 元" in turn.text
    assert "限 92号" in turn.text


async def test_a_coupon_that_fits_is_named_instead() -> None:
    small = usable("C2", title="满100减8加油券", threshold_fen=10_000, value_fen=800)
    here = usable("C3", title="满100减9滨江券", threshold_fen=10_000, value_fen=900, station_ids=("S4",))
    platform = SmallPlatform(coupon_list=[usable(), small, here])
    talk = Talk(platform)
    asked = await talk.say("加150用不了券", "coupon_unusable", [entity(AMOUNT, 150, "150")])
    assert asked.asked == "coupon_id"
    turn = await talk.say("满200那张")
    assert "可以用您的「满100减8加油券」" in turn.text


async def test_a_coupon_that_was_spent_is_shown_where() -> None:
    spent = coupon("C2", ago(days=20), "used", title="满200减20加油券", used_order_id="O7")
    platform = SmallPlatform(known=[order("O7", ago(days=9))], coupon_list=[usable(), spent])
    turn = await Talk(platform).say("我那张满200减20的券咋不见了", "coupon_unusable")
    assert "5月26日 10:38 在城北站" in turn.text
    assert turn.buttons["不是我用的"] == "intent:account_security"
    assert turn.outcome == "solved"
