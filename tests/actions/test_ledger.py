"""The points ledger in words and figures."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from actions.case import Case
from actions.heard import Memory, Message
from actions.ledger import basis_words, difference_words, due_points, entry_words, expiring
from contracts.platform import PointsEntry
from tests.actions.world import NOW, SmallPlatform, SmallPorts, ago, order

CASE = Case("points_query", SmallPorts(SmallPlatform()), Message("", "points_query"), Memory())


def entry(change: int, at: datetime, **basis: object) -> PointsEntry:
    return PointsEntry("L1", "earn" if change > 0 else "spend", change, 1_000, at, basis=basis)


def test_an_entry_and_how_it_came_about() -> None:
    earned = entry(276, ago(days=1), paid_fen=23_000, level_factor=1.2, campaign=1)
    assert entry_words(earned, CASE) == "昨天 10:38 获得 +276 分"
    assert basis_words(earned.basis) == "实付 230 元，等级 1.2 倍"


def test_why_two_entries_differ() -> None:
    base = {"paid_fen": 30_000, "level_factor": 1.2}
    more = entry(720, ago(days=1), **base, campaign=2.0)
    less = entry(360, ago(days=9), **base)
    assert difference_words([more, less]) == "两笔差在：其中一笔有活动。"
    other = entry(300, ago(days=9), paid_fen=30_000, level_factor=1.0)
    assert difference_words([less, other]) == "两笔差在：会员等级倍数不同。"
    assert difference_words([less, entry(360, ago(days=2), paid_fen=1)]) == ""
    assert difference_words([less]) == difference_words([]) == ""


@pytest.mark.parametrize(
    ("level", "changes", "points"),
    [
        ("gold", {}, 276),
        ("puka", {}, 230),
        ("platinum", {}, 345),
        ("diamond", {}, 460),
        ("unheard_of", {}, 230),
        ("gold", {"fuel": "0号柴油"}, 138),
        ("gold", {"points_earned": 999}, 999),
        ("gold", {"paid_fen": 23_050}, 276),
    ],
)
def test_what_the_rule_gives(level: str, changes: dict[str, object], points: int) -> None:
    fuelled = order("O1", ago(days=2), **{"paid_fen": 23_000, "points_earned": 0, **changes})
    found, why = due_points(CASE, fuelled, level)
    assert found == points
    assert "实付" in why


def test_points_that_run_out_soon_are_those_not_used_up_before() -> None:
    old = NOW.replace(year=NOW.year - 2) + timedelta(days=10)
    earned = [entry(500, old), entry(300, NOW - timedelta(days=30))]
    soon, first = expiring(CASE, earned)
    assert (soon, first) == (500, old.replace(year=NOW.year))
    assert expiring(CASE, [*earned, entry(-200, ago(days=3))])[0] == 300
    assert expiring(CASE, [*earned, entry(-500, ago(days=3))]) == (0, None)
    assert expiring(CASE, [entry(500, old + timedelta(days=40))]) == (0, None)
    assert expiring(CASE, [entry(500, old - timedelta(days=40))]) == (0, None)
    assert expiring(CASE, []) == (0, None)


def test_the_end_of_a_long_month_warns_in_time() -> None:
    leap = datetime(2024, 2, 29, tzinfo=NOW.tzinfo)
    case = Case(
        "points_query",
        SmallPorts(SmallPlatform(), now=leap.replace(year=2026, month=2, day=20)),
        CASE.message,
        Memory(),
    )
    soon, first = expiring(case, [entry(100, leap)])
    assert soon == 100
    assert first is not None
    assert (first.month, first.day) == (2, 28)
