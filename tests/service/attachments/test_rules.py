"""Links that end, and what the words of a picture mean."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from service.attachments.rules import findings, is_signed, seen, sign, words_of
from service.clock import CHINA

NOW = datetime(2026, 11, 20, 14, 0, tzinfo=CHINA)


def test_a_link_is_good_for_its_file_its_form_and_its_time() -> None:
    expires = int((NOW + timedelta(minutes=15)).timestamp())
    signature = sign("secret", "a1", "thumb", expires)
    assert is_signed("secret", "a1", "thumb", expires, signature, NOW)
    assert not is_signed("secret", "a1", "whole", expires, signature, NOW)
    assert not is_signed("secret", "a2", "thumb", expires, signature, NOW)
    assert not is_signed("secret", "a1", "thumb", expires + 60, signature, NOW)
    assert not is_signed("other", "a1", "thumb", expires, signature, NOW)
    assert not is_signed("secret", "a1", "thumb", expires, "中", NOW)
    assert not is_signed("secret", "a1", "thumb", expires, signature, NOW + timedelta(minutes=15))


def test_numbers_and_codes_are_found_among_the_lines() -> None:
    found = findings("支付失败\n错误码 PAY-5003\n订单号 26112010123401\n26112010123401", NOW)
    assert found.error_codes == ("PAY-5003",)
    assert found.order_numbers == ("26112010123401",)
    assert findings("", NOW).order_numbers == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("首页\n支付失败\n请稍后重试", "支付失败"),
        ("网络异常\n加载失败", "网络异常，加载失败"),
        ("城北站\n92号 7.42", ""),
    ],
)
def test_only_lines_that_say_what_failed_speak(text: str, words: str) -> None:
    assert words_of(text) == words


def test_pictures_that_say_nothing_are_not_mentioned() -> None:
    assert seen([]) is None
    assert seen([("城北站", [], [])]) is None
    told = seen([("城北站", ["1"], []), ("支付失败", ["1", "2"], ["E1"])])
    assert told == {"orders": ["1", "2"], "codes": ["E1"], "words": "支付失败"}
