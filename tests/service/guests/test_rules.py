"""Codes, limits and what a guest's words are."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.guests import rules
from service.guests.rules import Outcome

NOW = datetime(2025, 6, 4, 2, 38, tzinfo=timezone.utc)
LATER = NOW + rules.CODE_LIFE


def test_a_code_follows_from_secret_salt_and_number() -> None:
    code = rules.code_of("secret", "salt", "13812345678")
    assert len(code) == 6
    assert code.isdigit()
    assert code == rules.code_of("secret", "salt", "13812345678")
    others = {
        rules.code_of("other", "salt", "13812345678"),
        rules.code_of("secret", "other", "13812345678"),
        rules.code_of("secret", "salt", "13812345679"),
    }
    assert code not in others


def test_codes_are_spread_over_all_six_digits() -> None:
    codes = [rules.code_of("secret", str(n), "13812345678") for n in range(2000)]
    assert len(set(codes)) > 1950
    assert {c[0] for c in codes} == set("0123456789")


@pytest.mark.parametrize(
    ("given_code", "tries", "at", "outcome"),
    [
        ("123456", 0, NOW, Outcome.RIGHT),
        ("123456", rules.MAX_TRIES - 1, NOW, Outcome.RIGHT),
        ("123456", rules.MAX_TRIES, NOW, Outcome.SPENT),
        ("123457", 0, NOW, Outcome.WRONG),
        ("", 0, NOW, Outcome.WRONG),
        ("123456", 0, LATER, Outcome.OVER),
        ("123456", 0, LATER - timedelta(seconds=1), Outcome.RIGHT),
    ],
)
def test_five_tries_and_five_minutes(given_code: str, tries: int, at: datetime, outcome: Outcome) -> None:
    assert rules.judge("123456", given_code, tries, LATER, at) is outcome


@given(st.lists(st.integers(min_value=0, max_value=90_000), max_size=14))
def test_whoever_waits_as_told_stays_within_the_limits(seconds_ago: list[int]) -> None:
    asked = [NOW - timedelta(seconds=s) for s in seconds_ago]
    wait = rules.seconds_to_wait(asked, NOW)
    at = NOW + timedelta(seconds=wait)
    assert rules.seconds_to_wait(asked, at) == 0
    within = len([a for a in asked if at - a < timedelta(hours=1)])
    assert within < rules.PER_HOUR
    assert all(at - a >= rules.PAUSE for a in asked)


def test_limits_of_a_number() -> None:
    assert rules.seconds_to_wait([], NOW) == 0
    assert rules.seconds_to_wait([NOW - timedelta(seconds=20)], NOW) == 40
    five = [NOW - timedelta(minutes=m) for m in (50, 40, 30, 20, 10)]
    assert rules.seconds_to_wait(five, NOW) == 600
    ten = [NOW - timedelta(hours=h) for h in range(2, 22, 2)]
    assert rules.seconds_to_wait(ten, NOW) == 4 * 3600


@pytest.mark.parametrize(
    "text",
    [
        "13812345678",
        "138 1234 5678",
        "138-1234-5678",
        "我的手机号是13812345678",
        "+8613812345678",
        "１３８１２３４５６７８",
    ],
)
def test_a_bare_number_is_heard(text: str) -> None:
    assert rules.phone_in(text) == "13812345678"
    assert rules.code_in(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "1381234567",
        "138123456789",
        "12812345678",
        "我昨天在城北站用13812345678这个号付的200块，油没加上",
        "没有",
        "订单 13812345678 15990001111",
    ],
)
def test_what_is_more_or_less_than_a_number_is_not(text: str) -> None:
    assert rules.phone_in(text) is None


@pytest.mark.parametrize("text", ["123456", "验证码123456", "验证码是 123 456", "１２３４５６", "123456 谢谢"])
def test_a_code_is_heard_and_veiled(text: str) -> None:
    assert rules.code_in(text) == "123456"
    assert not any(c.isdigit() for c in rules.veiled(text))


@pytest.mark.parametrize("text", ["12345", "1234567", "加了200扣了230", "尾号123456那单昨天没加上油", "YB0000123456"])
def test_other_digits_are_no_code(text: str) -> None:
    assert rules.code_in(text) is None


@pytest.mark.parametrize("text", ["重发", "再发一次", "没收到验证码", "没收到短信", "重新发送"])
def test_another_code_is_asked_for(text: str) -> None:
    assert rules.wants_again(text)


@pytest.mark.parametrize("text", ["加油券没收到", "发票没收到", "一直收不到验证码登不上去怎么办啊我急死了", "重新开票"])
def test_other_things_that_did_not_come(text: str) -> None:
    assert not rules.wants_again(text)
