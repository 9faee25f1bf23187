"""Paying at the pump."""

from __future__ import annotations

import pytest

from contracts.effects import HandOff
from contracts.entities import AMOUNT, ERROR_CODE, FUEL, GUN, TIME
from tests.actions.world import SmallPlatform, Talk, ago, day_span, entity, order, payment, unfuelled


async def test_paid_without_fuel_is_filed_at_once_with_pump_advice() -> None:
    platform = SmallPlatform(known=[unfuelled("O1-7788", ago(minutes=6)), order("O2", ago(hours=3))])
    turn = await Talk(platform).say("钱扣了油枪没反应", "paid_not_fueled")
    assert "今天 10:32 在城北站 3 号枪付的 200 元" in turn.text
    assert "先别再付一次款" in turn.text
    assert "7788" in turn.text
    assert "油站管理部" in turn.text
    assert "财务部" in turn.text
    assert (turn.ticket.department, turn.ticket.priority) == ("finance", "P0")
    assert turn.ticket.order_ids == ("O1-7788",)
    assert [s["title"] for s in turn.card["steps"]] == ["已受理", "油站核实", "财务审核", "已解决"]
    assert turn.buttons["转人工"] == "human"
    assert not [e for e in turn.effects if isinstance(e, HandOff)]


async def test_of_two_unfuelled_orders_the_one_at_the_pump_counts() -> None:
    platform = SmallPlatform(known=[unfuelled("O1", ago(minutes=6)), unfuelled("O2", ago(days=2))])
    turn = await Talk(platform).say("钱扣了油枪没反应", "paid_not_fueled")
    assert turn.ticket.order_ids == ("O1",)


async def test_two_old_unfuelled_orders_are_shown() -> None:
    platform = SmallPlatform(known=[unfuelled("O1", ago(days=1)), unfuelled("O2", ago(days=2))])
    talk = Talk(platform)
    asked = await talk.say("付了钱没加上油", "paid_not_fueled")
    assert asked.asked == "order_id"
    turn = await talk.say("前天那单", entities=[entity(TIME, day_span(ago(days=2)), "前天")])
    assert turn.ticket.order_ids == ("O2",)


async def test_no_order_is_no_dead_end_at_the_pump() -> None:
    turn = await Talk().say("钱扣了油枪没反应", "paid_not_fueled")
    assert "没有找到" in turn.text
    assert turn.ticket.priority == "P0"
    assert turn.ticket.order_ids == ()


async def test_payment_that_succeeded_is_not_paid_again() -> None:
    platform = SmallPlatform(payment_list=[payment("P1", ago(minutes=3), order_id="O1")])
    turn = await Talk(platform).say("付款一直转圈", "payment_failed")
    assert "不要再付第二次" in turn.text
    assert turn.buttons["油没加上"] == "intent:paid_not_fueled"
    assert turn.outcome == "solved"


async def test_payment_that_is_pending_is_filed_as_unclear() -> None:
    platform = SmallPlatform(payment_list=[payment("P1", ago(minutes=3), order_id="O1", status="pending")])
    turn = await Talk(platform).say("付款一直转圈", "payment_failed")
    assert "不确定扣没扣" in turn.text
    assert (turn.ticket.department, turn.ticket.priority, turn.ticket.order_ids) == ("tech", "P1", ("O1",))


@pytest.mark.parametrize(("answer", "outcome"), [("可以了谢谢", "solved"), ("还是不行", "filed")])
async def test_known_reason_is_explained_before_anything_is_filed(answer: str, outcome: str) -> None:
    failed = payment("P1", ago(minutes=3), status="failed", error_code="NOTENOUGH")
    talk = Talk(SmallPlatform(payment_list=[failed]))
    asked = await talk.say("支付失败", "payment_failed")
    assert asked.asked == "solved"
    assert "余额不足" in asked.text
    turn = await talk.say(answer)
    assert turn.outcome == outcome
    assert talk.ports.planned == (outcome == "filed")


async def test_limits_are_quoted_from_the_facts() -> None:
    failed = payment("P1", ago(minutes=3), status="failed", error_code="CARD_LIMIT")
    asked = await Talk(SmallPlatform(payment_list=[failed])).say("支付失败", "payment_failed")
    assert "单笔 2000 元" in asked.text
    assert "{" not in asked.text


async def test_unknown_code_is_filed_with_the_code() -> None:
    failed = payment("P1", ago(minutes=40), status="failed", error_code="PAY-5003", amount_fen=10_000)
    fine = payment("P2", ago(minutes=6), order_id="O1")
    turn = await Talk(SmallPlatform(payment_list=[fine, failed])).say("支付失败", "payment_failed")
    assert "PAY-5003" in turn.text
    assert turn.ticket.category == "payment_failed"


async def test_a_failure_that_was_paid_later_does_not_count() -> None:
    failed = payment("P1", ago(minutes=8), order_id="O1", status="failed", error_code="PAY-5003")
    paid = payment("P2", ago(minutes=5), order_id="O1")
    turn = await Talk(SmallPlatform(payment_list=[paid, failed])).say("支付失败", "payment_failed")
    assert turn.outcome == "solved"


async def test_without_a_record_the_message_on_the_page_is_asked() -> None:
    talk = Talk()
    asked = await talk.say("付不了款", "payment_failed")
    assert asked.asked == "detail"
    turn = await talk.say("它说系统繁忙")
    assert turn.ticket.summary.endswith("它说系统繁忙")
    told = await Talk().say("报错E102", "payment_failed", [entity(ERROR_CODE, "E102", "E102")])
    assert told.outcome == "filed"


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("选错油枪付款了", "选错油枪"),
        ("付到隔壁油站去了", "选错油站"),
        ("95号我点成92号了", "选错油号"),
        ("金额多输了个0", "金额填错"),
    ],
)
async def test_wrong_choice_is_read_from_the_words(text: str, cause: str) -> None:
    turn = await Talk(SmallPlatform(known=[unfuelled("O1", ago(minutes=6))])).say(text, "wrong_selection")
    assert turn.ticket.summary.startswith(cause)
    assert turn.ticket.department == "station"
    assert "可以撤销" in turn.text


async def test_wrong_choice_is_asked_when_it_is_not_said() -> None:
    talk = Talk(SmallPlatform(known=[order("O1", ago(hours=1))]))
    asked = await talk.say("我选错了", "wrong_selection")
    assert asked.asked == "cause"
    turn = await talk.press("选错油枪", asked)
    assert "已经加油" in turn.text
    assert turn.ticket.order_ids == ("O1",)


async def test_the_wrong_gun_finds_the_order_and_the_right_one_is_noted() -> None:
    platform = SmallPlatform(known=[order("O1", ago(hours=1), gun="3"), order("O2", ago(hours=2), gun="5")])
    guns = [entity(GUN, "5", "5号枪", 2, "wrong"), entity(GUN, "3", "3号枪", 8, "right")]
    turn = await Talk(platform).say("选成5号枪其实是3号枪", "wrong_selection", guns)
    assert turn.ticket.order_ids == ("O2",)
    assert turn.ticket.details["meant"] == ["3"]


async def test_refund_request_takes_the_waiting_order() -> None:
    platform = SmallPlatform(known=[unfuelled("O1", ago(minutes=20), points_used=500), order("O2", ago(days=3))])
    turn = await Talk(platform).say("这单不要了把钱退给我", "refund_request")
    assert turn.ticket.order_ids == ("O1",)
    assert "1–3 个工作日" in turn.text
    assert "24 小时内退回" in turn.text


async def test_refund_request_shows_orders_and_accepts_none_of_them() -> None:
    platform = SmallPlatform(known=[order("O1", ago(days=1)), order("O2", ago(days=3))])
    talk = Talk(platform)
    asked = await talk.say("我要退款", "refund_request")
    assert asked.asked == "order_id"
    turn = await talk.press("都不是", asked)
    assert turn.ticket.order_ids == ()
    assert turn.ticket.details["said"] == ["我要退款", "都不是"]


async def test_recharge_is_found_by_its_amount() -> None:
    recharges = [
        payment("R1", ago(hours=1), kind="recharge", amount_fen=30_000),
        payment("R2", ago(hours=5), kind="recharge", amount_fen=50_000),
    ]
    talk = Talk(SmallPlatform(payment_list=recharges))
    turn = await talk.say("充了500余额没变", "recharge_not_arrived", [entity(AMOUNT, 500, "500")])
    assert "500 元" in turn.text
    assert turn.ticket.department == "finance"


async def test_recharge_unknown_to_the_platform_is_filed() -> None:
    turn = await Talk().say("充值没到账", "recharge_not_arrived")
    assert "没有查到" in turn.text
    assert turn.ticket.priority == "P1"


async def test_a_failed_payment_notes_what_others_may_share() -> None:
    failed = payment("P1", ago(hours=1), status="failed", error_code="PAY-5003")
    turn = await Talk(SmallPlatform(payment_list=[failed])).say("支付失败", "payment_failed")
    assert (turn.ticket.details["error_code"], turn.ticket.details["area"]) == ("PAY-5003", "微信支付")


async def test_not_yet_fuelled_means_the_order_that_waits() -> None:
    orders = [unfuelled("O1", ago(minutes=6)), order("O2", ago(days=1), fuel="95号")]
    said = [entity(FUEL, "95号", "95", role="right")]
    turn = await Talk(SmallPlatform(known=orders)).say("我要加95选成92了，还没加", "wrong_selection", said)
    assert turn.ticket.order_ids == ("O1",)


async def test_the_channel_and_the_reason_that_he_names_count() -> None:
    failed = payment("P1", ago(hours=1), status="failed", error_code="PAY-5003")
    talk = Talk(SmallPlatform(payment_list=[failed]))
    asked = await talk.say("支付宝付不出去说限额", "payment_failed")
    assert asked.asked == "solved"
    assert "2000 元" in asked.text
    assert (await talk.press("还是不行", asked)).ticket.category == "payment_failed"


async def test_an_order_of_another_day_is_not_called_his() -> None:
    turn = await Talk(SmallPlatform(known=[unfuelled("O1", ago(minutes=6))])).say(
        "昨天付的钱没加油", "paid_not_fueled", [entity(TIME, day_span(ago(days=1)), "昨天")]
    )
    assert "按您说的时间没有查到，最接近的是" in turn.text
