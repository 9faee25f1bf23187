"""A ticket stands first; then the order is cancelled with the customer's yes and not without."""

from __future__ import annotations

import re

import pytest

from contracts.effects import AddToTicket, EndDialogue, FileTicket, Remedy, WithdrawTicket
from contracts.entities import TIME
from tests.actions.world import SmallPlatform, Talk, ago, day_span, entity, order, payment, unfuelled


def waiting() -> Talk:
    return Talk(SmallPlatform(known=[unfuelled("O1", ago(minutes=6)), order("O2", ago(days=2))]))


@pytest.mark.parametrize(
    ("text", "intent"), [("选错油枪付款了", "wrong_selection"), ("我要退款，这单不要了", "refund_request")]
)
async def test_the_ticket_stands_before_the_question(text: str, intent: str) -> None:
    asked = await waiting().say(text, intent)
    assert asked.asked == "agreed"
    assert asked.ticket.order_ids == ("O1",)
    assert asked.effects == (asked.ticket,), "nothing is done yet and the dialogue goes on"
    question = [r["text"] for r in asked.responses if r.get("text")][-1]
    assert "200 元原路退回微信" in question
    assert asked.ticket.number not in question, "the question can be asked again alone, under an article"
    assert [t for t in asked.buttons if t in ("现在取消", "先不取消")] == ["现在取消", "先不取消"]


@pytest.mark.parametrize("answer", ["好的", "取消吧", "嗯，取消", "可以", "帮我取消", "行吧"])
async def test_a_clear_yes_cancels(answer: str) -> None:
    talk = waiting()
    asked = await talk.say("我要退款", "refund_request")
    turn = await talk.say(answer)
    added, cancel, ended = turn.effects
    assert isinstance(added, AddToTicket)
    assert isinstance(cancel, Remedy)
    assert (cancel.kind, cancel.target_id, cancel.cause, cancel.amount_fen) == ("cancel_order", "O1", None, None)
    assert cancel.ticket_number == added.number == asked.ticket.number
    assert set(re.findall(r"\{(\w+)\}", cancel.done)) == {"amount_fen", "channel", "expected_by"}
    assert ended == EndDialogue("filed")
    assert "不要再提枪" in turn.text


@pytest.mark.parametrize("answer", ["不用了", "先不取消", "等等", "别取消", "再说吧"])
async def test_a_no_leaves_the_ticket_as_it_is(answer: str) -> None:
    talk = waiting()
    asked = await talk.say("我要退款", "refund_request")
    turn = await talk.say(answer)
    assert turn.effects == (EndDialogue("filed"),)
    assert asked.ticket.number in turn.text


@pytest.mark.parametrize("answer", ["谢谢", "谢谢啦", "这也太离谱了", "我在高速上呢，回头看", "😡", "这也太慢了"])
async def test_anything_else_is_no_yes_and_goes_to_the_ticket(answer: str) -> None:
    talk = waiting()
    asked = await talk.say("我要退款", "refund_request")
    turn = await talk.say(answer)
    added, ended = turn.effects
    assert (added, ended) == (AddToTicket(asked.ticket.number, "info", answer), EndDialogue("filed"))
    assert talk.slots["problem"] is None, "it is asked once"


async def test_a_question_instead_of_a_yes_is_told_where_the_ticket_is() -> None:
    talk = waiting()
    asked = await talk.say("我要退款", "refund_request")
    turn = await talk.say("那你们什么时候处理")
    assert turn.effects == (EndDialogue("filed"),)
    assert asked.ticket.number in turn.text
    assert "今天 18:38 前给您处理结果" in turn.text


async def test_another_order_takes_the_ticket_back_and_files_the_right_one() -> None:
    orders = [unfuelled("O1", ago(minutes=6)), unfuelled("O3", ago(hours=1)), order("O2", ago(days=2))]
    talk = Talk(SmallPlatform(known=orders))
    which = await talk.say("选错油枪付款了", "wrong_selection")
    asked = await talk.say("第一个")
    assert which.asked == "order_id"
    assert asked.ticket.order_ids == ("O1",)
    turn = await talk.say("不是这单，是前天那单", entities=[entity(TIME, day_span(ago(days=2)), "前天")])
    taken_back, filed = turn.effects[0], turn.one(FileTicket)
    assert isinstance(taken_back, WithdrawTicket)
    assert taken_back.number == asked.ticket.number
    assert filed.order_ids == ("O2",)
    assert turn.outcome == "filed", "an order with fuel cannot be cancelled: no question"


async def test_fuel_that_came_in_between_is_not_cancelled() -> None:
    talk = waiting()
    asked = await talk.say("我要退款", "refund_request")
    talk.ports.platform.known = [order("O1", ago(minutes=6))]
    turn = await talk.press("现在取消", asked)
    assert not [e for e in turn.effects if isinstance(e, Remedy)]
    assert "不能取消" in turn.text


async def test_an_old_order_is_not_offered_for_cancelling() -> None:
    turn = await Talk(SmallPlatform(known=[unfuelled("O1", ago(hours=3))])).say("我要退款", "refund_request")
    assert turn.outcome == "filed"
    assert "1 个工作日" in turn.text


async def test_a_guest_is_asked_for_no_yes() -> None:
    talk = Talk(customer_id=None)
    await talk.say("我要退款", "refund_request")
    assert (await talk.say("13900005678")).outcome == "filed"


async def test_another_problem_in_between_leaves_the_ticket() -> None:
    talk = waiting()
    await talk.say("我要退款", "refund_request")
    turn = await talk.say("我的积分还有多少", "points_query")
    assert turn.outcome == "solved"
    assert [t.category for t in talk.ports.tickets] == ["refund_request"]


async def test_of_two_orders_paid_at_once_the_one_without_fuel_can_go() -> None:
    at = ago(minutes=30)
    orders = [unfuelled("O2", at), order("O1", at)]
    pair = [payment("P2", at, order_id="O2"), payment("P1", at, order_id="O1")]
    talk = Talk(SmallPlatform(known=orders, payment_list=pair))
    asked = await talk.say("一次加油扣了我两笔", "duplicate_charge")
    assert asked.asked == "agreed"
    assert set(asked.ticket.order_ids) == {"O1", "O2"}
    assert "两笔不同的订单" in asked.text
    assert (await talk.say("取消吧")).remedy.target_id == "O2"


@pytest.mark.parametrize("words", ["都不是", "不是这单"])
async def test_the_wrong_order_is_taken_back_and_the_others_are_shown(words: str) -> None:
    orders = [unfuelled("O1", ago(minutes=6)), order("O2", ago(days=1)), order("O3", ago(days=2))]
    talk = Talk(SmallPlatform(known=orders))
    asked = await talk.say("我要退款", "refund_request")
    turn = await talk.say(words)
    assert turn.one(WithdrawTicket).number == asked.ticket.number
    assert turn.asked == "order_id"
    assert [i["id"] for i in turn.card["items"]] == ["O2", "O3"]
    assert (await talk.say("第二个")).ticket.order_ids == ("O3",)
