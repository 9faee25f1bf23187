"""What may be meant instead; "it is not this problem" leads on."""

from __future__ import annotations

import pytest

from actions.neighbours import neighbours
from contracts.effects import EndDialogue, FileTicket, WithdrawTicket
from contracts.entities import AMOUNT, TIME
from contracts.taxonomy import load_taxonomy
from tests.actions.world import SmallPlatform, Talk, ago, coupon, day_span, entity, order, unfuelled

FILING = [i for i in load_taxonomy().intents.values() if i.priority is not None]
_HAVE_NONE = {"callback_request", "suggestion"}


@pytest.mark.parametrize("intent", [i.id for i in FILING if i.id not in _HAVE_NONE])
def test_every_problem_has_others_beside_it(intent: str) -> None:
    found = neighbours(intent)
    assert 2 <= len(found) <= 3
    assert intent not in found
    assert all(load_taxonomy().intents[i].group != "chat" for i in found)


def test_what_the_router_thought_of_comes_first() -> None:
    found = neighbours("coupon_unusable", ("points_missing", "coupon_unusable", "greet", "no_such_intent"))
    assert found == ("points_missing", "discount_not_applied", "coupon_not_received")


async def test_not_this_problem_withdraws_shows_others_and_keeps_what_was_said() -> None:
    orders = [order("O1", ago(hours=2)), order("O2", ago(days=1), paid_fen=23_000)]
    talk = Talk(SmallPlatform(known=orders), alternatives=("discount_not_applied",))
    said = [entity(TIME, day_span(ago(days=1)), "昨天"), entity(AMOUNT, 230, "230", role="paid")]
    filed = await talk.say("昨天扣了我230，不对吧", "amount_mismatch", said)
    taken_back = await talk.press("不是这个问题", filed)
    assert taken_back.one(WithdrawTicket).number == filed.ticket.number
    titles = {payload: title for title, payload in taken_back.buttons.items()}
    assert next(iter(titles)) == "intent:discount_not_applied"
    assert titles["human"] == "转人工"
    turn = await talk.press(titles["intent:discount_not_applied"], taken_back)
    assert turn.ticket.category == "discount_not_applied"
    assert turn.ticket.order_ids == ("O2",), "the day and the amount are not asked for again"
    assert turn.ticket.details["said"][0] == "昨天扣了我230，不对吧"


async def test_words_are_carried_only_to_what_was_offered_instead() -> None:
    talk = Talk(SmallPlatform(coupon_list=[coupon("C1", ago(hours=26))]))
    filed = await talk.say("券没到", "coupon_not_received")
    await talk.press("不是这个问题", filed)
    turn = await talk.say("给我查积分", "points_query", payload="intent:points_query")
    assert turn.outcome == "solved"
    other = await talk.say("我要提建议，加个夜间模式", "suggestion")
    assert other.ticket.details["said"] == ["我要提建议，加个夜间模式"]


async def test_a_problem_that_is_over_is_withdrawn_without_more_questions() -> None:
    talk = Talk(SmallPlatform(coupon_list=[coupon("C1", ago(hours=26))]))
    await talk.say("券没到", "coupon_not_received")
    turn = await talk.say("券到账了，工单撤了吧", "ticket_cancel")
    assert turn.one(WithdrawTicket)
    assert turn.buttons == {}
    assert not [e for e in turn.effects if isinstance(e, FileTicket)]


@pytest.mark.parametrize("words", ["不是这个问题", "你理解错了", "我问的不是这个", "不是这个意思"])
async def test_said_in_the_middle_of_a_question_it_ends_the_flow_and_shows_others(words: str) -> None:
    talk = Talk(SmallPlatform(known=[order("O1", ago(hours=2)), order("O2", ago(days=1))]))
    assert (await talk.say("优惠没减", "discount_not_applied")).asked == "order_id"
    turn = await talk.say(words)
    assert turn.effects == (EndDialogue("cancelled"),)
    assert [p for p in turn.buttons.values() if p.startswith("intent:")] == [
        f"intent:{i}" for i in neighbours("discount_not_applied")
    ]


async def test_said_instead_of_a_yes_it_takes_the_ticket_back() -> None:
    talk = Talk(SmallPlatform(known=[unfuelled("O1", ago(minutes=6))]))
    asked = await talk.say("我要退款", "refund_request")
    turn = await talk.say("你理解错了")
    assert turn.effects == (WithdrawTicket(asked.ticket.number, "我要退款，你理解错了"), EndDialogue("cancelled"))
    assert talk.ports.tickets == []
