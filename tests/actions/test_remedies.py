"""What the flows have done for a customer: each with the record it is about, its cause, and the policy's figure."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from actions.remedies import literal
from contracts.effects import Remedy
from contracts.platform import FuelCard, GiftOrder, Invoice, InvoiceTitle, PointsEntry
from contracts.remedies import RemedyKind
from tests.actions.world import NOW, SmallPlatform, Talk, Turn, ago, coupon, order, payment


def gift(number: str, status: str, **changes: Any) -> GiftOrder:
    values: dict[str, Any] = {"title": "视频会员月卡", "virtual": True, "points": 1_000, "at": ago(days=3), **changes}
    return GiftOrder(id=number, status=status, **values)


def given(turn: Turn) -> tuple[str, str | None, str | None, int | None]:
    remedy = turn.remedy
    assert remedy.ticket_number == turn.ticket.number
    RemedyKind(remedy.kind)
    return (
        remedy.kind,
        remedy.cause,
        remedy.target_id,
        remedy.points if remedy.points is not None else remedy.amount_fen,
    )


async def test_overdue_coupon_is_issued_again() -> None:
    turn = await Talk(SmallPlatform(coupon_list=[coupon("C1", ago(hours=26))])).say("券没到", "coupon_not_received")
    assert given(turn) == ("reissue_coupon", "coupon_overdue", "C1", 2_500)
    assert "已提交补发" in turn.text


async def test_missing_points_are_made_up_by_the_published_rule() -> None:
    late = order("O1", ago(days=2), paid_fen=23_000, points_earned=0)
    turn = await Talk(SmallPlatform(known=[late])).say("积分没给我", "points_missing")
    assert given(turn) == ("grant_points", "points_missing", "O1", 276)
    assert "276 积分（实付 230 元 × 金卡 1.2 倍）" in turn.text


@pytest.mark.parametrize(
    ("level", "fuel", "points"), [("puka", "95号", 230), ("diamond", "95号", 460), ("gold", "0号柴油", 138)]
)
async def test_level_and_fuel_count(level: str, fuel: str, points: int) -> None:
    late = order("O1", ago(days=2), paid_fen=23_000, points_earned=0, fuel=fuel)
    turn = await Talk(SmallPlatform(known=[late], level=level)).say("积分没给我", "points_missing")
    assert turn.remedy.points == points


async def test_points_that_a_failed_payment_took_come_back() -> None:
    platform = SmallPlatform(
        known=[order("O1", ago(hours=3))],
        payment_list=[payment("P1", ago(hours=3), kind="points", order_id="O1", status="failed")],
        ledger=[PointsEntry("L1", "spend", -1_000, 500, ago(hours=3), "O1")],
    )
    turn = await Talk(platform).say("积分扣了没抵油钱", "points_refuel_failed")
    assert given(turn) == ("return_points", "points_deducted", "O1", 1_000)
    assert turn.ticket.department == "ops"


async def test_points_that_came_back_already_do_not_come_twice() -> None:
    platform = SmallPlatform(
        known=[order("O1", ago(hours=3))],
        payment_list=[payment("P1", ago(hours=3), kind="points", order_id="O1", status="failed")],
        ledger=[
            PointsEntry("L2", "return", 1_000, 1_500, ago(hours=2), "O1"),
            PointsEntry("L1", "spend", -1_000, 500, ago(hours=3), "O1"),
        ],
    )
    turn = await Talk(platform).say("积分扣了没抵油钱", "points_refuel_failed")
    assert not [e for e in turn.effects if isinstance(e, Remedy)]


async def test_out_of_stock_gives_the_points_back_and_a_tenth() -> None:
    gone = gift("G4", "out_of_stock", title="车载支架", virtual=False, points=1_500)
    turn = await Talk(SmallPlatform(gift_list=[gone])).say("礼品显示兑完但分扣了", "redeem_failed")
    assert given(turn) == ("return_points", "gift_out_of_stock", "G4", 1_650)
    assert turn.ticket.details["parties"] == ["platform", "supplier"]


async def test_a_code_that_never_came_is_sent_again() -> None:
    turn = await Talk(SmallPlatform(gift_list=[gift("G1", "redeemed")])).say("卡密没收到", "redeem_code_invalid")
    assert given(turn) == ("reissue_code", "code_missing", "G1", 1_000)


async def test_a_code_is_not_late_in_its_first_minute() -> None:
    fresh = gift("G1", "redeemed", at=NOW - timedelta(seconds=40))
    turn = await Talk(SmallPlatform(gift_list=[fresh])).say("卡密没收到", "redeem_code_invalid")
    assert not [e for e in turn.effects if isinstance(e, Remedy)]


async def test_a_code_that_does_not_work_is_changed_once() -> None:
    platform = SmallPlatform(gift_list=[gift("G1", "redeemed", code="VIP-1")])
    talk = Talk(platform)
    assert given(await talk.say("卡密无效", "redeem_code_invalid")) == ("reissue_code", "code_invalid", "G1", 1_000)
    talk.ports.tickets.clear()
    second = await talk.say("新的也无效", "redeem_code_invalid")
    assert not [e for e in second.effects if isinstance(e, Remedy)]
    assert "运营" in second.text


async def test_a_partner_that_refuses_is_paid_for_first() -> None:
    coffee = gift("G1", "redeemed", title="咖啡券", code="CF-1", points=600)
    turn = await Talk(SmallPlatform(gift_list=[coffee])).say("咖啡券商家不给核销", "redeem_code_invalid")
    assert given(turn) == ("return_points", "partner_refused", "G1", 600)
    assert "平台先把 600 积分退给您，再去和商家算" in turn.text
    assert turn.ticket.details["parties"] == ["platform", "partner"]


async def test_too_much_charged_goes_to_a_person_with_the_records_figure() -> None:
    over = order("O1", ago(days=1), paid_fen=23_000)
    talk = Talk(SmallPlatform(known=[over]))
    turn = await talk.say("加了200显示扣了230", "amount_mismatch")
    assert talk.waiting == [turn.remedy]
    assert given(turn) == ("refund", "overcharged", "O1", 3_000)


@pytest.mark.parametrize(("intent", "text"), [("points_stolen", "积分被盗刷"), ("account_security", "账号被人登了")])
async def test_theft_freezes_at_once_and_needs_a_second_proof(intent: str, text: str) -> None:
    turn = await Talk().say(text, intent)
    assert given(turn) == ("freeze_account", None, None, None)
    assert "冻结" in turn.text
    assert turn.ticket.details["second_verification"] is True
    assert turn.outcome == "handed_off"


async def test_a_guests_account_is_not_known_and_not_frozen() -> None:
    turn = await Talk(customer_id=None).say("账号被人登了", "account_security")
    assert not [e for e in turn.effects if isinstance(e, Remedy)]
    assert turn.outcome == "handed_off"


TITLES = [
    InvoiceTitle("T1", "云南山海物流有限公司", "91530100MA6ABCDE2K", "a@b.cn", default=True),
    InvoiceTitle("T2", "个人", None, "a@b.cn"),
]


async def test_the_invoice_is_drafted_from_the_saved_titles_and_issued_after_a_yes() -> None:
    talk = Talk(SmallPlatform(known=[order("O1", ago(days=1))], title_list=TITLES))
    which = await talk.say("帮我开张发票", "invoice_apply")
    assert list(which.buttons) == ["云南山海物流有限公司", "个人"]
    asked = await talk.press("云南山海物流有限公司", which)
    assert asked.asked == "agreed"
    assert "税号 91530100MA6ABCDE2K，金额 200 元" in asked.text
    turn = await talk.press("现在就开", asked)
    remedy = turn.remedy
    assert (remedy.kind, remedy.target_id, remedy.cause) == ("issue_invoice", "O1", None)
    assert remedy.details == {"title_id": "T1"}
    assert remedy.ticket_number == asked.ticket.number


async def test_a_new_title_is_issued_with_its_number() -> None:
    talk = Talk(SmallPlatform(known=[order("O1", ago(days=1))]))
    await talk.say("帮我开张公司发票", "invoice_apply")
    await talk.say("昆明晨光商贸有限公司")
    await talk.say("91530100MA6ABCDE3X")
    turn = await talk.say("开吧")
    assert turn.remedy.details == {"title": "昆明晨光商贸有限公司", "tax_number": "91530100MA6ABCDE3X"}


async def test_without_a_number_nothing_is_offered_to_be_issued() -> None:
    talk = Talk(SmallPlatform(known=[order("O1", ago(days=1))]))
    await talk.say("开公司的票", "invoice_apply")
    asked = await talk.say("昆明晨光商贸有限公司")
    assert (await talk.press("暂时没有", asked)).outcome == "filed"


async def test_an_invoice_that_lies_too_long_is_issued_and_an_issued_one_sent_again() -> None:
    late = Invoice("I1", ("O1",), "个人", None, 20_000, "requested", ago(days=3))
    turn = await Talk(SmallPlatform(invoice_list=[late])).say("发票还没收到", "invoice_problem")
    assert (turn.remedy.kind, turn.remedy.target_id) == ("issue_invoice", "O1")
    sent = Invoice("I2", ("O1",), "个人", None, 20_000, "issued", ago(days=3), ago(days=2))
    turn = await Talk(SmallPlatform(invoice_list=[sent])).say("发票没收到", "invoice_problem")
    assert (turn.remedy.kind, turn.remedy.target_id) == ("resend_invoice", "I2")


async def test_orders_too_old_for_an_invoice_are_not_offered() -> None:
    talk = Talk(SmallPlatform(known=[order("O1", ago(days=500))]))
    turn = await talk.say("开张个人发票", "invoice_apply")
    assert turn.ticket.order_ids == ()


async def test_frozen_cards_are_not_frozen_again() -> None:
    frozen = FuelCard("K1", "1000 **** **** 8842", "frozen", 0, ago(days=9), "连续输错密码锁定")
    turn = await Talk(SmallPlatform(card_list=[frozen])).say("油卡丢了要挂失", "card_lost_or_frozen")
    assert not [e for e in turn.effects if isinstance(e, Remedy)]


def test_braces_of_a_name_are_no_fields() -> None:
    assert literal("{code}店") == "（code）店"
