"""Coupons and discounts."""

from __future__ import annotations

from typing import Any

from actions.choice import UNKNOWN
from contracts.effects import AddToTicket, Remedy
from contracts.entities import AMOUNT, STATION, TIME
from contracts.platform import Refund
from tests.actions.world import NOW, SmallPlatform, Talk, ago, coupon, day_span, entity, order


async def test_overdue_coupon_is_named_and_filed_with_its_order() -> None:
    talk = Talk(SmallPlatform(coupon_list=[coupon("C1", ago(hours=26))]))
    turn = await talk.say("我的加油券还没到账", "coupon_not_received")
    assert "满200减25加油券" in turn.text
    assert "昨天 08:38" in turn.text
    assert "晚了 1 天 1 小时" in turn.text
    assert (turn.ticket.category, turn.ticket.department, turn.ticket.priority) == ("coupon_not_received", "ops", "P2")
    assert turn.ticket.order_ids == ("BC1",)
    assert turn.ticket.number in turn.text
    assert "今天 18:38 前" in turn.text
    assert turn.card["type"] == "ticket"
    assert turn.card["number"] == turn.ticket.number
    assert [s["title"] for s in turn.card["steps"]] == ["已受理", "运营核查", "已解决"]
    assert turn.outcome == "filed"


async def test_coupon_within_its_time_is_answered_without_a_ticket() -> None:
    talk = Talk(SmallPlatform(coupon_list=[coupon("C1", ago(minutes=10))]))
    turn = await talk.say("刚买的券怎么没有", "coupon_not_received")
    assert "今天 10:58" in turn.text
    assert turn.outcome == "solved"
    assert talk.ports.planned == 0


async def test_several_overdue_coupons_are_shown_to_choose_from() -> None:
    coupons = [coupon("C1", ago(hours=26)), coupon("C2", ago(days=2), title="洗车券")]
    talk = Talk(SmallPlatform(coupon_list=coupons))
    turn = await talk.say("券没到", "coupon_not_received")
    assert turn.asked == "coupon_id"
    assert [i["payload"] for i in turn.card["items"]] == ["answer:coupon_id=C1", "answer:coupon_id=C2"]
    turn = await talk.say("洗车的那张")
    assert turn.ticket.order_ids == ("BC2",)


async def test_several_overdue_coupons_and_one_is_named_at_once() -> None:
    coupons = [coupon("C1", ago(hours=26)), coupon("C2", ago(days=2), title="洗车券")]
    turn = await Talk(SmallPlatform(coupon_list=coupons)).say("我的洗车券没到账", "coupon_not_received")
    assert turn.ticket.order_ids == ("BC2",)


async def test_a_coupon_that_was_spent_is_shown_where() -> None:
    spent = coupon("C1", ago(days=3), "used", title="洗车券", used_order_id="O7")
    talk = Talk(SmallPlatform(coupon_list=[spent, coupon("C2", ago(days=9), "usable")]))
    turn = await talk.say("洗车券没到账", "coupon_not_received")
    assert "O7" in turn.text
    assert turn.buttons["不是我用的"] == "intent:account_security"
    assert turn.outcome == "solved"


async def test_a_coupon_that_nobody_knows_is_filed_with_the_words() -> None:
    turn = await Talk().say("邀请好友的券没给我", "coupon_not_received")
    assert "没有查到" in turn.text
    assert turn.ticket.details["said"] == ["邀请好友的券没给我"]


async def test_the_same_coupon_again_is_added_to_its_ticket() -> None:
    talk = Talk(SmallPlatform(coupon_list=[coupon("C1", ago(hours=26))]))
    first = await talk.say("我的加油券还没到账", "coupon_not_received")
    second = await talk.say("券还是没有啊", "coupon_not_received")
    added = second.one(AddToTicket)
    assert (added.number, added.kind, added.note) == (first.ticket.number, "again", "券还是没有啊")
    assert first.ticket.number in second.text
    assert talk.ports.planned == 1


async def test_unusable_coupon_names_the_missing_amount() -> None:
    usable = coupon("C1", ago(days=5), "usable", threshold_fen=21_800, title="满218减18加油券")
    said = entity(AMOUNT, 200, "200")
    turn = await Talk(SmallPlatform(coupon_list=[usable])).say("加200怎么选不了券", "coupon_unusable", [said])
    assert "再加 18 元就满足" in turn.text
    assert turn.ticket.category == "coupon_unusable"


async def test_expired_coupon_is_told_so() -> None:
    gone = coupon("C1", ago(days=40), "expired", valid_until=ago(days=9))
    turn = await Talk(SmallPlatform(coupon_list=[gone])).say("券用不了", "coupon_unusable")
    assert "过期" in turn.text
    assert turn.ticket.details["checked"]


async def test_unusable_coupon_asks_which_of_two() -> None:
    coupons = [coupon("C1", ago(days=5), "usable"), coupon("C2", ago(days=6), "usable", title="柴油券")]
    talk = Talk(SmallPlatform(coupon_list=coupons))
    asked = await talk.say("券用不了", "coupon_unusable")
    assert asked.asked == "coupon_id"
    turn = await talk.say("第二个")
    assert "柴油券" in turn.text


async def test_discount_not_applied_says_what_was_charged() -> None:
    orders = [
        order("O1", ago(hours=2)),
        order("O2", ago(days=3), note="直降活动价未生效", listed_fen=30_000, paid_fen=30_000),
    ]
    turn = await Talk(SmallPlatform(known=orders)).say("说好的直降没减", "discount_not_applied")
    assert turn.ticket.order_ids == ("O2",)
    assert "实付 300 元" in turn.text
    assert [s["title"] for s in turn.card["steps"]] == ["已受理", "运营核查", "财务审核", "已解决"]


async def test_discount_asks_when_the_order_is_open_and_takes_the_day() -> None:
    orders = [order("O1", ago(hours=2)), order("O2", ago(days=1))]
    talk = Talk(SmallPlatform(known=orders))
    asked = await talk.say("优惠没减就扣钱了", "discount_not_applied")
    assert asked.asked == "order_id"
    turn = await talk.say("昨天那单", entities=[entity(TIME, day_span(ago(days=1)), "昨天")])
    assert turn.ticket.order_ids == ("O2",)


async def test_location_takes_the_station_from_the_words_or_asks() -> None:
    talk = Talk(SmallPlatform(known=[order("O1", ago(days=2))]))
    at_once = await talk.say("在城北站定位不到", "location_discount_failed", [entity(STATION, "城北站", "城北站")])
    assert at_once.ticket.department == "tech"
    assert "500 米" in at_once.text
    other = Talk(SmallPlatform(known=[order("O1", ago(days=2))]))
    asked = await other.say("定位飘了优惠没了", "location_discount_failed")
    assert asked.asked == "station"
    assert asked.buttons["不在上面"] == f"answer:station={UNKNOWN}"
    turn = await other.say("东环路那个")
    assert "东环路那个" in turn.ticket.summary
    assert turn.ticket.created_at == NOW.isoformat()


async def test_a_reward_is_no_purchase() -> None:
    talk = Talk(SmallPlatform(coupon_list=[coupon("C1", ago(hours=26))]))
    turn = await talk.say("朋友邀请我注册说送10块券，没见到", "coupon_not_received")
    assert turn.ticket.order_ids == ()
    assert "15 天内完成第一单" in turn.text
    assert not [e for e in turn.effects if isinstance(e, Remedy)]


def _spent_and_paid_back(**refund: Any) -> SmallPlatform:
    spent = coupon("C1", ago(days=9), "used", title="满200减20加油券", value_fen=2_000, used_order_id="O1")
    back = Refund("R1", "O1", 18_000, "wechat", "arrived", ago(days=4), **refund)
    return SmallPlatform(
        known=[order("O1", ago(days=5), status="refunded")],
        coupon_list=[spent, coupon("C2", ago(hours=26))],
        refund_list=[back],
    )


async def test_a_coupon_that_a_refund_should_have_given_back_is_issued_again() -> None:
    platform = _spent_and_paid_back(sent_at=ago(days=3))
    turn = await Talk(platform).say("退款了，用掉的券没退回来", "coupon_not_received")
    assert "满200减20加油券" in turn.text
    assert (turn.remedy.kind, turn.remedy.cause, turn.remedy.target_id) == (
        "reissue_coupon",
        "coupon_not_returned",
        "C1",
    )
    assert turn.ticket.order_ids == ("O1",)


async def test_a_coupon_comes_back_within_the_published_time() -> None:
    platform = _spent_and_paid_back(sent_at=ago(hours=3))
    turn = await Talk(platform).say("退款了，用掉的券没退回来", "coupon_not_received")
    assert "最晚明天 07:38" in turn.text
    assert turn.outcome == "solved"


async def test_a_spent_coupon_without_a_refund_is_checked_not_explained_away() -> None:
    spent = coupon("C1", ago(days=9), "used", title="满200减20加油券", used_order_id="O1")
    platform = SmallPlatform(known=[order("O1", ago(days=5))], coupon_list=[spent])
    turn = await Talk(platform).say("退款了那张满200减20券没退回来", "coupon_not_received")
    assert turn.outcome == "filed"


async def test_the_coupon_that_is_called_by_name_is_judged() -> None:
    old = coupon("C2", ago(days=40), "expired", title="满100减8加油券", valid_until=ago(days=9))
    platform = SmallPlatform(coupon_list=[coupon("C1", ago(days=5), "usable"), old])
    turn = await Talk(platform).say("满100减8那张怎么是灰的", "coupon_unusable")
    assert "「满100减8加油券」" in turn.text
    assert "已经过期" in turn.text


async def test_a_spent_coupon_that_is_named_is_not_taken_for_the_late_one() -> None:
    spent = coupon("C2", ago(days=20), "used", title="满200减20加油券", used_order_id="O7")
    platform = SmallPlatform(coupon_list=[coupon("C1", ago(hours=26)), spent])
    turn = await Talk(platform).say("我那张满200减20的券咋不见了", "coupon_not_received")
    assert "O7" in turn.text
    assert turn.outcome == "solved"
    late = await Talk(platform).say("满200减25的券没到", "coupon_not_received")
    assert late.ticket.order_ids == ("BC1",)
