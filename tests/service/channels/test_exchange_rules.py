"""Pure decisions of the exchange: pieces, numbered choices, what may be sent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.channels.contract import Allowance, Capacity, UpdateKind
from service.channels.exchange import rules
from service.channels.exchange.rules import Credit
from tests.service.channels.conformance import message

CAPACITY = Capacity(
    200, frozenset({"image/png"}), True, Allowance(5, timedelta(hours=48)), Allowance(3, timedelta(minutes=1))
)
NOTHING = Credit(0, 0.0, 0, 0.0)
HOUR = 3600.0


def _no_card(_card: object) -> list[str]:
    return []


@given(st.lists(st.tuples(st.text(max_size=300), st.integers(0, 3)), max_size=8))
def test_every_message_is_in_exactly_one_run_of_pieces(texts: list[tuple[str, int]]) -> None:
    rows = [
        message(
            n,
            "".join(c for c in text if c.isprintable()),
            buttons=[{"title": f"选{i}", "payload": f"{n}-{i}"} for i in range(count)] or None,
        )
        for n, (text, count) in enumerate(texts, start=1)
    ]
    found = rules.pieces(rows, CAPACITY, _no_card)
    told = "".join(p.text for p in found)
    for row in rows:
        assert "".join(row.text.split()) in "".join(told.split())
    covered = [seq for p in found if p.ends for seq in range(p.first_seq, p.last_seq + 1)]
    assert covered == sorted(set(covered))
    assert {r.seq for r in rows if r.text.strip() or r.buttons} <= set(covered)
    wanted = {b["payload"] for r in rows for b in r.buttons or ()}
    assert {c.payload for p in found for c in p.choices} == wanted
    assert all(len(p.text.encode()) <= CAPACITY.text_bytes for p in found)


@given(st.text(max_size=500), st.integers(8, 100))
def test_cutting_loses_no_word(text: str, limit: int) -> None:
    text = "".join(c for c in text if c.isprintable())
    parts = rules.cut(text, limit)
    assert all(len(p.encode()) <= limit for p in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


CHOICES = [
    {"title": "城北站 200 元", "payload": "answer:order_id=1"},
    {"title": "都不是", "payload": "answer:order_id=none"},
]


_FIRST, _SECOND = ("1", "选1", "1."), ("2", "第二个", "②")
_NEITHER = ("3", "0", "200", "92", "1号枪", "", "两个都是")


@pytest.mark.parametrize(
    ("text", "place"),
    [*((t, 0) for t in _FIRST), *((t, 1) for t in _SECOND), *((t, None) for t in _NEITHER)],
)
def test_numbers_choose(text: str, place: int | None) -> None:
    found = rules.chosen(text, CHOICES, "order_id")
    assert found == (CHOICES[place] if place is not None else None)


def test_a_number_that_answers_a_question_is_no_choice() -> None:
    person = [{"title": "转人工客服", "payload": "human"}]
    assert rules.chosen("1", person, "gun") is None
    assert rules.chosen("1", person, None) == person[0]


def test_credit_is_given_and_spent() -> None:
    now = 1000.0
    held = rules.granted(NOTHING, UpdateKind.MESSAGE, CAPACITY, now)
    sends = 0
    while (left := rules.spent(held, CAPACITY, now + HOUR)) is not None:
        held, sends = left, sends + 1
    assert sends == 5
    assert rules.spent(rules.granted(NOTHING, UpdateKind.MESSAGE, CAPACITY, now), CAPACITY, now + 49 * HOUR) is None
    pressed = rules.granted(held, UpdateKind.PRESS, CAPACITY, now)
    assert rules.spent(pressed, CAPACITY, now + 30) is not None
    assert rules.spent(pressed, CAPACITY, now + 61) is None
    assert rules.granted(held, UpdateKind.LOCATION, CAPACITY, now) == held


@given(
    st.lists(
        st.tuples(st.sampled_from([UpdateKind.MESSAGE, UpdateKind.PRESS, UpdateKind.FOLLOW, None]), st.floats(0, 90)),
        max_size=40,
    )
)
def test_no_more_is_sent_than_the_platform_allows(steps: list[tuple[UpdateKind | None, float]]) -> None:
    """None is a send. The platform's own count: 5 after a message, 3 within a minute after a press."""
    now, held = 0.0, NOTHING
    long, short, short_until = 0, 0, 0.0
    for kind, pause in steps:
        now += pause
        if kind is None:
            left = rules.spent(held, CAPACITY, now)
            if left is None:
                continue
            held = left
            if short > 0 and now < short_until:
                short -= 1
            else:
                long -= 1
            assert long >= 0
            continue
        held = rules.granted(held, kind, CAPACITY, now)
        if kind is UpdateKind.MESSAGE:
            long = 5
        else:
            short, short_until = 3, now + 60


def test_cards_become_words() -> None:
    listed = {"type": "orders", "items": [{"title": "退款 200 元", "note": "微信 · 今天申请", "status": "处理中"}]}
    assert rules.card_lines(listed, rules.plain_link) == ["· 退款 200 元（微信 · 今天申请，处理中）"]
    picker = {"type": "orders", "items": [{"title": "a", "payload": "answer:order_id=1"}]}
    assert rules.card_lines(picker, rules.plain_link) == []
    station = {"type": "stations", "items": [{"title": "城北站", "latitude": 25.0, "longitude": 102.7, "address": "x"}]}
    (line,) = rules.card_lines(station, rules.plain_link)
    assert line.startswith("导航到城北站：https://apis.map.qq.com/")
    assert rules.card_lines({"type": "something_new"}, rules.plain_link) == []
