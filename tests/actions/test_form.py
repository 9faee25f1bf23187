"""What holds for every flow: hearing, correcting, switching, asking no more than needed, never a dead end."""

from __future__ import annotations

import pytest

from actions.heard import Memory
from contracts.effects import AddToTicket, EndDialogue, FileTicket
from contracts.entities import AMOUNT, ORDER_NUMBER, PHONE, STATION, TIME
from contracts.taxonomy import load_taxonomy
from tests.actions.world import SmallPlatform, Talk, ago, coupon, day_span, entity, order, unfuelled

FLOW_INTENTS = [i for i in load_taxonomy().intents.values() if i.group != "chat"]
FILING = [i.id for i in FLOW_INTENTS if i.priority is not None]


async def test_all_in_the_first_message_asks_nothing() -> None:
    orders = [
        order("O1", ago(hours=2), station_name="滨江站"),
        order("O2", ago(days=1), paid_fen=23_000),
        order("O3", ago(days=1, hours=3), station_name="东环路站", paid_fen=23_000),
    ]
    said = [
        entity(TIME, day_span(ago(days=1)), "昨天下午", 0),
        entity(STATION, "城北站", "城北站", 5),
        entity(AMOUNT, 200, "200", 11, "pump"),
        entity(AMOUNT, 230, "230", 17, "paid"),
    ]
    turn = await Talk(SmallPlatform(known=orders)).say("昨天下午在城北站加的200，扣了230", "amount_mismatch", said)
    assert turn.asked is None
    assert turn.ticket.order_ids == ("O2",)


async def test_a_correction_changes_the_order() -> None:
    talk = Talk(SmallPlatform(known=[order("O1", ago(days=1)), order("O2", ago(days=2)), order("O3", ago(days=9))]))
    asked = await talk.say("昨天那单选错了", "wrong_selection", [entity(TIME, day_span(ago(days=1)), "昨天")])
    assert asked.asked == "cause"
    assert asked.slots["order_id"] == "O1"
    days = [entity(TIME, day_span(ago(days=2)), "前天", 5)]
    turn = await talk.say("不是昨天是前天，选错枪了", entities=days)
    assert turn.slots["order_id"] == "O2"
    again = await talk.press("选错油枪", asked) if turn.asked else turn
    assert again.ticket.order_ids == ("O2",)


async def test_a_correction_outweighs_a_pressed_card() -> None:
    talk = Talk(SmallPlatform(known=[order("O1", ago(days=1)), order("O2", ago(days=2))]))
    await talk.say("选错了", "wrong_selection")
    asked = await talk.say("昨天的", payload="answer:order_id=O1")
    assert asked.asked == "cause"
    turn = await talk.say("弄错了，是前天那单", entities=[entity(TIME, day_span(ago(days=2)), "前天", 6)])
    assert turn.slots["order_id"] == "O2"


async def test_the_order_number_decides() -> None:
    talk = Talk(SmallPlatform(known=[order("25060411", ago(days=1)), order("25060422", ago(days=2))]))
    said = [entity(ORDER_NUMBER, "25060422", "25060422", 2)]
    turn = await talk.say("订单25060422退款", "refund_request", said)
    assert turn.ticket.order_ids == ("25060422",)


async def test_an_older_card_may_still_be_pressed() -> None:
    talk = Talk(SmallPlatform(known=[order("O1", ago(days=1)), order("O2", ago(days=2))]))
    await talk.say("选错了", "wrong_selection")
    await talk.say("", payload="answer:order_id=O1")
    turn = await talk.say("", payload="answer:order_id=O2")
    assert turn.asked == "cause"
    assert turn.slots["order_id"] == "O2"


async def test_one_word_answers_and_not_knowing() -> None:
    talk = Talk(SmallPlatform(known=[order("O1", ago(days=1)), order("O2", ago(days=2))]))
    await talk.say("退款", "refund_request")
    assert (await talk.say("2")).ticket.order_ids == ("O2",)
    other = Talk(SmallPlatform(known=[order("O1", ago(days=1)), order("O2", ago(days=2))]))
    await other.say("退款", "refund_request")
    assert (await other.say("记不清了")).ticket.order_ids == ()


async def test_a_question_is_asked_twice_and_then_let_go() -> None:
    talk = Talk(SmallPlatform(known=[order("O1", ago(days=1)), order("O2", ago(days=2))]))
    first = await talk.say("退款", "refund_request")
    second = await talk.say("哎呀")
    assert (first.asked, second.asked) == ("order_id", "order_id")
    assert first.text != second.text
    assert second.responses[0]["custom"]["outcome"] == "not_understood"
    turn = await talk.say("快点嘛")
    assert turn.ticket.details["said"] == ["退款", "哎呀", "快点嘛"]


async def test_answers_that_always_name_something_new_end_as_well() -> None:
    talk = Talk(SmallPlatform(known=[order("O1", ago(days=1)), order("O2", ago(days=2))]))
    turn = await talk.say("退款", "refund_request")
    for amount in range(900, 910):
        if turn.asked is None:
            break
        turn = await talk.say(f"{amount}那单", entities=[entity(AMOUNT, amount, str(amount))])
    assert turn.outcome == "filed"
    assert len(turn.ticket.details["said"]) <= 6


async def test_another_area_takes_over_cleanly() -> None:
    platform = SmallPlatform(
        known=[order("O1", ago(days=1)), order("O2", ago(days=2))], coupon_list=[coupon("C1", ago(hours=26))]
    )
    talk = Talk(platform)
    await talk.say("退款", "refund_request")
    turn = await talk.say("我的加油券还没到账", "coupon_not_received")
    assert turn.ticket.category == "coupon_not_received"
    assert turn.ticket.details["said"] == ["我的加油券还没到账"]
    assert turn.slots.get("order_id") is None


async def test_another_problem_of_the_same_area_starts_afresh() -> None:
    talk = Talk(SmallPlatform(known=[order("O1", ago(days=1)), order("O2", ago(days=2))]))
    await talk.say("我选错了", "wrong_selection")
    turn = await talk.say("查一下订单", "order_query")
    assert turn.outcome == "solved"
    assert turn.slots["memory"]["said"] == ["查一下订单"]


async def test_small_talk_inside_a_form_is_an_answer() -> None:
    talk = Talk()
    await talk.say("收不到验证码", "login_problem")
    assert (await talk.say("好了", "affirm")).outcome == "solved"


@pytest.mark.parametrize("intent", FILING)
async def test_platform_down_is_said_once_and_the_words_are_filed(intent: str) -> None:
    talk = Talk(SmallPlatform(down=True))
    turn = await talk.say(load_taxonomy().intents[intent].say[0], intent)
    texts = [turn.text]
    for answer in ("选错油枪，昨天城北站", "城北站", "还是不行", "还是不行"):
        if turn.asked is None:
            break
        turn = await talk.say(answer)
        texts.append(turn.text)
    assert turn.asked is None
    assert "\n".join(texts).count("连不上") <= 1
    assert turn.ticket.category == intent
    assert turn.ticket.details["said"]
    spec = load_taxonomy().intents[intent]
    assert turn.ticket.priority == spec.priority


@pytest.mark.parametrize("intent", FILING)
async def test_every_flow_ends_for_somebody_nobody_knows(intent: str) -> None:
    talk = Talk(customer_id="a stranger")
    turn = await talk.say(load_taxonomy().intents[intent].say[-1], intent)
    for _ in range(6):
        if turn.asked is None:
            break
        turn = await talk.say("还是不行")
    assert isinstance(turn.one(EndDialogue), EndDialogue)
    assert turn.ticket.category == intent


@pytest.mark.parametrize("intent", FILING)
async def test_guests_leave_a_number_unless_seconds_count(intent: str) -> None:
    talk = Talk(SmallPlatform(known=[unfuelled("O1", ago(minutes=6))]), customer_id=None)
    turn = await talk.say(load_taxonomy().intents[intent].say[0], intent)
    at_once = {"points_stolen", "account_security", "safety_emergency", "suggestion"}
    assert (turn.asked != "phone") == (intent in at_once)
    assert "城北站" not in turn.text
    private = [read for read in talk.ports.platform.reads if read != "stations"]
    assert private == []


async def test_a_guest_who_gave_his_number_already_is_not_asked() -> None:
    said = entity(PHONE, "13911112222", "13911112222")
    turn = await Talk(customer_id=None).say("券没到，电话13911112222", "coupon_not_received", [said])
    assert turn.ticket.details["phone"] == "13911112222"


async def test_a_new_order_is_a_new_problem() -> None:
    platform = SmallPlatform(known=[unfuelled("O1", ago(minutes=6))])
    talk = Talk(platform)
    await talk.say("钱扣了油枪没反应", "paid_not_fueled")
    platform.known = [unfuelled("O2", ago(minutes=1)), unfuelled("O1", ago(minutes=6))]
    turn = await talk.say("又扣了没出油", "paid_not_fueled")
    assert turn.ticket.order_ids == ("O2",)
    repeated = await talk.say("还是没出油", "paid_not_fueled")
    assert repeated.one(AddToTicket).number == turn.ticket.number


async def test_a_late_open_ticket_is_apologised_for() -> None:
    talk = Talk(SmallPlatform(coupon_list=[coupon("C1", ago(hours=26))]))
    first = await talk.say("券没到", "coupon_not_received")
    talk.ports.now = ago(days=-2)
    turn = await talk.say("券还没到", "coupon_not_received")
    assert "超过承诺时间" in turn.text
    assert turn.one(AddToTicket).number == first.ticket.number
    assert not [e for e in turn.effects if isinstance(e, FileTicket)]


@pytest.mark.parametrize(("feeling", "words"), [("anxious", "先别急"), ("dissatisfied", "抱歉"), ("angry", "对不起")])
async def test_the_opening_follows_the_feeling_and_is_said_once(feeling: str, words: str) -> None:
    talk = Talk(SmallPlatform(known=[order("O1", ago(days=1)), order("O2", ago(days=2))]), sentiment=feeling)
    asked = await talk.say("退款", "refund_request")
    assert words in asked.text
    turn = await talk.say("2")
    assert words not in turn.text


async def test_memory_survives_its_slot() -> None:
    memory = Memory(
        said=["a"], heard=[entity(AMOUNT, 200, "200")], told=["opening"], tries={"cause": 1}, chosen=["cause"]
    )
    assert Memory.from_slot(memory.to_slot()) == memory
    assert Memory.from_slot(None) == Memory()
