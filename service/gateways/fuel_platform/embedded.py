"""The embedded demo platform: its customers' records follow from their id and the moment they were first asked for."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from datetime import datetime
from pathlib import Path
from typing import Callable, Sequence

from contracts.errors import NotFound
from contracts.platform import (
    Coupon,
    Customer,
    FuelCard,
    GiftOrder,
    Invoice,
    Order,
    Payment,
    PointsEntry,
    Refund,
    Station,
)
from service.gateways.fuel_platform import demo_data
from service.gateways.fuel_platform.demo_data import CustomerRecords
from service.gateways.fuel_platform.demo_stations import STATIONS

_SCHEMA = "CREATE TABLE IF NOT EXISTS customers (id TEXT PRIMARY KEY, since TEXT NOT NULL)"


class EmbeddedPlatform:
    """Implements contracts.platform.FuelPlatform for demo customers; safe from several threads and processes."""

    def __init__(self, path: Path, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, check_same_thread=False, timeout=10, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute(_SCHEMA)
        self._known: dict[str, CustomerRecords] = {}

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

    def close(self) -> None:
        self._connection.close()

    async def _records(self, customer_id: str) -> CustomerRecords:
        known = self._known.get(customer_id)
        if known is None:
            known = await asyncio.to_thread(self._load, customer_id)
            self._known[customer_id] = known
        return known

    def _load(self, customer_id: str) -> CustomerRecords:
        level = demo_data.level_of(customer_id)
        if level is None:
            raise NotFound("没有这个客户")
        with self._lock:
            self._connection.execute(
                "INSERT OR IGNORE INTO customers VALUES (?, ?)", (customer_id, self._clock().isoformat())
            )
            row = self._connection.execute("SELECT since FROM customers WHERE id = ?", (customer_id,)).fetchone()
        return demo_data.build(customer_id, level, datetime.fromisoformat(row[0]))
