"""The app itself."""

from __future__ import annotations

from contracts.entities import ERROR_CODE
from tests.actions.world import Talk, entity


async def test_error_is_filed_as_told() -> None:
    turn = await Talk().say("小程序打不开白屏", "app_error")
    assert turn.ticket.summary.endswith("小程序打不开白屏")
    assert (turn.ticket.department, turn.ticket.priority) == ("tech", "P2")
    assert "iOS 14" in turn.text


async def test_error_code_heads_the_summary() -> None:
    turn = await Talk().say("报错 E500", "app_error", [entity(ERROR_CODE, "E500", "E500")])
    assert turn.ticket.summary.endswith("E500")


async def test_bare_complaint_is_asked_for_what_it_shows() -> None:
    talk = Talk()
    asked = await talk.say("你们app有问题", "app_error")
    assert asked.asked == "detail"
    turn = await talk.say("点我的就闪退")
    assert turn.ticket.summary.endswith("点我的就闪退")


async def test_a_screenshot_is_an_answer() -> None:
    talk = Talk()
    await talk.say("app坏了", "app_error")
    turn = await talk.say("", attachments=["a1"])
    assert turn.ticket.details["attachments"] == ["a1"]
    at_once = await Talk().say("app坏了", "app_error", attachments=["a2"])
    assert at_once.outcome == "filed"


async def test_what_many_may_share_is_noted_for_the_incident_watch() -> None:
    crash = await Talk().say("小程序打不开白屏", "app_error")
    assert crash.ticket.details["area"] == "小程序"
    slow = await Talk().say("首页图标很丑还卡", "app_error")
    assert "area" not in slow.ticket.details
