"""Double charges and amounts that do not agree with the pump."""

from __future__ import annotations

from datetime import timedelta

from contracts.effects import Remedy
from contracts.entities import AMOUNT, TIME
from tests.actions.world import SmallPlatform, Talk, ago, day_span, entity, order, payment


async def test_the_double_payment_is_found() -> None:
    at = ago(days=2)
    pair = [
        payment("P2", at + timedelta(seconds=48), order_id="O4", channel="alipay"),
        payment("P1", at, order_id="O4", channel="alipay"),
    ]
    platform = SmallPlatform(
        known=[order("O1", ago(hours=1)), order("O4", at)],
        payment_list=[payment("P3", ago(hours=1), order_id="O1"), *pair],
    )
    turn = await Talk(platform).say("一次加油扣了我两笔", "duplicate_charge")
    assert turn.text.count("200 元") >= 2
    assert turn.ticket.order_ids == ("O4",)
    assert turn.ticket.details["payments"] == ["P1", "P2"]
    back = turn.remedy
    assert (back.kind, back.cause, back.target_id, back.amount_fen) == ("refund", "duplicate_charge", "O4", 20_000)
    assert turn.ticket.details["parties"] == ["platform", "payment_provider"]


async def test_equal_payments_days_apart_are_no_pair() -> None:
    platform = SmallPlatform(
        known=[order("O1", ago(hours=1)), order("O2", ago(days=3))],
        payment_list=[payment("P1", ago(hours=1), order_id="O1"), payment("P2", ago(days=3), order_id="O2")],
    )
    talk = Talk(platform)
    asked = await talk.say("重复扣款了", "duplicate_charge")
    assert asked.asked == "order_id"
    turn = await talk.say("第一个")
    assert "只有一笔成功扣款" in turn.text
    assert turn.ticket.order_ids == ("O1",)


async def test_more_was_charged_than_the_pump_shows() -> None:
    platform = SmallPlatform(
        known=[order("O1", ago(hours=1)), order("O3", ago(days=1), paid_fen=23_000, pump_fen=20_000)]
    )
    amounts = [entity(AMOUNT, 200, "200", role="pump"), entity(AMOUNT, 230, "230", role="paid")]
    turn = await Talk(platform).say("加了200显示扣了230", "amount_mismatch", amounts)
    assert turn.ticket.order_ids == ("O3",)
    assert "比油机多扣了 30 元" in turn.text
    assert [s["title"] for s in turn.card["steps"]] == ["已受理", "油站核实", "财务审核", "已解决"]


async def test_the_pump_amount_is_asked_when_nobody_knows_it() -> None:
    talk = Talk(SmallPlatform(known=[order("O1", ago(hours=1), pump_fen=None)]))
    asked = await talk.say("扣的钱跟油枪上的不一样", "amount_mismatch")
    assert asked.asked == "amount"
    assert "城北站" in asked.text
    turn = await talk.say("跳到187块5")
    assert turn.ticket.details["slots"]["amount"] == "跳到187块5"


async def test_without_an_order_the_words_are_filed() -> None:
    amounts = [entity(AMOUNT, 200, "200"), entity(AMOUNT, 230, "230")]
    turn = await Talk().say("加了200显示扣了230", "amount_mismatch", amounts)
    assert "没有找到" in turn.text
    assert turn.ticket.priority == "P1"


async def test_a_pair_of_another_amount_or_day_is_not_paid_back() -> None:
    at = ago(days=2)
    pair = [payment("P2", at, order_id="O4", amount_fen=26_000), payment("P1", at, order_id="O4", amount_fen=26_000)]
    platform = SmallPlatform(
        known=[order("O1", ago(hours=1)), order("O4", at, paid_fen=26_000, listed_fen=26_000, pump_fen=26_000)],
        payment_list=pair,
    )
    other = await Talk(platform).say("刚才扣了两次200", "duplicate_charge", [entity(AMOUNT, 200, "200")])
    assert not [e for e in other.effects if isinstance(e, Remedy)]
    assert other.ticket.order_ids == ("O1",)
    both = await Talk(platform).say("一共扣了520", "duplicate_charge", [entity(AMOUNT, 520, "520")])
    assert both.remedy.amount_fen == 26_000
    today = [entity(TIME, day_span(ago(days=0)), "今天")]
    assert not [
        e
        for e in (await Talk(platform).say("今天扣了两次", "duplicate_charge", today)).effects
        if isinstance(e, Remedy)
    ]


async def test_what_he_says_was_charged_tells_the_order() -> None:
    orders = [order("O1", ago(days=1), paid_fen=23_000), order("O2", ago(days=2))]
    heard = [entity(AMOUNT, 150, "150", role="pump"), entity(AMOUNT, 200, "200", role="paid")]
    turn = await Talk(SmallPlatform(known=orders)).say("显示150，扣了200", "amount_mismatch", heard)
    assert turn.ticket.order_ids == ("O2",)
    assert not [e for e in turn.effects if isinstance(e, Remedy)]


async def test_another_recharge_is_not_taken_for_his() -> None:
    platform = SmallPlatform(payment_list=[payment("P1", ago(hours=5), kind="recharge", amount_fen=50_000)])
    turn = await Talk(platform).say("充的300没到账", "recharge_not_arrived", [entity(AMOUNT, 300, "300")])
    assert "没有查到您说的那笔充值" in turn.text


async def test_a_named_amount_beats_a_difference_in_the_records() -> None:
    orders = [order("O1", ago(days=1), paid_fen=23_000), order("O2", ago(days=2), paid_fen=26_000, pump_fen=26_000)]
    turn = await Talk(SmallPlatform(known=orders)).say(
        "昨天加了个260的，油表没涨",
        "amount_mismatch",
        [entity(TIME, day_span(ago(days=1)), "昨天"), entity(AMOUNT, 260, "260")],
    )
    assert turn.ticket.order_ids == ("O2",)
    assert not [e for e in turn.effects if isinstance(e, Remedy)]
