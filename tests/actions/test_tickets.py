"""Tickets that are open already."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from contracts.effects import ActOnTicket, AddToTicket, WithdrawTicket
from contracts.entities import TICKET_NUMBER
from contracts.tickets import TicketStatus, TicketView
from tests.actions.world import NOW, SmallPlatform, Talk, ago, coupon, entity


def ticket(number: str, category: str = "amount_mismatch", **changes: object) -> TicketView:
    made = TicketView(
        number=number,
        category=category,
        department="finance",
        priority="P1",
        status=TicketStatus.CHECKING,
        summary=f"扣款与加油量不符：{number}",
        created_at=ago(hours=2),
        due_at=NOW + timedelta(hours=3),
        order_ids=("O1",),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


async def test_progress_of_the_only_ticket() -> None:
    turn = await Talk(tickets=[ticket("YB1")]).say("我的工单处理到哪了", "ticket_progress")
    assert "核查中" in turn.text
    assert "今天 13:38 前" in turn.text
    assert turn.card["number"] == "YB1"
    assert turn.buttons == {"催一下": "intent:ticket_urge"}
    assert turn.outcome == "solved"


async def test_progress_of_a_late_ticket_says_sorry() -> None:
    turn = await Talk(tickets=[ticket("YB1", due_at=ago(hours=5))]).say("处理到哪了", "ticket_progress")
    assert "超过承诺时间 5 小时" in turn.text
    assert "转人工" in turn.buttons


async def test_finance_review_has_the_first_department_done() -> None:
    late = ticket("YB1", status=TicketStatus.FINANCE_REVIEW)
    turn = await Talk(tickets=[late]).say("处理到哪了", "ticket_progress")
    assert [s["done"] for s in turn.card["steps"]] == [True, True, False, False]


async def test_no_ticket_is_said() -> None:
    turn = await Talk().say("我的工单处理到哪了", "ticket_progress")
    assert "没有正在处理的工单" in turn.text
    assert turn.outcome == "solved"


async def test_which_of_several_by_number_or_by_name() -> None:
    tickets = [ticket("YB1"), ticket("YB2", "invoice_problem", summary="没收到发票：测试")]
    talk = Talk(tickets=tickets)
    by_number = await talk.say("YB2到哪了", "ticket_progress", [entity(TICKET_NUMBER, "YB2", "YB2")])
    assert by_number.card["number"] == "YB2"
    asked = await talk.say("催一下", "ticket_urge")
    assert asked.asked == "ticket_number"
    turn = await talk.say("没收到发票那个")
    added = turn.one(AddToTicket)
    assert (added.number, added.kind) == ("YB2", "urge")


async def test_information_is_added_or_asked_for() -> None:
    talk = Talk(tickets=[ticket("YB1")])
    at_once = await talk.say("补充一下，是6号枪不是9号枪", "ticket_add_info")
    assert at_once.one(AddToTicket).note == "补充一下，是6号枪不是9号枪"
    asked = await talk.say("我要补充一下", "ticket_add_info")
    assert asked.asked == "detail"
    later = await talk.say("油表照片在这", attachments=["a1"])
    added = later.one(AddToTicket)
    assert (added.kind, added.note) == ("info", "油表照片在这（附件：a1）")


async def test_withdrawing_the_only_ticket_and_one_of_several() -> None:
    talk = Talk(tickets=[ticket("YB1")])
    turn = await talk.say("工单撤了吧", "ticket_cancel")
    assert turn.one(WithdrawTicket).number == "YB1"
    assert turn.outcome == "cancelled"
    other = Talk(tickets=[ticket("YB1"), ticket("YB2", summary="没收到发票：测试")])
    asked = await other.say("工单撤了吧", "ticket_cancel")
    turn = await other.press("没收到发票 YB2", asked)
    assert turn.one(WithdrawTicket).number == "YB2"


async def test_nothing_is_withdrawn_when_it_stays_unclear_which() -> None:
    talk = Talk(tickets=[ticket("YB1"), ticket("YB2")])
    await talk.say("工单撤了吧", "ticket_cancel")
    await talk.say("嗯嗯")
    turn = await talk.say("随便")
    assert not [e for e in turn.effects if isinstance(e, WithdrawTicket)]
    assert len(talk.ports.tickets) == 2


async def test_not_this_problem_withdraws_what_was_just_filed() -> None:
    talk = Talk(SmallPlatform(coupon_list=[coupon("C1", ago(hours=26))]))
    talk.ports.tickets.append(ticket("YB9", created_at=ago(days=3)))
    filed = await talk.say("券没到", "coupon_not_received")
    turn = await talk.press("不是这个问题", filed)
    assert turn.one(WithdrawTicket).number == filed.ticket.number
    assert [t.number for t in talk.ports.tickets] == ["YB9"]


async def test_a_solved_ticket_is_told_of_and_can_be_opened_again() -> None:
    talk = Talk(tickets=[ticket("YB1", status=TicketStatus.SOLVED)])
    turn = await talk.say("我昨天说的那个事处理得咋样了", "ticket_progress")
    assert "YB1" in turn.text
    assert "已经解决" in turn.text
    assert turn.buttons == {"解决了": "ticket:confirm:YB1", "重新打开": "ticket:reopen:YB1"}


async def test_pressing_for_a_solved_ticket_opens_it_again() -> None:
    talk = Talk(tickets=[ticket("YB1", status=TicketStatus.SOLVED)])
    turn = await talk.say("怎么还没弄好", "ticket_urge")
    assert turn.one(ActOnTicket) == ActOnTicket("YB1", "reopen", "怎么还没弄好")


async def test_a_solved_ticket_is_confirmed_or_taken_back_by_the_words() -> None:
    solved = [ticket("YB1", status=TicketStatus.SOLVED)]
    turn = await Talk(tickets=solved).say("好了券到了，不用管了", "ticket_cancel")
    assert turn.one(ActOnTicket) == ActOnTicket("YB1", "confirm", "好了券到了，不用管了")
    turn = await Talk(tickets=solved).say("不是这个问题", "ticket_cancel")
    assert isinstance(turn.one(WithdrawTicket), WithdrawTicket)


async def test_an_open_ticket_comes_before_a_solved_one() -> None:
    tickets = [ticket("YB1", status=TicketStatus.SOLVED), ticket("YB2")]
    turn = await Talk(tickets=tickets).say("处理到哪了", "ticket_progress")
    assert turn.card["number"] == "YB2"


async def test_a_part_of_the_title_in_the_first_words_is_enough() -> None:
    tickets = [ticket("YB1", summary="充值未到账：500 元"), ticket("YB2", summary="加油券未到账：满200减25")]
    turn = await Talk(tickets=tickets).say("催一下充值那个", "ticket_urge")
    assert turn.one(AddToTicket).number == "YB1"
    turn = await Talk(tickets=tickets).say("催一下", "ticket_urge")
    assert turn.asked == "ticket_number"
