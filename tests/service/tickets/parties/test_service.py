"""Disputes: statements with a time limit, an advance once, a ruling that is told."""

from __future__ import annotations

from datetime import datetime

import pytest

from contracts.policy import CompensationOffer
from service.clock import CHINA
from service.tickets.desk import service as desk
from service.tickets.life import service as life
from service.tickets.life.service import WrongStatus
from service.tickets.parties import service as parties
from tests.service.tickets.conftest import Office

OFFER = CompensationOffer("partner_refused", "grant_coupon", 3000, 30, 1)


async def test_a_silent_party_is_brought_before_the_supervisor(office: Office) -> None:
    number = await office.file("oil_quality_complaint")
    agent = await office.agent("wang", department="station")
    await office.write(lambda c: desk.accept(c, number, agent, office.now))
    for party, name in (("station", "城北站"), ("supplier", "油品供应商")):
        await office.write(
            lambda c, p=party, n=name: parties.ask(  # type: ignore[misc]
                c, life.lock(c, number), p, n, "请说明当日油品检测情况", "wang", office.now
            )
        )
    await office.wait(minutes=10)
    assert len([s for s in await office.said() if "向油站核实" in s]) == 1
    assert not any("供应商" in s for s in await office.said())
    await office.write(
        lambda c: parties.state(c, life.lock(c, number), "station", "检测合格", "station-staff", office.now)
    )
    await office.at(datetime(2026, 11, 25, 17, 59, tzinfo=CHINA))
    assert "escalated" not in await office.events(number)
    await office.at(datetime(2026, 11, 25, 18, 0, tzinfo=CHINA))
    assert (await office.events(number)).count("escalated") == 1
    rows = await office.database.read(lambda c: parties.parties(c, number))
    assert [(p.party, p.statement) for p in rows] == [("station", "检测合格"), ("supplier", None)]


async def test_something_is_advanced_once(office: Office) -> None:
    number = await office.file("redeem_code_invalid")

    def advance(connection):  # type: ignore[no-untyped-def]
        held = life.lock(connection, number)
        return parties.advance(connection, held, "partner", OFFER, "商户拒绝核销", "wang", office.now, granted=True)

    await office.write(advance)
    with pytest.raises(WrongStatus, match="不能重复垫付"):
        await office.write(advance)
    (ruling,) = await office.database.read(lambda c: parties.rulings(c, number))
    assert (ruling.kind, ruling.side, ruling.amount, ruling.unit) == ("advance", "partner", 3000, "grant_coupon")
    assert "平台先行垫付" in (await office.said())[-1]


async def test_what_waits_for_approval_is_not_promised(office: Office) -> None:
    number = await office.file("redeem_code_invalid")

    def advance(connection):  # type: ignore[no-untyped-def]
        held = life.lock(connection, number)
        return parties.advance(connection, held, "partner", OFFER, "商户拒绝", "wang", office.now, granted=False)

    await office.write(advance)
    assert await office.said() == []


async def test_a_ruling_says_which_side_answers_for_it(office: Office) -> None:
    number = await office.file("oil_quality_complaint")
    with pytest.raises(WrongStatus, match="还没有请油站"):
        await office.write(lambda c: parties.state(c, life.lock(c, number), "station", "x", "wang", office.now))
    await office.write(lambda c: parties.rule(c, life.lock(c, number), "station", "油品含水超标。", "boss", office.now))
    assert (await office.ticket(number)).side == "station"
    assert "责任认定：油站" in (await office.said())[-1]
