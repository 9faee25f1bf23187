"""Rights that stay after a rule change."""

from __future__ import annotations

import pytest

from actions.rights import kept_rights
from tests.actions.world import SmallPlatform, Talk, ago, order


@pytest.mark.parametrize(
    ("words", "rights"),
    [
        ("你们改了兑换比例我的积分缩水了", ("old_rate",)),
        ("以前100分抵1块现在不行了", ("old_rate",)),
        ("新规之后亏了", ("old_rate", "better_of_both")),
        ("我是老会员怎么给我降级了", ("better_of_both",)),
        ("原来的会员权益没了", ("better_of_both",)),
        ("这次积分少了一半", ()),
        ("加油积分没到账", ()),
        ("上次加300给30分这次只给20", ()),
    ],
)
def test_words_of_a_change(words: str, rights: tuple[str, ...]) -> None:
    assert kept_rights(words) == rights


async def test_the_published_months_are_said_and_the_ticket_knows_it() -> None:
    turn = await Talk(SmallPlatform(known=[order("O1", ago(days=2))])).say(
        "会员改版后老会员权益缩水了", "points_explain"
    )
    assert "保留 18 个月" in turn.text
    assert "对您更有利的一项" in turn.text
    assert turn.ticket.details["rights"] == ["old_rate", "better_of_both"]
