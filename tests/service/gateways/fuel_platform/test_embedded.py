"""The demo platform: what is done stays done, time goes on, the ledger only grows."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from contracts.ledger import broken_entry
from contracts.platform import PlatformEventKind
from contracts.remedies import RemedyKind, RemedyRequest
from service.gateways.fuel_platform.demo_store import DemoStore
from service.gateways.fuel_platform.embedded import EmbeddedPlatform
from tests.service.gateways.fuel_platform.conftest import GOLD, START, Clock


@pytest.fixture
def platform(embedded: EmbeddedPlatform) -> EmbeddedPlatform:
    return embedded


async def _order(platform: EmbeddedPlatform, status: str) -> str:
    return next(o.id for o in await platform.orders(GOLD) if o.status == status)


async def test_everything_survives_a_restart(tmp_path: Path, clock: Clock, platform: EmbeddedPlatform) -> None:
    request = RemedyRequest(RemedyKind.CANCEL_ORDER, GOLD, await _order(platform, "paid"))
    receipt = await platform.perform(request, "k1")
    before = [await read(GOLD) for read in (platform.orders, platform.refunds, platform.points)]
    platform.close()
    again = EmbeddedPlatform(tmp_path / "platform.db", clock)
    assert [await read(GOLD) for read in (again.orders, again.refunds, again.points)] == before
    assert await again.perform(request, "k1") == receipt
    assert len(await again.refunds(GOLD)) == 2


async def test_a_file_of_an_older_release_is_taken_over(tmp_path: Path, clock: Clock) -> None:
    with sqlite3.connect(tmp_path / "platform.db") as old:
        old.execute("CREATE TABLE customers (id TEXT PRIMARY KEY, since TEXT NOT NULL)")
        old.execute("INSERT INTO customers VALUES (?, ?)", (GOLD, (START - timedelta(days=2)).isoformat()))
    old.close()
    platform = EmbeddedPlatform(tmp_path / "platform.db", clock)
    paid = next(o for o in await platform.orders(GOLD) if o.status == "paid")
    assert paid.created_at == START - timedelta(days=2, minutes=6)


async def test_a_refund_moves_as_time_goes_on_and_says_so(platform: EmbeddedPlatform, clock: Clock) -> None:
    order_id = await _order(platform, "paid")
    receipt = await platform.perform(RemedyRequest(RemedyKind.REFUND, GOLD, order_id), "k1")
    refund_id = receipt.data["refund_id"]
    assert [e.kind for e in platform.tick()] == []
    clock.go_on(minutes=5)
    told = platform.tick()
    assert [(e.kind, e.subject_id, e.order_id) for e in told] == [
        (PlatformEventKind.REFUND_SENT, refund_id, order_id),
        (PlatformEventKind.REFUND_ARRIVED, refund_id, order_id),
    ]
    refund = next(r for r in await platform.refunds(GOLD) if r.id == refund_id)
    assert (refund.status, refund.arrived_at) == ("arrived", clock.now)
    assert next(o.status for o in await platform.orders(GOLD) if o.id == order_id) == "refunded"
    assert platform.tick() == told, "untold events stay"
    platform.told([e.id for e in told])
    assert platform.tick() == []


async def test_reads_agree_with_time_even_when_nothing_ticks(platform: EmbeddedPlatform, clock: Clock) -> None:
    assert [r.status for r in await platform.refunds(GOLD)] == ["sent"]
    clock.go_on(days=2)
    assert [r.status for r in await platform.refunds(GOLD)] == ["arrived"]
    clock.go_on(days=60)
    assert {c.status for c in await platform.coupons(GOLD)} == {"pending", "used", "expired"}


async def test_what_is_due_happens_once_among_several_processes(tmp_path: Path, clock: Clock) -> None:
    one, other = (EmbeddedPlatform(tmp_path / "platform.db", clock) for _ in range(2))
    await one.perform(RemedyRequest(RemedyKind.REFUND, GOLD, await _order(one, "paid")), "k1")
    clock.go_on(minutes=5)
    await asyncio.gather(*(asyncio.to_thread(p.tick) for p in (one, other) for _ in range(4)))
    assert len(one.tick()) == 2


@pytest.mark.parametrize("kind", [k for k in PlatformEventKind if k.value.split(".")[0] not in ("station", "card")])
async def test_each_event_can_be_brought_about(platform: EmbeddedPlatform, kind: PlatformEventKind) -> None:
    if kind is PlatformEventKind.REFUND_SENT or kind is PlatformEventKind.REFUND_REFUSED:
        await platform.perform(RemedyRequest(RemedyKind.REFUND, GOLD, await _order(platform, "paid")), "k1")
    assert platform.trigger(kind, GOLD)
    assert kind in [e.kind for e in platform.tick()]


async def test_the_ledger_is_chained_and_cannot_be_changed(tmp_path: Path, platform: EmbeddedPlatform) -> None:
    await platform.perform(RemedyRequest(RemedyKind.GRANT_POINTS, GOLD, points=50), "k1")
    entries = list(await platform.points(GOLD, 1000))
    assert broken_entry(entries) is None
    assert broken_entry(entries[:3]) is None
    assert (await platform.customer(GOLD)).points == entries[0].balance
    with sqlite3.connect(tmp_path / "platform.db") as raw:
        for statement in ("UPDATE ledger SET data = '{}'", "DELETE FROM ledger"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                raw.execute(statement)
    raw.close()


async def test_nothing_of_a_failed_write_is_seen(platform: EmbeddedPlatform, monkeypatch: pytest.MonkeyPatch) -> None:
    before = await platform.orders(GOLD)

    def broken(*_arguments: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(DemoStore, "keep_receipt", broken)
    with pytest.raises(OSError, match="disk"):
        await platform.perform(RemedyRequest(RemedyKind.CANCEL_ORDER, GOLD, await _order(platform, "paid")), "k1")
    assert await platform.orders(GOLD) == before
    assert [r.status for r in await platform.refunds(GOLD)] == ["sent"]
