"""Words in place of buttons: an answer to a handler's question, a yes or no to "问题解决了吗"."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.callbacks import CallbackAction, callback_payload
from contracts.decision import Decision, Kind, SentimentReading, Tier
from contracts.effects import ActOnCallback, ActOnTicket
from contracts.tickets import CustomerAction, ticket_payload
from service.answers import pressed

NUMBER = "YB0000000641"
SOLVED = [
    {"title": "已解决", "payload": ticket_payload(CustomerAction.CONFIRM, NUMBER), "latest": True},
    {"title": "还没解决", "payload": ticket_payload(CustomerAction.REOPEN, NUMBER), "latest": True},
]
ASKED = [{"title": "补充说明", "payload": ticket_payload(CustomerAction.INFO, NUMBER), "latest": True}]
EARLIER: list[dict[str, Any]] = [{**b, "latest": False} for b in (*SOLVED, *ASKED)]


def decided(label: str = "intent:affirm", kind: Kind = Kind.CHAT, confidence: float = 0.9, **more: Any) -> Decision:
    return Decision(label, kind, confidence, Tier.RETRIEVAL, (), SentimentReading("calm", 0.9), **more)


@pytest.mark.parametrize(
    "text", ["解决了", "好了，谢谢", "钱到账了", "没问题了", "收到了", "嗯嗯", "可以了", "是的", "多谢"]
)
def test_words_that_confirm(text: str) -> None:
    assert pressed.confirmed_in_words(decided(), text, SOLVED) == (CustomerAction.CONFIRM, NUMBER)


@pytest.mark.parametrize("text", ["还没到账", "没解决", "还是不行", "没收到钱", "又坏了", "钱还没有到账呢", "未解决"])
def test_words_that_open_it_again(text: str) -> None:
    assert pressed.confirmed_in_words(decided(), text, SOLVED) == (CustomerAction.REOPEN, NUMBER)


@pytest.mark.parametrize("text", ["发票怎么开", "我要再加一张券", "一次加油扣了我两笔钱而且到现在都没有人告诉我", ""])
def test_words_that_say_neither(text: str) -> None:
    assert pressed.confirmed_in_words(decided(), text, SOLVED) is None


def test_an_old_question_is_not_answered_any_more() -> None:
    assert pressed.confirmed_in_words(decided(), "好了", EARLIER) is None
    assert pressed.confirmed_in_words(decided(guard="safety"), "好了", SOLVED) is None
    assert pressed.asked_ticket(decided(), EARLIER) is None


def test_words_after_a_handlers_question_are_its_answer() -> None:
    assert pressed.asked_ticket(decided("intent:out_of_scope", Kind.OUT_OF_SCOPE), ASKED) == NUMBER
    assert pressed.asked_ticket(decided("intent:order_query", Kind.FLOW, 0.5), ASKED) == NUMBER
    assert pressed.asked_ticket(decided("intent:order_query", Kind.FLOW, 0.95), ASKED) is None
    assert pressed.asked_ticket(decided("intent:human_agent", Kind.HANDOFF), ASKED) is None
    assert pressed.asked_ticket(decided(), SOLVED) is None


@pytest.mark.parametrize(
    ("text", "expected"), [("云A12345", True), ("13800001234", True), ("3号枪", False), ("快点", False)]
)
def test_a_number_has_no_feeling(text: str, expected: bool) -> None:
    assert pressed.is_datum(text) is expected


def test_the_title_of_a_button_is_no_note() -> None:
    assert pressed.act(CustomerAction.REOPEN, NUMBER, "还没解决", SOLVED).effects == (
        ActOnTicket(NUMBER, "reopen", ""),
    )
    assert pressed.act(CustomerAction.REOPEN, NUMBER, "钱没到", SOLVED).effects == (
        ActOnTicket(NUMBER, "reopen", "钱没到"),
    )


def called(*actions: CallbackAction) -> list[dict[str, Any]]:
    return [{"title": a.value, "payload": callback_payload(a), "latest": True} for a in actions]


NUMBER_ASKED = called(CallbackAction.CANCEL)
ARRANGED = called(CallbackAction.ASK, CallbackAction.CANCEL)


@pytest.mark.parametrize(
    "text",
    [
        "13912345678",
        "打 139 1234 5678",
        "我的号码是139-1234-5678，谢谢",
        "+86 13912345678",
        "(0871) 65123456",
        "1391234567",
    ],
)
def test_a_number_that_was_asked_for_is_the_one_to_call(text: str) -> None:
    plan = pressed.about_callback(decided(), text, NUMBER_ASKED)
    assert plan is not None
    assert plan.effects == (ActOnCallback("phone", text),)


@pytest.mark.parametrize(
    "text",
    [
        "YB2611220001 现在到哪一步了",
        "订单号 26112010123401",
        "订单2611220001",
        "我旧手机13912345678收不到验证码",
        "2026112212345678",
    ],
)
def test_numbers_of_other_things_are_not_called(text: str) -> None:
    assert pressed.about_callback(decided(), text, NUMBER_ASKED) is None


def test_a_number_that_nobody_asked_for_is_not_called() -> None:
    assert pressed.about_callback(decided(), "13912345678", ARRANGED) is None
    assert pressed.about_callback(decided(), "13912345678", [{**b, "latest": False} for b in NUMBER_ASKED]) is None
    assert pressed.about_callback(decided(guard="answer"), "13912345678", NUMBER_ASKED) is None
