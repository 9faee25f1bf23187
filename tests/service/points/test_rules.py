"""The points ledger as its owner reads it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from contracts.ledger import GENESIS, broken_entry, chained
from contracts.platform import Order, PointsEntry
from service.points.rules import story

START = datetime(2025, 6, 4, 2, 0, tzinfo=timezone.utc)


def _ledger(*changes: int) -> list[PointsEntry]:
    """A chained ledger, newest first."""
    entries: list[PointsEntry] = []
    balance, previous = 0, GENESIS
    for place, change in enumerate(changes):
        balance += change
        at = START + timedelta(days=place)
        kind = "earn" if change >= 0 else "spend"
        entry = chained(PointsEntry(f"P{place}", kind, change, balance, at, note=f"第{place}笔"), previous)
        entries.insert(0, entry)
        previous = entry.hash
    return entries


def test_points_are_used_oldest_first() -> None:
    spent, second, first = story(_ledger(100, 200, -150), [], []).entries
    assert [(p.entry_id, p.points) for p in spent.parts] == [("P0", 100), ("P1", 50)]
    assert spent.use == "用的是2025年6月4日 第0笔的 100 分、2025年6月5日 第1笔的 50 分"
    assert (first.left, second.left) == (0, 150)
    assert first.use == "2025年6月6日 第2笔 100 分；已用完"
    assert second.use == "2025年6月6日 第2笔 50 分；还剩 150 分"


def test_an_order_s_points_are_reckoned_out() -> None:
    order = Order("O1", "S001", "城北站", "3", "92号", 28.3, 21_000, 21_000, 21_000, "fuelled", START, START)
    basis = {"paid_fen": 21_000, "level_factor": 1.2, "campaign": 2.0}
    entry = chained(PointsEntry("P1", "earn", 504, 504, START, "O1", "加油得积分", basis), GENESIS)
    [told] = story([entry], [order], []).entries
    assert told.origin == "2025年6月4日在城北站加油，实付 210 元 × 会员 1.2 倍 × 活动 2 倍 = 504 分"
    assert told.use == "还没有使用"


def test_an_entry_that_was_changed_is_found() -> None:
    entries = _ledger(100, 200, -150, 30)
    assert story(entries, [], []).broken_at is None
    forged = [*entries[:2], replace(entries[2], change=2000), entries[3]]
    assert story(forged, [], []).broken_at == "P1"
    rehashed = [*entries[:2], chained(replace(entries[2], change=2000, balance=2100), entries[3].hash), entries[3]]
    assert story(rehashed, [], []).broken_at == "P2", "the entry after no longer names its hash"
    left_out = [entries[0], *entries[2:]]
    assert story(left_out, [], []).broken_at == "P3"


@given(st.lists(st.integers(-300, 300), max_size=40))
def test_what_is_left_and_what_is_used_add_up(wanted: list[int]) -> None:
    changes, balance = [], 0
    for change in wanted:
        change = max(change, -balance)
        changes.append(change)
        balance += change
    entries = _ledger(*changes)
    told = story(entries, [], [])
    assert told.balance == balance
    assert sum(e.left for e in told.entries) == balance
    for entry in told.entries:
        moved = sum(p.points for p in entry.parts)
        assert moved == (entry.entry.change - entry.left if entry.entry.change >= 0 else -entry.entry.change)


@given(st.lists(st.integers(-300, 300), min_size=1, max_size=20), st.data())
def test_any_change_breaks_the_chain(changes: list[int], data: st.DataObject) -> None:
    entries = _ledger(*changes)
    place = data.draw(st.integers(0, len(entries) - 1))
    field, value = data.draw(st.sampled_from([("change", 1), ("balance", 7), ("note", "x"), ("order_id", "O9")]))
    old = getattr(entries[place], field)
    changed = replace(entries[place], **{field: old + value if isinstance(old, int) else value})
    assert broken_entry([*entries[:place], changed, *entries[place + 1 :]]) is not None
