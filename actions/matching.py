"""Which record the customer means, judged by the time, place and amount he named."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Callable, Generic, Sequence, TypeVar

from actions.heard import Memory
from contracts.entities import FUEL, GUN, ORDER_NUMBER, STATION
from contracts.platform import Order
from language import normalise

R = TypeVar("R")


@dataclass(frozen=True)
class Match(Generic[R]):
    """The records that fit. `hinted`: something the customer said told them apart from the rest."""

    records: tuple[R, ...]
    hinted: bool = False

    @property
    def only(self) -> R | None:
        return self.records[0] if len(self.records) == 1 else None


def _narrow(records: Sequence[R], fits: Callable[[R], bool]) -> tuple[tuple[R, ...], bool]:
    kept = tuple(record for record in records if fits(record))
    # What people remember is often a little wrong: a hint that fits nothing rules nothing out.
    return (kept, len(kept) < len(records)) if kept else (tuple(records), False)


def same_station(name: str, said: str) -> bool:
    """Whether a station's full name is meant by what was said: `城北站` means `油伴城北加油站`."""
    full, short = normalise(name), normalise(said)
    core = short.removesuffix("加油站").removesuffix("油站").removesuffix("站")
    return bool(core) and core in full


_LOCATED = r"(?:定位|定|识别|显示|跳|变|飘|漂)(?:到|成|在|为)(?:了)?"


def said_station(words: str, names: Sequence[str]) -> str | None:
    """The station that is named by its short name in plain words; not the one that the phone took for it."""
    plain = normalise(words)
    for name in names:
        core = re.escape(normalise(name).removesuffix("加油站").removesuffix("站"))
        if core and re.search(core, re.sub(f"{_LOCATED}{core}", "", plain)):
            return name
    return None


def _order_amounts(order: Order) -> set[int]:
    return {amount for amount in (order.paid_fen, order.listed_fen, order.pump_fen) if amount is not None}


def match_orders(orders: Sequence[Order], memory: Memory, *, mistaken: bool = False) -> Match[Order]:
    """Narrow orders by number, time, station, amount, gun and fuel, in this order of trust.

    `mistaken`: the order carries what was chosen by mistake, not what was meant.
    """
    numbers = [str(number) for number in memory.values(ORDER_NUMBER)]
    named = tuple(o for o in orders if any(n and o.id.upper().endswith(n.upper()) for n in numbers))
    if named:
        return Match(named, hinted=True)
    hinted = False
    left: tuple[Order, ...] = tuple(orders)
    span = memory.span()
    named_ones = memory.mistaken if mistaken else memory.meant
    stations = [str(s) for s in named_ones(STATION)]
    amounts = set(memory.amounts_fen())
    guns = {str(g) for g in named_ones(GUN)}
    fuels = {str(f) for f in named_ones(FUEL)}
    checks: tuple[tuple[bool, Callable[[Order], bool]], ...] = (
        (span is not None, lambda o: span is not None and _within(o.paid_at or o.created_at, span)),
        (bool(stations), lambda o: any(same_station(o.station_name, s) for s in stations)),
        (bool(amounts), lambda o: bool(amounts & _order_amounts(o))),
        (bool(guns), lambda o: o.gun in guns),
        (bool(fuels), lambda o: normalise(o.fuel) in {normalise(f) for f in fuels}),
    )
    for said, fits in checks:
        if said and len(left) > 1:
            left, told_apart = _narrow(left, fits)
            hinted = hinted or told_apart
    exact = tuple(o for o in orders if amounts & _order_amounts(o))
    if exact and not any(o in exact for o in left):
        # People remember what they paid better than when: the days around it lose against the very amount.
        return Match(exact, hinted=True)
    return Match(left, hinted)


def match_timed(
    records: Sequence[R],
    memory: Memory,
    when: Callable[[R], datetime],
    amount: Callable[[R], int | None] = lambda record: None,
    name: Callable[[R], str] = lambda record: "",
) -> Match[R]:
    """Narrow other records by time, amount and their own title."""
    left: tuple[R, ...] = tuple(records)
    hinted = False
    span, amounts = memory.span(), set(memory.amounts_fen())
    words = normalise("，".join(memory.said))
    if span is not None and len(left) > 1:
        left, told_apart = _narrow(left, lambda r: _within(when(r), span))
        hinted = hinted or told_apart
    if amounts and len(left) > 1:
        left, told_apart = _narrow(left, lambda r: amount(r) in amounts)
        hinted = hinted or told_apart
    if len(left) > 1:
        called = _called([name(r) for r in left], words)
        kept = tuple(r for r, hit in zip(left, called, strict=True) if hit)
        if kept and len(kept) < len(left):
            left, hinted = kept, True
    return Match(left, hinted)


_TELL_NOTHING = frozenset({"兑换", "换券", "加油", "油券", "优惠", "惠券", "礼品", "积分"})
"""Pairs that occur in what people say about any coupon or gift."""


def _called(titles: Sequence[str], words: str) -> list[bool]:
    """Which titles are called by name: those that share the most words with what was said.

    Words that all titles have (券, 会员) tell nothing apart and do not count.
    """
    parts = [_pieces(normalise(title)) for title in titles]
    common = set.intersection(*parts) if parts else set()
    hits = [sum(len(part) for part in own - common - _TELL_NOTHING if _occurs(part, words)) for own in parts]
    best = max(hits, default=0)
    return [best > 0 and hit == best for hit in hits]


def _occurs(part: str, words: str) -> bool:
    """Whether a piece of a title is said; a number only as a whole (20 is not in 200)."""
    if part.isdigit():
        return re.search(rf"(?<!\d){part}(?!\d)", words) is not None
    return part in words


def named_by_title(records: Sequence[R], memory: Memory, name: Callable[[R], str]) -> R | None:
    """The one record that is called by its own name, whatever else was said."""
    called = _called([name(r) for r in records], normalise("，".join(memory.said)))
    hits = [r for r, hit in zip(records, called, strict=True) if hit]
    return hits[0] if len(hits) == 1 and len(records) > 1 else None


def _pieces(title: str) -> set[str]:
    """Numbers and latin words whole, Chinese in pairs of characters: `洗车券` has 洗车 and 车券."""
    chinese = re.findall(r"[\u4e00-\u9fff]+", title)
    pairs = {run[i : i + 2] for run in chinese for i in range(len(run) - 1)}
    return pairs | set(re.findall(r"[0-9a-z]{2,}", title))


def _within(moment: datetime, span: tuple[datetime, datetime]) -> bool:
    return span[0] <= moment < span[1]
