"""Words that turn a flow round."""

from __future__ import annotations

import pytest

from actions.heard import Memory, Message
from actions.turning import answers_freely, is_not_this
from tests.actions.world import entity


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("不是这个问题", True),
        ("不是这个意思", True),
        ("你理解错了", True),
        ("我问的不是这个", True),
        ("不是", False),
        ("都不是", False),
        ("不是这单", False),
        ("弄错了，是前天那单", False),
        ("不是这个问题，是我的加油券没有到账", False),
    ],
)
def test_it_is_not_this(text: str, found: bool) -> None:
    assert is_not_this(Message(text, "answer")) is found


def test_who_names_something_says_what_it_is() -> None:
    assert not is_not_this(Message("不是这个问题", "answer", (entity("amount", 200, "200"),)))


@pytest.mark.parametrize(
    ("asked", "text", "found"),
    [
        ("invoice_title", "昆明晨光商贸有限公司", True),
        ("detail", "昨天下午打了三次", True),
        ("detail", "不对，是前天", False),
        ("order_id", "昨天那单", False),
        ("cause", "昨天选错枪了", False),
        (None, "昨天那单", False),
    ],
)
def test_answers_to_free_questions_correct_nothing(asked: str | None, text: str, found: bool) -> None:
    assert answers_freely(asked, Message(text, "answer")) is found


def test_a_free_answer_adds_and_replaces_nothing() -> None:
    memory = Memory()
    assert memory.listen(Message("昨天那单", "x", (entity("time", {"from": "a", "to": "b"}, "昨天"),)))
    company = Message(
        "昆明晨光公司", "answer", (entity("time", {"from": "c", "to": "d"}, "晨"), entity("gun", "3", "3"))
    )
    assert memory.listen(company, corrects=False)
    assert memory.values("time") == [{"from": "a", "to": "b"}]
    assert memory.values("gun") == ["3"]
    assert memory.said == ["昨天那单", "昆明晨光公司"]
