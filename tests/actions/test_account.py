"""The account."""

from __future__ import annotations

import pytest

from contracts.effects import HandOff
from contracts.entities import PHONE, STATION, TIME
from tests.actions.world import SmallPlatform, Talk, ago, entity, order


@pytest.mark.parametrize(("answer", "outcome"), [("登上了", "solved"), ("还是不行", "filed")])
async def test_login_advice_before_filing(answer: str, outcome: str) -> None:
    talk = Talk()
    asked = await talk.say("收不到验证码", "login_problem")
    assert "5 分钟" in asked.text
    assert "10 次" in asked.text
    assert (await talk.press(answer, asked)).outcome == outcome


async def test_saying_the_problem_again_means_it_is_not_solved() -> None:
    talk = Talk()
    await talk.say("收不到验证码", "login_problem")
    turn = await talk.say("收不到验证码啊", "login_problem")
    assert turn.outcome == "filed"


async def test_guest_who_cannot_log_in_leaves_a_number() -> None:
    talk = Talk(customer_id=None)
    asked = await talk.say("原来的号码不用了登不上", "login_problem")
    assert asked.asked == "phone"
    assert (await talk.say("138")).asked == "phone"
    turn = await talk.say("13800001234")
    assert turn.ticket.details["phone"] == "13800001234"
    assert turn.ticket.details["guest"] is True


async def test_the_login_cause_is_asked() -> None:
    talk = Talk()
    asked = await talk.say("登录有问题", "login_problem")
    assert asked.asked == "cause"
    asked = await talk.press("忘记密码", asked)
    assert asked.asked == "solved"


async def test_change_of_phone_takes_the_number_from_the_words() -> None:
    said = entity(PHONE, "13911112222", "13911112222")
    turn = await Talk().say("手机号改绑成13911112222", "account_change", [said])
    assert turn.ticket.details["wanted"] == "13911112222"
    assert "核实身份" in turn.text


async def test_change_asks_what_and_to_what() -> None:
    talk = Talk()
    asked = await talk.say("资料要改一下", "account_change")
    asked = await talk.press("改车牌", asked)
    assert asked.asked == "detail"
    turn = await talk.say("云A12345")
    assert turn.ticket.details["wanted"] == "云A12345"
    assert turn.ticket.priority == "P3"


async def test_closing_the_account_names_the_cooling_time() -> None:
    turn = await Talk().say("我要注销账号", "account_change")
    assert "15 个工作日" in turn.text
    assert turn.ticket.details["cause"] == "注销"


async def test_stolen_account_is_filed_and_handed_over_at_once() -> None:
    turn = await Talk(SmallPlatform(known=[order("O1", ago(hours=1))])).say("我账号被人登了", "account_security")
    assert turn.one(HandOff).rule == "account_security"
    assert turn.ticket.priority == "P0"
    assert turn.outcome == "handed_off"
    guest = await Talk(customer_id=None).say("我账号被人登了", "account_security")
    assert "手机号" in guest.text
    assert guest.one(HandOff).reason == "critical_intent"


async def test_a_plate_that_goes_needs_no_new_one() -> None:
    turn = await Talk().say("车卖了，把这个车牌去掉", "account_change")
    assert turn.ticket.details["demand"] == "删除车牌"


async def test_a_theft_is_not_told_of_another_order() -> None:
    orders = [order("O1", ago(hours=1)), order("O2", ago(days=3), station_name="滨江站")]
    said = [
        entity(TIME, {"from": ago(hours=8).isoformat(), "to": ago(hours=7).isoformat()}, "凌晨3点"),
        entity(STATION, "滨江站", "滨江站"),
    ]
    turn = await Talk(SmallPlatform(known=orders)).say("凌晨3点有人在滨江站用我余额", "account_security", said)
    assert "您账户最近一笔订单" in turn.text
    assert turn.ticket.order_ids == ("O1",)
    plain = await Talk(SmallPlatform(known=orders)).say("有人在滨江站用我余额", "account_security", said[1:])
    assert "您说的那笔是" in plain.text
    assert plain.ticket.order_ids == ("O2",)


@pytest.mark.parametrize("words", ["换车了 车牌帮我改成云A88K66", "车牌改成云A·88K66吧", "新车牌云a88k66"])
async def test_a_plate_inside_a_sentence_is_not_asked_for(words: str) -> None:
    turn = await Talk().say(words, "account_change")
    assert turn.ticket.details["wanted"] == "云A88K66"


async def test_a_number_out_of_use_is_no_closing_of_the_account() -> None:
    asked = await Talk().say("手机号不用了要换", "account_change")
    assert asked.asked == "detail"
    assert "新的手机号" in asked.text


async def test_a_name_that_was_said_is_not_asked_for() -> None:
    turn = await Talk().say("实名的名字登记错了，帮我改成张伟", "account_change")
    assert turn.ticket.details["wanted"] == "张伟"
