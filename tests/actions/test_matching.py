"""Which record is meant."""

from __future__ import annotations

import pytest

from actions.heard import Memory, Message
from actions.matching import match_orders, match_timed, said_station, same_station
from contracts.entities import AMOUNT, FUEL, GUN, STATION, TIME
from tests.actions.world import ago, coupon, day_span, entity, order

ORDERS = [
    order("O1", ago(hours=2)),
    order("O2", ago(days=1), station_name="滨江站", gun="5", fuel="95号", paid_fen=15_000, listed_fen=15_500),
    order("O3", ago(days=1, hours=2)),
]


def heard(*entities: dict[str, object]) -> Memory:
    memory = Memory()
    memory.listen(Message("说的话", "answer", tuple(entities)))
    return memory


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (entity(TIME, day_span(ago(days=1))), ["O2", "O3"]),
        (entity(STATION, "滨江加油站"), ["O2"]),
        (entity(AMOUNT, 155), ["O2"]),
        (entity(GUN, "5"), ["O2"]),
        (entity(FUEL, "95号"), ["O2"]),
        (entity(AMOUNT, 999), ["O1", "O2", "O3"]),
    ],
)
def test_hints_narrow_and_wrong_ones_do_no_harm(said: dict[str, object], wanted: list[str]) -> None:
    match = match_orders(ORDERS, heard(said))
    assert [o.id for o in match.records] == wanted
    assert match.hinted == (len(wanted) < 3)


def test_hints_work_together() -> None:
    match = match_orders(ORDERS, heard(entity(TIME, day_span(ago(days=1))), entity(STATION, "城北站")))
    assert match.only is ORDERS[2]


@pytest.mark.parametrize(
    ("name", "said", "same"),
    [
        ("油伴城北加油站", "城北站", True),
        ("城北站", "城北加油站", True),
        ("城北站", "城南站", False),
        ("城北站", "加油站", False),
    ],
)
def test_station_names(name: str, said: str, same: bool) -> None:
    assert same_station(name, said) is same


def test_a_record_is_called_by_what_only_its_title_has() -> None:
    coupons = [coupon("C1", ago(days=1)), coupon("C2", ago(days=2), title="满500减30柴油加油券")]
    memory = Memory(said=["我的加油券，柴油那张没到"])
    match = match_timed(coupons, memory, lambda c: c.bought_at, lambda c: c.price_fen, lambda c: c.title)
    assert match.only is coupons[1]
    nothing = match_timed(coupons, Memory(said=["我的加油券没到"]), lambda c: c.bought_at, name=lambda c: c.title)
    assert nothing.records == tuple(coupons)
    assert not nothing.hinted


@pytest.mark.parametrize(
    ("words", "station"),
    [
        ("昨天在东环路定位到别的站了", "东环路站"),
        ("我在东环路里面，老给我定位到城北去", "东环路站"),
        ("它定位成城北站了", None),
        ("站里的人态度差", None),
    ],
)
def test_a_station_by_its_short_name(words: str, station: str | None) -> None:
    assert said_station(words, ["城北站", "东环路站"]) == station
