"""The service itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contracts.effects import FileTicket, HandOff
from contracts.entities import PHONE, TIME
from tests.actions.world import NOW, Talk, entity


async def test_a_person_is_called() -> None:
    turn = await Talk().say("转人工", "human_agent")
    assert turn.one(HandOff).reason == "asked"
    assert not [e for e in turn.effects if isinstance(e, FileTicket)]


async def test_call_back_at_the_known_number_and_the_wanted_time() -> None:
    span = {"from": (NOW + timedelta(hours=4)).isoformat(), "to": (NOW + timedelta(hours=6)).isoformat()}
    turn = await Talk().say("下午两点多给我回电话", "callback_request", [entity(TIME, span, "下午两点多")])
    assert "138****1234" in turn.text
    assert "今天 14:38 到今天 16:38" in turn.text
    assert turn.ticket.details["callback"] == {"phone": "13800001234", "between": span, "attempts": 3}
    assert turn.ticket.details["phone"] == "13800001234"


async def test_call_back_to_a_guest_or_another_number() -> None:
    talk = Talk(customer_id=None)
    asked = await talk.say("让客服给我打电话", "callback_request")
    assert asked.asked == "phone"
    turn = await talk.say("139 1111 2222")
    assert turn.ticket.details["callback"]["phone"] == "13911112222"
    other = await Talk().say("打这个13911112222", "callback_request", [entity(PHONE, "13911112222", "13911112222")])
    assert other.ticket.details["callback"]["phone"] == "13911112222"


async def test_bare_complaint_is_asked_what_about_but_not_an_angry_one() -> None:
    talk = Talk()
    asked = await talk.say("我要投诉你们", "complaint_general")
    assert asked.asked == "detail"
    turn = await talk.press("支付退款", asked)
    assert turn.ticket.summary == "投诉：支付退款"
    assert turn.ticket.priority == "P1"
    angry = await Talk(sentiment="angry").say("再不处理就打12315", "complaint_general")
    assert angry.outcome == "filed"
    assert angry.text.startswith("实在对不起")


async def test_every_suggestion_is_its_own_ticket() -> None:
    talk = Talk()
    first = await talk.say("建议加个油价提醒", "suggestion")
    assert first.ticket.details["idea"] == "建议加个油价提醒"
    assert "500 积分" in first.text
    second = await talk.say("能不能出个深色模式", "suggestion")
    assert second.ticket.number != first.ticket.number


async def test_bare_suggestion_is_asked_for_its_content() -> None:
    talk = Talk(customer_id=None)
    assert (await talk.say("我想提个建议", "suggestion")).asked == "detail"
    assert (await talk.say("出个车机版")).ticket.details["idea"] == "出个车机版"


@pytest.mark.parametrize(
    ("text", "title"),
    [("把我的个人数据删掉", "删除信息"), ("导出我的信息给我", "查看或导出"), ("我要关掉行驶里程授权", "撤回授权")],
)
async def test_privacy_requests_are_read_from_the_words(text: str, title: str) -> None:
    turn = await Talk().say(text, "privacy_request")
    assert turn.ticket.summary.endswith(title)
    assert turn.ticket.department == "security"


async def test_unclear_privacy_request_is_asked() -> None:
    talk = Talk()
    asked = await talk.say("我的个人信息怎么办", "privacy_request")
    assert asked.asked == "cause"
    assert "15 个工作日" in (await talk.press("删除信息", asked)).text


async def test_an_order_for_a_copy_needs_no_question() -> None:
    turn = await Talk().say("你们手里有我哪些数据，导一份给我", "privacy_request")
    assert turn.ticket.details["demand"] == "查看或导出"
