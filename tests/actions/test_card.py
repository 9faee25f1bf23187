"""Fuel cards."""

from __future__ import annotations

import pytest

from contracts.effects import EndDialogue
from contracts.entities import CARD_NUMBER, ERROR_CODE
from contracts.platform import FuelCard
from tests.actions.world import SmallPlatform, Talk, ago, entity


def card(number: str, status: str = "active", note: str = "") -> FuelCard:
    return FuelCard(f"K{number}", f"1000 **** **** {number}", status, 32_000, ago(days=200), note)


@pytest.mark.parametrize(("answer", "outcome"), [("绑上了", "solved"), ("还是绑不上", "filed")])
async def test_known_reason_is_tried_before_filing(answer: str, outcome: str) -> None:
    talk = Talk()
    asked = await talk.say("绑卡提示卡号不存在", "card_bind_failed")
    assert asked.asked == "solved"
    assert "核对卡号" in asked.text
    assert (await talk.press(answer, asked)).outcome == outcome


async def test_the_message_is_asked_when_it_was_not_said() -> None:
    talk = Talk()
    asked = await talk.say("加油卡绑定不上", "card_bind_failed")
    assert asked.asked == "cause"
    turn = await talk.press("提示已被绑定", asked)
    assert "核对卡主" in turn.text
    assert turn.ticket.department == "tech"


async def test_an_error_code_is_enough() -> None:
    turn = await Talk().say("绑卡报C-1042", "card_bind_failed", [entity(ERROR_CODE, "C-1042", "C-1042")])
    assert turn.ticket.details["error_code"] == "C-1042"


async def test_the_limit_of_cards_is_the_reason() -> None:
    cards = [card(f"000{n}") for n in range(5)]
    asked = await Talk(SmallPlatform(card_list=cards)).say("绑不上卡", "card_bind_failed")
    assert "5 张" in asked.text
    assert asked.asked == "solved"


async def test_frozen_card_is_found_with_its_reason() -> None:
    cards = [card("3316"), card("8842", "frozen", "连续输错密码锁定")]
    turn = await Talk(SmallPlatform(card_list=cards)).say("卡怎么被冻结了", "card_lost_or_frozen")
    assert "8842" in turn.text
    assert "连续输错密码锁定" in turn.text
    assert (turn.ticket.department, turn.ticket.priority) == ("security", "P1")


async def test_lost_card_is_locked_at_once() -> None:
    turn = await Talk(SmallPlatform(card_list=[card("3316")])).say("油卡丢了要挂失", "card_lost_or_frozen")
    assert "我马上把这张卡锁上" in turn.text
    assert turn.ticket.summary.startswith("油卡挂失")
    assert (turn.remedy.kind, turn.remedy.target_id, turn.remedy.cause) == ("freeze_card", "K3316", None)
    assert turn.remedy.ticket_number == turn.ticket.number
    assert turn.outcome == "filed"


async def test_a_card_that_may_lie_somewhere_is_locked_only_with_his_yes() -> None:
    talk = Talk(SmallPlatform(card_list=[card("3316")]))
    asked = await talk.say("我的油卡找不到了", "card_lost_or_frozen")
    assert asked.asked == "agreed"
    assert asked.ticket.category == "card_lost_or_frozen"
    turn = await talk.press("现在锁卡", asked)
    assert (turn.remedy.kind, turn.remedy.ticket_number) == ("freeze_card", asked.ticket.number)
    assert turn.outcome == "filed"
    other = Talk(SmallPlatform(card_list=[card("3316")]))
    await other.say("我的油卡找不到了", "card_lost_or_frozen")
    refused = await other.say("不用了")
    assert refused.effects == (EndDialogue("filed"),)


async def test_a_card_that_the_platform_does_not_know_can_be_locked_by_himself() -> None:
    turn = await Talk().say("油卡丢了要挂失", "card_lost_or_frozen")
    assert "先锁卡" in turn.text
    assert "400-000-9520" in turn.text


async def test_two_cards_are_told_apart_by_number() -> None:
    cards = [card("3316"), card("8842")]
    talk = Talk(SmallPlatform(card_list=cards))
    asked = await talk.say("油卡丢了", "card_lost_or_frozen")
    assert asked.asked == "card_id"
    turn = await talk.say("尾号8842", entities=[entity(CARD_NUMBER, "8842", "8842")])
    assert "8842" in turn.ticket.summary


async def test_what_to_do_with_the_card_is_asked() -> None:
    talk = Talk()
    asked = await talk.say("我的油卡有问题", "card_lost_or_frozen")
    assert list(asked.buttons) == ["挂失", "解冻", "补办新卡"]
    turn = await talk.press("补办新卡", asked)
    assert "10 元" in turn.text
