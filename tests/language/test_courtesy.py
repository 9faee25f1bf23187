"""Greetings and thanks around a request."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from language import normalise, without_courtesies, without_greeting


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("在吗？券多久过期", "券多久过期"),
        ("师傅你好，券多久过期，谢谢", "券多久过期"),
        ("您好我的券没到", "我的券没到"),
        ("喂，有人吗，钱扣了没出油，麻烦了", "钱扣了没出油"),
        ("券多久过期，辛苦了", "券多久过期"),
        ("你好，谢谢", "你好,谢谢"),
        ("在吗在吗", "在吗在吗"),
        ("你好意思吗", "你好意思吗"),
        ("你好坑啊你们", "你好坑啊你们"),
        ("早上加的油没到账", "早上加的油没到账"),
        ("客服态度差", "客服态度差"),
        ("谢谢", "谢谢"),
    ],
)
def test_what_is_left_of_a_message(text: str, left: str) -> None:
    assert without_courtesies(normalise(text)) == left


def test_thanks_stay_where_feelings_are_read() -> None:
    assert without_greeting(normalise("你好，分给我扣光了，谢谢你们")) == "分给我扣光了,谢谢你们"


@given(st.text(st.sampled_from("你好在吗师傅谢谢辛苦了券到账，。？！ "), max_size=40))
def test_nothing_is_left_empty_and_nothing_is_taken_twice(text: str) -> None:
    plain = normalise(text)
    left = without_courtesies(plain)
    assert left in plain
    assert bool(left) == bool(plain)
