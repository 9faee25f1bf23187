"""The points mall."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from contracts.effects import Remedy
from contracts.platform import GiftOrder
from tests.actions.world import NOW, SmallPlatform, Talk, ago


def gift(number: str, title: str, status: str = "redeemed", **changes: Any) -> GiftOrder:
    values: dict[str, Any] = {"virtual": True, "points": 1_000, "at": ago(days=3), **changes}
    return GiftOrder(id=number, title=title, status=status, **values)


COFFEE = gift("G1", "咖啡兑换券", "failed", points=300)
VIDEO = gift("G2", "视频会员月卡", code="VIP-1")
WATER = gift("G3", "车用玻璃水", "shipped", virtual=False, carrier="顺通快递", tracking="ST88")


async def test_failed_redemption_gives_the_points_back() -> None:
    turn = await Talk(SmallPlatform(gift_list=[COFFEE, VIDEO])).say("兑换失败了", "redeem_failed")
    assert "咖啡兑换券" in turn.text
    assert "300 积分" in turn.text
    assert turn.ticket.details["gift_id"] == "G1"


async def test_out_of_stock_pays_the_published_extra() -> None:
    gone = gift("G4", "车载支架", "out_of_stock", points=1_500)
    turn = await Talk(SmallPlatform(gift_list=[gone])).say("礼品显示兑完但分扣了", "redeem_failed")
    assert "1500 积分" in turn.text
    assert "150 积分" in turn.text


async def test_redemption_that_left_no_record_is_filed() -> None:
    turn = await Talk(SmallPlatform(gift_list=[VIDEO])).say("兑换点了没反应", "redeem_failed")
    assert "没有查到" in turn.text
    assert turn.ticket.department == "ops"


async def test_code_without_a_sending_is_seen() -> None:
    turn = await Talk(SmallPlatform(gift_list=[gift("G5", "视频会员月卡")])).say("卡密没收到", "redeem_code_invalid")
    assert "还没有发出来" in turn.text
    assert "5 秒" in turn.text


async def test_the_gift_that_was_named_is_taken() -> None:
    talk = Talk(SmallPlatform(gift_list=[COFFEE, VIDEO]))
    turn = await talk.say("咖啡券商家不给核销", "redeem_code_invalid")
    assert turn.ticket.details["gift_id"] == "G1"
    other = Talk(SmallPlatform(gift_list=[VIDEO, gift("G6", "音乐会员季卡", code="M-1")]))
    asked = await other.say("码用不了", "redeem_code_invalid")
    assert asked.asked == "gift_id"
    assert (await other.say("音乐的")).ticket.details["gift_id"] == "G6"


async def test_parcel_on_its_way_is_tracked_without_a_ticket() -> None:
    moving = gift(
        "G3",
        "车用玻璃水",
        "shipped",
        virtual=False,
        carrier="顺通快递",
        tracking="ST88",
        promised_by=NOW + timedelta(days=2),
    )
    turn = await Talk(SmallPlatform(gift_list=[moving])).say("玻璃水发货没", "redeem_logistics")
    assert "顺通快递 ST88" in turn.text
    assert "后天 10:38" in turn.text
    assert turn.outcome == "solved"


async def test_late_parcel_is_filed_with_the_published_points() -> None:
    late = gift("G7", "车载手机支架", virtual=False, points=1_500, promised_by=ago(days=9))
    turn = await Talk(SmallPlatform(gift_list=[late])).say("礼品怎么还没到", "redeem_logistics")
    assert "150 积分" in turn.text
    assert turn.ticket.priority == "P3"


async def test_delivered_parcel_that_nobody_has() -> None:
    done = gift("G8", "车用玻璃水", "delivered", virtual=False)
    talk = Talk(SmallPlatform(gift_list=[done]))
    asked = await talk.say("玻璃水到哪了", "redeem_logistics")
    assert asked.asked == "solved"
    assert (await talk.press("没有收到", asked)).outcome == "filed"


async def test_parcel_that_nobody_knows_is_filed() -> None:
    assert (await Talk().say("礼品物流查一下", "redeem_logistics")).outcome == "filed"


async def test_a_code_that_was_used_by_another_is_one_that_was_sent() -> None:
    missing = gift("G5", "音乐会员季卡")
    turn = await Talk(SmallPlatform(gift_list=[missing, VIDEO])).say("卡密提示已被使用", "redeem_code_invalid")
    assert turn.ticket.details["gift_id"] == "G2"
    turn = await Talk(SmallPlatform(gift_list=[missing, VIDEO])).say("卡密一直没发", "redeem_code_invalid")
    assert turn.ticket.details["gift_id"] == "G5"


async def test_a_redemption_that_worked_is_told_so() -> None:
    turn = await Talk(SmallPlatform(gift_list=[COFFEE, WATER])).say("玻璃水兑换失败", "redeem_failed")
    assert "兑换成功" in turn.text
    assert not [e for e in turn.effects if isinstance(e, Remedy)]


async def test_an_expired_code_is_not_paid_for_at_once() -> None:
    turn = await Talk(SmallPlatform(gift_list=[VIDEO])).say("商家说我的会员月卡过期了不给用", "redeem_code_invalid")
    assert "有效期" in turn.text
    assert not [e for e in turn.effects if isinstance(e, Remedy)]
