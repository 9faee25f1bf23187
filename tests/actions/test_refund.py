"""Refunds on their way, and the customer's orders."""

from __future__ import annotations

from datetime import timedelta

from contracts.effects import AddToTicket
from contracts.entities import AMOUNT, TIME
from contracts.platform import Refund
from tests.actions.world import NOW, SmallPlatform, Talk, ago, coupon, day_span, entity, order, payment


def refund(number: str, status: str, **changes: object) -> Refund:
    values: dict[str, object] = {
        "sent_at": ago(days=1) if status in ("sent", "arrived") else None,
        "expected_by": None,
        "requested_at": ago(days=2),
        "amount_fen": 18_000,
        **changes,
    }
    return Refund(id=number, order_id=f"O-{number}", channel="wechat", status=status, **values)  # type: ignore[arg-type]


async def test_refund_within_its_time_is_explained() -> None:
    talk = Talk(SmallPlatform(refund_list=[refund("R1", "sent", expected_by=NOW + timedelta(days=1))]))
    turn = await talk.say("退款到哪了", "refund_progress")
    assert "已打款" in turn.text
    assert "明天 10:38" in turn.text
    assert turn.outcome == "solved"
    assert talk.ports.planned == 0


async def test_late_refund_is_filed() -> None:
    talk = Talk(SmallPlatform(refund_list=[refund("R1", "sent", expected_by=ago(days=1))]))
    turn = await talk.say("退款还没到", "refund_progress")
    assert "超过应到时间" in turn.text
    assert turn.ticket.order_ids == ("O-R1",)


async def test_review_time_comes_from_the_facts() -> None:
    in_time = Talk(SmallPlatform(refund_list=[refund("R1", "requested", requested_at=ago(hours=5))]))
    assert (await in_time.say("退款到哪了", "refund_progress")).outcome == "solved"
    late = Talk(SmallPlatform(refund_list=[refund("R1", "requested", requested_at=ago(days=4))]))
    assert (await late.say("退款到哪了", "refund_progress")).outcome == "filed"


async def test_a_weekend_does_not_count_as_working_days() -> None:
    friday = ago(days=5)
    assert friday.weekday() == 4
    monday = NOW - timedelta(days=2, hours=1)
    talk = Talk(SmallPlatform(refund_list=[refund("R1", "requested", requested_at=friday)]), now=monday)
    assert (await talk.say("退款到哪了", "refund_progress")).outcome == "solved"


async def test_refused_and_unknown_refunds_are_filed() -> None:
    refused = await Talk(SmallPlatform(refund_list=[refund("R1", "refused")])).say("退款呢", "refund_progress")
    assert "复核" in refused.text
    unknown = await Talk().say("退款呢", "refund_progress")
    assert unknown.ticket.category == "refund_progress"


async def test_several_refunds_are_told_apart() -> None:
    talk = Talk(SmallPlatform(refund_list=[refund("R1", "requested"), refund("R2", "sent", amount_fen=5_000)]))
    asked = await talk.say("退款到哪了", "refund_progress")
    assert asked.asked == "refund_id"
    turn = await talk.press("退款 50 元 微信", asked)
    assert "50 元" in turn.text


async def test_arrived_refund_says_where() -> None:
    turn = await Talk(SmallPlatform(refund_list=[refund("R1", "arrived")])).say("退款呢", "refund_progress")
    assert "已到账" in turn.text
    assert turn.outcome == "solved"


async def test_a_running_refund_is_not_asked_for_twice() -> None:
    platform = SmallPlatform(known=[order("O-R1", ago(days=2), status="refunding")], refund_list=[refund("R1", "sent")])
    talk = Talk(platform)
    turn = await talk.say("这单给我退了", "refund_request")
    assert turn.outcome == "solved"
    assert talk.ports.planned == 0


async def test_bought_coupons_are_refunded_by_their_own_rule() -> None:
    fresh = await Talk(SmallPlatform(coupon_list=[coupon("C1", ago(days=2), "usable")])).say(
        "券包想退", "refund_request"
    )
    assert "可以退" in fresh.text
    assert fresh.ticket.details["demand"] == "退款 9.90 元"
    old = await Talk(SmallPlatform(coupon_list=[coupon("C1", ago(days=20), "usable")])).say(
        "券包想退", "refund_request"
    )
    assert "已超过" in old.text


async def test_orders_are_listed_and_nothing_is_filed() -> None:
    talk = Talk(SmallPlatform(known=[order("O1", ago(hours=1)), order("O2", ago(days=1)), order("O3", ago(days=9))]))
    turn = await talk.say("我最近加了几次油", "order_query")
    assert "3 笔订单" in turn.text
    assert "600 元" in turn.text
    assert len(turn.card["items"]) == 3
    yesterday = await talk.say("昨天的呢", "order_query", [entity(TIME, day_span(ago(days=1)), "昨天")])
    assert "昨天 10:38" in yesterday.text
    assert talk.ports.planned == 0


async def test_guests_see_no_orders() -> None:
    talk = Talk(SmallPlatform(known=[order("O1", ago(hours=1))]), customer_id=None)
    turn = await talk.say("查一下我的订单", "order_query")
    assert "登录" in turn.text
    assert talk.ports.platform.reads == []


async def test_an_amount_that_an_open_ticket_names_is_about_that_ticket() -> None:
    twice = ago(days=2)
    pair = [payment("P2", twice, order_id="O4"), payment("P1", twice, order_id="O4")]
    talk = Talk(SmallPlatform(known=[order("O4", twice)], payment_list=pair, refund_list=[refund("R1", "sent")]))
    filed = await talk.say("一次扣了我两笔", "duplicate_charge")
    turn = await talk.say("重复扣我的那200还没退", "refund_progress", [entity(AMOUNT, 200, "200")])
    added = turn.one(AddToTicket)
    assert (added.number, added.kind) == (filed.ticket.number, "again")


async def test_another_refund_than_the_one_he_names_is_no_answer() -> None:
    talk = Talk(SmallPlatform(refund_list=[refund("R1", "sent", expected_by=NOW + timedelta(days=1))]))
    turn = await talk.say("上个月退的350块一分没见着", "refund_progress", [entity(AMOUNT, 350, "350")])
    assert "没有查到您的退款记录" in turn.text
    assert turn.outcome == "filed"
