"""What the app and the pictures of a message add to its words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from contracts.conversation import Owner
from contracts.decision import Decision, Kind, SentimentReading, Tier
from intent_router.entities import extract
from service.answers.situation import OpenDialogue, Situation, attached_order, seen_words
from service.clock import CHINA

NOW = datetime(2026, 11, 20, 14, 0, tzinfo=CHINA)
ORDER = "26112010123401"


def situation(text: str, *, payload: str | None = None, dialogue: bool = False, **context: Any) -> Situation:
    going_on = OpenDialogue(1, "refund_request", (), None, None, None, {}, NOW)
    return Situation(
        turn_id=1,
        attempt=1,
        conversation_id="c",
        customer_id="demo-gold",
        owner=Owner.BOT,
        text=text,
        payload=payload,
        attachments=(),
        channel="widget",
        context=context,
        dialogue=going_on if dialogue else None,
        offered=(),
        signals=(),
        second_problem=None,
        now=NOW,
    )


def decision(text: str) -> Decision:
    feeling = SentimentReading("calm", 1.0)
    return Decision("intent:refund_request", Kind.FLOW, 0.9, Tier.RETRIEVAL, (), feeling, entities=extract(text, NOW))


def orders(found: Situation) -> list[tuple[str, str]]:
    return [(e["entity"], e["value"]) for e in attached_order(found, decision(found.text))]


def test_the_attached_order_is_meant_where_words_name_none() -> None:
    assert orders(situation("我要退款", order_id=ORDER)) == [("order_number", ORDER)]
    assert orders(situation("我要退款")) == []
    assert orders(situation("我要退款", order_id={"not": "text"})) == []


@pytest.mark.parametrize("text", ["昨天那单退款", "城北站那单我要退", "订单号 26112010123402 退款", "200 元那单退了"])
def test_words_are_nearer_than_the_page(text: str) -> None:
    assert orders(situation(text, order_id=ORDER)) == []


def test_a_press_is_about_the_order_it_came_with() -> None:
    payload = "intent:refund_request"
    menu = {"title": "退款", "payload": payload}
    pressed = situation("昨天城北站 ¥200 付了钱没加上油", payload=payload, menu=menu, order_id=ORDER)
    assert orders(pressed) == [("order_number", ORDER)]


def test_an_open_question_is_not_answered_by_the_page() -> None:
    assert orders(situation("好的", dialogue=True, order_id=ORDER)) == []


def test_pictures_fill_in_what_words_leave_out() -> None:
    seen = {"orders": [ORDER], "codes": ["PAY-5003"], "words": "支付失败"}
    assert orders(situation("付不了款", seen=seen)) == [("order_number", ORDER), ("error_code", "PAY-5003")]
    assert orders(situation("订单号 26112010123402 付不了款", seen=seen)) == [("error_code", "PAY-5003")]
    assert orders(situation("这张", dialogue=True, seen=seen))[0] == ("order_number", ORDER)


def test_only_a_picture_alone_speaks_by_its_words() -> None:
    seen = {"orders": [], "codes": [], "words": "支付失败"}
    assert seen_words(situation("  ", seen=seen)) == "支付失败"
    assert seen_words(situation("看看", seen=seen)) == ""
    assert seen_words(situation("")) == ""
