"""Invoices."""

from __future__ import annotations

from typing import Any

from contracts.effects import Remedy, WithdrawTicket
from contracts.entities import TIME
from contracts.platform import Invoice, InvoiceTitle
from tests.actions.world import SmallPlatform, Talk, ago, day_span, entity, order

COMPANY = "云南山海物流有限公司"


def invoice(number: str, orders: tuple[str, ...], status: str = "issued", **changes: Any) -> Invoice:
    values: dict[str, Any] = {"title": COMPANY, "tax_number": "91530100MA6ABCDE2K", "amount_fen": 24_000, **changes}
    return Invoice(id=number, order_ids=orders, status=status, requested_at=ago(days=3), **values)


async def test_known_title_in_the_words_makes_the_whole_draft() -> None:
    platform = SmallPlatform(
        known=[order("O1", ago(days=1)), order("O2", ago(days=9))], invoice_list=[invoice("I1", ("O2",))]
    )
    turn = await Talk(platform).say(f"开张{COMPANY}的发票", "invoice_apply")
    assert turn.ticket.order_ids == ("O1",)
    assert turn.ticket.details["draft"] == {"title": COMPANY, "tax_number": "91530100MA6ABCDE2K", "amount_fen": 20_000}


async def test_order_then_title_then_tax_number() -> None:
    talk = Talk(SmallPlatform(known=[order("O1", ago(hours=2)), order("O2", ago(days=1))]))
    asked = await talk.say("帮我开张公司发票", "invoice_apply")
    assert asked.asked == "order_id"
    asked = await talk.say("昨天那单", entities=[entity(TIME, day_span(ago(days=1)), "昨天")])
    assert asked.asked == "invoice_title"
    assert asked.buttons == {}
    asked = await talk.say("昆明晨光商贸有限公司")
    assert asked.asked == "tax_number"
    again = await talk.say("9153")
    assert again.asked == "tax_number"
    turn = await talk.say("91530100ma6abcde3x")
    assert turn.ticket.order_ids == ("O2",)
    assert turn.ticket.details["draft"]["tax_number"] == "91530100MA6ABCDE3X"
    assert "昆明晨光商贸有限公司" in turn.text


async def test_personal_invoice_needs_no_number() -> None:
    turn = await Talk(SmallPlatform(known=[order("O1", ago(days=1))])).say("开张个人发票", "invoice_apply")
    assert "「个人」" in turn.text
    assert turn.ticket.details["draft"]["tax_number"] is None
    assert turn.asked == "agreed"


async def test_old_titles_are_buttons_and_bring_their_number() -> None:
    platform = SmallPlatform(
        known=[order("O1", ago(days=1)), order("O2", ago(days=9))], invoice_list=[invoice("I1", ("O2",))]
    )
    talk = Talk(platform)
    asked = await talk.say("帮我开张发票", "invoice_apply")
    assert list(asked.buttons) == [COMPANY, "个人"]
    turn = await talk.press(COMPANY, asked)
    assert turn.ticket.details["draft"]["tax_number"] == "91530100MA6ABCDE2K"


async def test_no_tax_number_at_hand_is_no_dead_end() -> None:
    talk = Talk(SmallPlatform(known=[order("O1", ago(days=1))]))
    await talk.say("开公司的票", "invoice_apply")
    asked = await talk.say("昆明晨光商贸有限公司")
    turn = await talk.press("暂时没有", asked)
    assert turn.ticket.details["draft"]["tax_number"] is None


async def test_late_invoice_is_found() -> None:
    platform = SmallPlatform(invoice_list=[invoice("I1", ("O2",), "requested"), invoice("I2", ("O3",))])
    turn = await Talk(platform).say("电子发票一直没收到", "invoice_problem")
    assert "晚了" in turn.text
    assert turn.ticket.order_ids == ("O2",)


async def test_wrong_title_asks_for_the_right_one() -> None:
    talk = Talk(SmallPlatform(invoice_list=[invoice("I1", ("O2",))]))
    asked = await talk.say("发票抬头开错了", "invoice_problem")
    assert asked.asked == "detail"
    turn = await talk.say("应该是昆明晨光商贸有限公司 91530100MA6ABCDE3X")
    assert turn.ticket.details["correct"].startswith("应该是昆明晨光")
    assert "3 个工作日" in turn.text


async def test_an_unclear_problem_is_asked_once() -> None:
    talk = Talk(SmallPlatform(invoice_list=[invoice("I1", ("O2",))]))
    asked = await talk.say("我的发票有问题", "invoice_problem")
    assert asked.asked == "cause"
    turn = await talk.press("没收到发票", asked)
    assert "已经开出" in turn.text
    assert turn.ticket.department == "finance"


async def test_unknown_invoice_is_filed() -> None:
    assert "没有查到" in (await Talk().say("发票没收到", "invoice_problem")).text


async def test_a_wrong_number_is_not_issued_as_it_is() -> None:
    late = invoice("I1", ("O2",), "requested")
    talk = Talk(SmallPlatform(invoice_list=[late, invoice("I2", ("O3",), title="个人", tax_number=None)]))
    asked = await talk.say("发票税号错了", "invoice_problem")
    assert COMPANY in asked.text
    turn = await talk.say("91530100MA6ABCDE9X")
    assert turn.ticket.details["correct_tax_number"] == "91530100MA6ABCDE9X"
    assert not [e for e in turn.effects if isinstance(e, Remedy)]


async def test_an_order_whose_invoice_was_asked_for_is_told_so() -> None:
    platform = SmallPlatform(
        known=[order("O1", ago(days=1)), order("O2", ago(days=9))], invoice_list=[invoice("I1", ("O2",), "requested")]
    )
    days = [entity(TIME, day_span(ago(days=9)), "9天前")]
    turn = await Talk(platform).say("9天前那单开票", "invoice_apply", days)
    assert "申请过开票" in turn.text
    assert turn.buttons["这张发票有问题"] == "intent:invoice_problem"
    assert turn.outcome == "solved"


async def test_a_saved_title_is_known_by_its_short_name() -> None:
    platform = SmallPlatform(
        known=[order("O1", ago(days=1))], title_list=[InvoiceTitle("T1", COMPANY, "91530100MA6ABCDE2K", "a@b.cn")]
    )
    turn = await Talk(platform).say("开票，云南山海物流", "invoice_apply")
    assert turn.ticket.details["draft"]["tax_number"] == "91530100MA6ABCDE2K"


async def test_all_orders_of_a_month_on_one_invoice() -> None:
    orders = [order("O1", ago(days=1)), order("O2", ago(days=2), paid_fen=15_050), order("O3", ago(days=40))]
    titles = [InvoiceTitle("T1", COMPANY, "91530100MA6ABCDE2K", "a@b.cn")]
    talk = Talk(SmallPlatform(known=[*orders, order("O4", ago(days=1), status="refunded")], title_list=titles))
    june = {"from": "2025-06-01T00:00:00+08:00", "to": "2025-07-01T00:00:00+08:00"}
    asked = await talk.say("把这个月的都开一张，抬头跟上次一样", "invoice_apply", [entity(TIME, june, "这个月")])
    assert asked.asked == "agreed"
    assert "2 笔订单合开一张" in asked.text
    assert "金额 350.50 元" in asked.text
    assert asked.ticket.order_ids == ("O1", "O2")
    turn = await talk.say("开吧")
    assert turn.remedy.details == {"title_id": "T1", "order_ids": ["O1", "O2"]}


async def test_one_invoice_is_not_all() -> None:
    talk = Talk(SmallPlatform(known=[order("O1", ago(hours=2)), order("O2", ago(days=1))]))
    assert (await talk.say("帮我开一张发票", "invoice_apply")).asked == "order_id"


async def test_sent_again_to_the_address_he_writes() -> None:
    platform = SmallPlatform(invoice_list=[invoice("I1", ("O2",), "requested"), invoice("I2", ("O3",))])
    turn = await Talk(platform).say("邮箱写错了，重新发到a.b@c-d.com", "invoice_problem")
    assert (turn.remedy.kind, turn.remedy.target_id) == ("resend_invoice", "I2")
    assert turn.remedy.details == {"email": "a.b@c-d.com"}


async def test_a_letter_of_a_name_is_no_time() -> None:
    platform = SmallPlatform(known=[order("O1", ago(hours=2)), order("O2", ago(days=2))])
    said = [
        entity(TIME, day_span(ago(days=-1)), "晨", 5),
        entity(TIME, day_span(ago(days=2)), "前天", 20),
    ]
    turn = await Talk(platform).say(
        "开票，昆明晨光商贸有限公司，税号91530100MA6ABCDE3X，前天那单", "invoice_apply", said
    )
    assert turn.ticket.order_ids == ("O2",)


async def test_a_title_corrected_before_the_yes_takes_the_draft_back() -> None:
    titles = [InvoiceTitle("T1", COMPANY, "91530100MA6ABCDE2K", "a@b.cn")]
    talk = Talk(SmallPlatform(known=[order("O1", ago(days=2))], title_list=titles))
    first = await talk.say("前天260那笔开票，抬头写个人", "invoice_apply")
    assert first.asked == "agreed"
    turn = await talk.say(f"等等写错了，抬头应该是{COMPANY}")
    assert turn.one(WithdrawTicket).number == first.ticket.number
    assert turn.asked == "agreed"
    assert turn.ticket.details["draft"]["title"] == COMPANY
    assert turn.ticket.details["draft"]["tax_number"] == "91530100MA6ABCDE2K"
    other = await talk.say("不对，开昆明晨光商贸有限公司，税号91530100MA6ABCDE3X")
    assert other.ticket.details["draft"]["title"] == "昆明晨光商贸有限公司"
    assert other.ticket.details["draft"]["tax_number"] == "91530100MA6ABCDE3X"
    assert (await talk.say("开吧")).remedy.details["title"] == "昆明晨光商贸有限公司"
