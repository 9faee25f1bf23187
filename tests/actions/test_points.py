"""Points."""

from __future__ import annotations

import pytest

from contracts.effects import HandOff
from contracts.platform import PointsEntry
from tests.actions.world import SmallPlatform, Talk, ago, entity, order, payment

FAILED = payment("P1", ago(hours=3), kind="points", channel="points", order_id="O2", status="failed", amount_fen=1_000)


async def test_the_three_causes_are_asked_with_buttons() -> None:
    asked = await Talk(SmallPlatform(payment_list=[FAILED])).say("用分加油没成功", "points_refuel_failed")
    assert list(asked.buttons) == ["支付失败", "积分扣了没抵油钱", "加油机故障"]
    assert asked.effects == ()
    assert "今天 07:38" in asked.text


@pytest.mark.parametrize(
    ("title", "department"), [("支付失败", "tech"), ("积分扣了没抵油钱", "ops"), ("加油机故障", "station")]
)
async def test_the_cause_decides_the_department(title: str, department: str) -> None:
    talk = Talk(SmallPlatform(payment_list=[FAILED]))
    asked = await talk.say("用分加油没成功", "points_refuel_failed")
    turn = await talk.press(title, asked)
    assert turn.ticket.department == department
    assert turn.ticket.order_ids == ("O2",)
    assert turn.ticket.details["cause"] in ("payment_failed", "points_deducted", "device_fault")


@pytest.mark.parametrize(
    ("text", "department"),
    [
        ("积分扣了油钱照样收了全款", "ops"),
        ("拿分换的油，枪举半天一滴没出", "station"),
        ("用积分付油钱给我弹失败", "tech"),
    ],
)
async def test_a_cause_that_was_said_is_not_asked(text: str, department: str) -> None:
    turn = await Talk().say(text, "points_refuel_failed")
    assert turn.ticket.department == department


async def test_a_typed_answer_and_two_useless_ones() -> None:
    talk = Talk()
    await talk.say("用分加油没成功", "points_refuel_failed")
    assert (await talk.say("第三个")).ticket.department == "station"
    other = Talk()
    await other.say("用分加油没成功", "points_refuel_failed")
    again = await other.say("就那样呗")
    assert again.asked == "cause"
    assert [r["custom"].get("outcome") for r in again.responses] == ["not_understood"]
    assert (await other.say("你自己看")).ticket.department == "tech"


def earned(number: str, order_id: str, at_days: float, change: int = 240, **basis: object) -> PointsEntry:
    return PointsEntry(number, "earn", change, 5_000, ago(days=at_days), order_id, "加油得积分", basis)


async def test_missing_points_after_their_time_are_filed() -> None:
    platform = SmallPlatform(known=[order("O1", ago(hours=3)), order("O2", ago(days=2))])
    turn = await Talk(platform).say("加完油积分没给我", "points_missing")
    assert turn.ticket.order_ids == ("O2",)
    assert "漏了" in turn.text


async def test_points_within_their_time_are_awaited() -> None:
    turn = await Talk(SmallPlatform(known=[order("O1", ago(hours=3))])).say("积分没到", "points_missing")
    assert turn.outcome == "solved"
    assert "明天 07:42" in turn.text


async def test_points_of_several_fresh_orders_are_awaited_without_asking() -> None:
    platform = SmallPlatform(known=[order("O1", ago(hours=3)), order("O2", ago(hours=20))])
    turn = await Talk(platform).say("加完油积分没给我", "points_missing")
    assert turn.outcome == "solved"


async def test_points_that_arrived_are_shown_with_their_basis() -> None:
    entry = earned("E1", "O1", 1.9, paid_fen=20_000, level_factor=1.2)
    talk = Talk(SmallPlatform(known=[order("O1", ago(days=2))], ledger=[entry]))
    asked = await talk.say("这次积分少了一半", "points_missing")
    assert asked.asked == "solved"
    assert "+240 分" in asked.text
    assert "实付 200 元，等级 1.2 倍" in asked.text
    turn = await talk.say("不对，应该更多")
    assert turn.ticket.department == "ops"
    assert "积分流水" not in turn.text


async def test_balance_and_ledger() -> None:
    ledger = [earned("E1", "O1", 1), PointsEntry("E0", "spend", -600, 4_760, ago(days=3), None, "兑换咖啡券")]
    talk = Talk(SmallPlatform(ledger=ledger))
    turn = await talk.say("我还有多少积分", "points_query")
    assert "5000 积分" in turn.text
    assert "50.00 元" in turn.text
    assert "-600 分（兑换咖啡券）" in turn.text
    assert talk.ports.planned == 0
    assert "登录" in (await Talk(customer_id=None).say("查积分", "points_query")).text


async def test_unreachable_platform_is_said_to_who_asks_for_points() -> None:
    turn = await Talk(SmallPlatform(down=True)).say("查积分", "points_query")
    assert "连不上" in turn.text


async def test_stolen_points_are_filed_and_handed_over() -> None:
    spent = PointsEntry("E1", "spend", -600, 4_000, ago(hours=30), "O9", "异地消费（滨江站）")
    turn = await Talk(SmallPlatform(ledger=[spent])).say("我的积分被盗刷了", "points_stolen")
    assert "异地消费" in turn.text
    assert (turn.ticket.department, turn.ticket.priority) == ("security", "P0")
    hand_off = turn.one(HandOff)
    assert (hand_off.reason, hand_off.rule, hand_off.department) == ("critical_intent", "points_stolen", "security")
    assert turn.outcome == "handed_off"


async def test_points_are_explained_from_the_ledger() -> None:
    ledger = [
        earned("E1", "O1", 1, 200, paid_fen=20_000, campaign=1.0),
        earned("E2", "O2", 9, 400, paid_fen=20_000, campaign=2.0),
    ]
    talk = Talk(SmallPlatform(known=[order("O1", ago(days=1)), order("O2", ago(days=9))], ledger=ledger))
    asked = await talk.say("为什么相同加油金额获得积分不同", "points_explain")
    assert "活动 2 倍" in asked.text
    assert "活动 1" not in asked.text
    assert (await talk.say("明白了")).outcome == "solved"
    await talk.say("为什么不同", "points_explain")
    turn = await talk.say("还是不对")
    assert turn.ticket.priority == "P3"
    assert turn.ticket.order_ids == ("O1", "O2")


async def test_points_that_cannot_be_explained_are_filed() -> None:
    turn = await Talk().say("为什么积分不同", "points_explain")
    assert turn.outcome == "filed"


async def test_two_entries_are_compared_even_when_one_is_named() -> None:
    ledger = [
        PointsEntry("L2", "earn", 312, 900, ago(days=2), "O1", basis={"paid_fen": 26_000, "level_factor": 1.2}),
        PointsEntry("L1", "earn", 520, 588, ago(days=9), "O2", basis={"paid_fen": 26_000, "campaign": 2.0}),
    ]
    platform = SmallPlatform(known=[order("O1", ago(days=2)), order("O2", ago(days=9))], ledger=ledger)
    turn = await Talk(platform).say("为什么这次才312", "points_explain", [entity("points", 312, "312")])
    assert "+312 分" in turn.text
    assert "+520 分" in turn.text
    assert "两笔差在：会员等级倍数不同、其中一笔有活动" in turn.text


async def test_points_of_a_refunded_order() -> None:
    orders = [order("O1", ago(hours=2)), order("O2", ago(days=5), status="refunded", points_used=500)]
    turn = await Talk(SmallPlatform(known=orders)).say("退款的那单用掉的积分没还我", "points_missing")
    assert turn.ticket.order_ids == ("O2",)
    assert "24 小时内退回" in turn.text


async def test_points_that_he_misses_and_that_were_spent() -> None:
    spent = PointsEntry("L1", "spend", -600, 400, ago(hours=30), None, "异地消费（滨江站）")
    talk = Talk(SmallPlatform(known=[order("O1", ago(days=2))], ledger=[spent]))
    turn = await talk.say("积分少了600是怎么回事", "points_missing", [entity("points", 600, "600")])
    assert "使用 -600 分（异地消费（滨江站））" in turn.text
    assert turn.buttons["不是我用的"] == "intent:points_stolen"
    assert turn.outcome == "solved"


async def test_points_that_he_did_not_spend_are_stolen_whatever_he_was_taken_to_say() -> None:
    spent = PointsEntry("L1", "spend", -600, 400, ago(hours=30), None, "异地消费（滨江站）")
    talk = Talk(SmallPlatform(known=[order("O1", ago(days=2))], ledger=[spent]))
    turn = await talk.say("积分怎么少了600，我没用过啊，是不是被盗了", "points_missing")
    assert (turn.ticket.category, turn.ticket.priority) == ("points_stolen", "P0")
    assert turn.outcome == "handed_off"
