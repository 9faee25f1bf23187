"""The embedded demo platform: customers with records in every state, which change as time and remedies go on."""

from __future__ import annotations

import asyncio
import uuid
from datetime import datetime
from pathlib import Path
from typing import Callable, Mapping, Sequence

from contracts.errors import NotFound
from contracts.platform import (
    Coupon,
    Customer,
    FuelCard,
    GiftOrder,
    Invoice,
    InvoiceTitle,
    Order,
    Payment,
    PlatformEvent,
    PlatformEventKind,
    PointsEntry,
    Refund,
    Station,
)
from contracts.remedies import RemedyReceipt, RemedyRequest
from service.gateways.fuel_platform import demo_data, demo_records, demo_remedies, demo_time
from service.gateways.fuel_platform.demo_data import CustomerRecords
from service.gateways.fuel_platform.demo_stations import STATIONS
from service.gateways.fuel_platform.demo_store import DemoStore

TOLD_AT_ONCE = 50


class EmbeddedPlatform:
    """Implements contracts.platform.FuelPlatform for demo customers; safe from several threads and processes."""

    def __init__(self, path: Path, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._store = DemoStore(path)

    async def customer(self, customer_id: str) -> Customer:
        return (await self._records(customer_id)).customer

    async def orders(self, customer_id: str, limit: int = 20) -> Sequence[Order]:
        orders = (await self._records(customer_id)).orders
        return sorted(orders, key=lambda o: o.created_at, reverse=True)[:limit]

    async def coupons(self, customer_id: str) -> Sequence[Coupon]:
        return (await self._records(customer_id)).coupons

    async def payments(self, customer_id: str, limit: int = 20) -> Sequence[Payment]:
        return (await self._records(customer_id)).payments[:limit]

    async def points(self, customer_id: str, limit: int = 50) -> Sequence[PointsEntry]:
        return (await self._records(customer_id)).points[:limit]

    async def gifts(self, customer_id: str) -> Sequence[GiftOrder]:
        return (await self._records(customer_id)).gifts

    async def invoices(self, customer_id: str) -> Sequence[Invoice]:
        return (await self._records(customer_id)).invoices

    async def cards(self, customer_id: str) -> Sequence[FuelCard]:
        return (await self._records(customer_id)).cards

    async def refunds(self, customer_id: str) -> Sequence[Refund]:
        return (await self._records(customer_id)).refunds

    async def stations(self, query: str | None = None, limit: int = 5) -> Sequence[Station]:
        found = [s for s in STATIONS if query is None or query in s.name or s.name in query or query in s.address]
        return found[:limit]

    async def invoice_titles(self, customer_id: str) -> Sequence[InvoiceTitle]:
        return sorted((await self._records(customer_id)).titles, key=lambda t: not t.default)

    async def customer_of_phone(self, phone: str) -> str | None:
        found = await asyncio.to_thread(self._store.customer_of_phone, phone)
        # The four named customers exist before anybody has asked for them.
        named = (f"demo-{level}" for level in demo_data.LEVELS)
        return found or next((name for name in named if demo_data.phone_of(name) == phone), None)

    async def send_text(self, phone: str, text: str, key: str) -> None:
        await asyncio.to_thread(self._send_text, phone, text, key)

    async def perform(self, request: RemedyRequest, key: str) -> RemedyReceipt:
        return await asyncio.to_thread(self._perform, request, key)

    def close(self) -> None:
        self._store.close()

    def texts(self, phone: str) -> list[str]:
        """What was sent to a number, newest first: nobody receives the demo's texts."""
        return self._store.texts(phone)

    def tick(self) -> list[PlatformEvent]:
        """Let happen what is due, and return the events that were not delivered yet, oldest first."""
        now = self._clock()
        for customer_id in {row[1] for row in self._store.ripe(now)}:
            self._catch_up(customer_id, now)
        return self._store.untold(TOLD_AT_ONCE)

    def told(self, event_ids: Sequence[str]) -> None:
        """These events were delivered."""
        with self._store.transaction():
            self._store.told(event_ids)

    def trigger(
        self, kind: PlatformEventKind, subject: str, subject_id: str | None = None, data: Mapping[str, object] = {}
    ) -> bool:
        """Make something happen to a demo customer (or a station: `subject` is its id); False when it cannot.

        Raises:
            NotFound: there is no such demo customer or station.
        """
        now = self._clock()
        if kind in (PlatformEventKind.STATION_OUTAGE, PlatformEventKind.STATION_RESTORED):
            if not any(s.id == subject for s in STATIONS):
                raise NotFound("没有这个油站")
            with self._store.transaction():
                self._store.tell(PlatformEvent(uuid.uuid4().hex, kind, now, None, subject, None, dict(data)))
            return True
        self._load(subject)
        with self._store.transaction():
            records = self._known(subject)
            change = demo_time.happen(records, kind, subject_id, now)
            if change is not None:
                self._store.apply(subject, change, now)
        return change is not None

    async def _records(self, customer_id: str) -> CustomerRecords:
        return await asyncio.to_thread(self._load, customer_id)

    def _load(self, customer_id: str) -> CustomerRecords:
        """The customer's records as of now; made when he is asked for the first time."""
        now = self._clock()
        records = self._store.records(customer_id)
        if records is None:
            records = self._make(customer_id, now)
        elif self._store.ripe(now, customer_id):
            self._catch_up(customer_id, now)
            records = self._known(customer_id)
        return demo_time.as_of(records, now)

    def _make(self, customer_id: str, now: datetime) -> CustomerRecords:
        level = demo_data.level_of(customer_id)
        if level is None:
            raise NotFound("没有这个客户")
        with self._store.transaction():
            # Another process may have been quicker; an older release kept the moment alone.
            if self._store.records(customer_id) is None:
                built = demo_records.build(customer_id, level, self._store.since(customer_id, now))
                self._store.seed(built, demo_time.seeded(built))
            return self._known(customer_id)

    def _known(self, customer_id: str) -> CustomerRecords:
        records = self._store.records(customer_id)
        assert records is not None
        return records

    def _catch_up(self, customer_id: str, now: datetime) -> None:
        for due_id, _customer, kind, subject_id in self._store.ripe(now, customer_id):
            with self._store.transaction():
                change = demo_time.happen(self._known(customer_id), kind, subject_id, now)
                if self._store.happened(due_id) and change is not None:
                    self._store.apply(customer_id, change, now)

    def _perform(self, request: RemedyRequest, key: str) -> RemedyReceipt:
        now = self._clock()
        self._load(request.customer_id)
        with self._store.transaction():
            known = self._store.receipt(key)
            if known is not None:
                return known
            records = demo_time.as_of(self._known(request.customer_id), now)
            receipt, change = demo_remedies.perform(records, request, now)
            if receipt.done:
                self._store.apply(request.customer_id, change, now, key)
            self._store.keep_receipt(key, request, receipt, now)
            return receipt

    def _send_text(self, phone: str, text: str, key: str) -> None:
        with self._store.transaction():
            self._store.keep_text(phone, text, key, self._clock())
