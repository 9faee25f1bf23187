"""Words of remedies, and when one is tried again."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from contracts.remedies import RemedyKind
from service.remedies import rules

NOW = datetime(2025, 6, 4, 2, 38, tzinfo=timezone.utc)
DATA = {
    "refund_id": "R1",
    "amount_fen": 20_050,
    "channel": "wechat",
    "expected_by": "2025-06-07T10:38:00+08:00",
    "valid_until": "2025-06-05T02:00:00Z",
    "coupon_id": "C1",
    "gift_id": "G1",
    "title": "满200减25加油券",
    "code": "ABCD-1234",
    "points": 50,
    "balance": 1050,
    "level": "gold",
    "level_title": "金卡",
    "card_id": "K1",
    "number": "1000 **** **** 3316",
    "invoice_id": "I1",
    "email": "a@example.com",
}


@pytest.mark.parametrize("kind", list(RemedyKind))
def test_every_kind_has_words_without_braces(kind: RemedyKind) -> None:
    words = rules.done_words(kind.value, "", DATA, NOW)
    assert "{" not in words
    assert words.endswith("。")
    assert rules.kind_title(kind.value)


def test_figures_and_times_are_spoken() -> None:
    words = rules.done_words("refund", "退 {amount_fen} 到{channel}，{expected_by} 前", DATA, NOW)
    assert words == "退 200.50 元 到微信，6月7日 10:38 前"
    assert rules.done_words("grant_coupon", "{valid_until}", DATA, NOW) == "明天 10:00"


def test_a_field_that_the_platform_did_not_send_leaves_no_hole() -> None:
    assert rules.done_words("refund", "退 {amount_fen}，单号 {nothing}", DATA, NOW) == "已经为您办好：退款。"


def test_the_platform_s_words_are_not_filled_in_again() -> None:
    assert rules.done_words("reissue_code", "{title}", {"title": "{code}", "code": "X"}, NOW) == "{code}"


def test_pauses_grow_and_end() -> None:
    pauses = [rules.pause(n) for n in range(1, rules.MAX_ATTEMPTS + 3)]
    assert pauses == sorted(pauses)
    assert sum(pauses[: rules.MAX_ATTEMPTS - 1]) < 180
