"""The demo platform's SQLite file: records, ledger, receipts, what is due, what must be told, texts sent."""

from __future__ import annotations

import json
import sqlite3
import threading
import uuid
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Iterator, Mapping, Sequence

from contracts.ledger import GENESIS, chained
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
)
from contracts.remedies import RemedyReceipt, RemedyRequest
from service.gateways.fuel_platform.demo_change import Change, Due, Entry
from service.gateways.fuel_platform.demo_data import CustomerRecords, number
from service.gateways.fuel_platform.wire import all_from_wire, all_to_wire, from_wire, to_wire

_SCHEMA = """
CREATE TABLE IF NOT EXISTS customers (id TEXT PRIMARY KEY, since TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS records (
    customer_id TEXT PRIMARY KEY, phone TEXT NOT NULL, version INTEGER NOT NULL, data TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS ix_records_phone ON records (phone);
CREATE TABLE IF NOT EXISTS ledger (
    seq INTEGER PRIMARY KEY, customer_id TEXT NOT NULL, id TEXT NOT NULL UNIQUE, data TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS ix_ledger_customer_id ON ledger (customer_id, seq);
CREATE TRIGGER IF NOT EXISTS ledger_no_update BEFORE UPDATE ON ledger
    BEGIN SELECT RAISE(ABORT, 'the points ledger is append-only'); END;
CREATE TRIGGER IF NOT EXISTS ledger_no_delete BEFORE DELETE ON ledger
    BEGIN SELECT RAISE(ABORT, 'the points ledger is append-only'); END;
CREATE TABLE IF NOT EXISTS receipts (
    key TEXT PRIMARY KEY, request TEXT NOT NULL, receipt TEXT NOT NULL, at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS due (
    id INTEGER PRIMARY KEY, customer_id TEXT NOT NULL, at REAL NOT NULL, kind TEXT NOT NULL, subject_id TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS ix_due_at ON due (at);
CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, data TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS texts (key TEXT PRIMARY KEY, phone TEXT NOT NULL, text TEXT NOT NULL, at TEXT NOT NULL);
"""

_LISTS: Mapping[str, type[Any]] = {
    "orders": Order,
    "coupons": Coupon,
    "payments": Payment,
    "gifts": GiftOrder,
    "invoices": Invoice,
    "cards": FuelCard,
    "refunds": Refund,
    "titles": InvoiceTitle,
}


class DemoStore:
    """One connection, used under `transaction` by one thread at a time; other processes have their own."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, timeout=10, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.executescript(_SCHEMA)
        self._read: dict[str, tuple[int, CustomerRecords]] = {}

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block, durably, or nothing of it."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                self._read.clear()
                raise
            self._connection.execute("COMMIT")

    def since(self, customer_id: str, now: datetime) -> datetime:
        """When the customer was first asked for; `now` if that is now."""
        self._connection.execute("INSERT OR IGNORE INTO customers VALUES (?, ?)", (customer_id, now.isoformat()))
        row = self._connection.execute("SELECT since FROM customers WHERE id = ?", (customer_id,)).fetchone()
        return datetime.fromisoformat(row[0])

    def seed(self, records: CustomerRecords, due: Sequence[Due]) -> None:
        """A new customer with his ledger."""
        customer = records.customer
        self._connection.execute(
            "INSERT INTO records VALUES (?, ?, 1, ?)", (customer.id, customer.phone, _document(records))
        )
        previous = GENESIS
        for entry in reversed(records.points):
            linked = chained(entry, previous)
            self._append(customer.id, linked)
            previous = linked.hash
        self._plan(customer.id, due)

    def records(self, customer_id: str) -> CustomerRecords | None:
        """Everything known of a customer; None when he was never asked for."""
        with self._lock:
            query = "SELECT version, data FROM records WHERE customer_id = ?"
            row = self._connection.execute(query, (customer_id,)).fetchone()
            if row is None:
                return None
            known = self._read.get(customer_id)
            if known is None or known[0] != row[0]:
                known = (row[0], self._parse(customer_id, row[1]))
                self._read[customer_id] = known
            return known[1]

    def apply(self, customer_id: str, change: Change, now: datetime, key: str | None = None) -> None:
        """Write a change, its ledger lines, its events and what follows from it later. Inside a transaction."""
        before = self.records(customer_id)
        assert before is not None
        points = list(before.points)
        for entry in change.entries:
            points.insert(0, self._linked(customer_id, points, entry, now))
            self._append(customer_id, points[0])
        balance = points[0].balance if points else 0
        customer = replace(change.records.customer, points=balance)
        self._connection.execute(
            "UPDATE records SET version = version + 1, data = ? WHERE customer_id = ?",
            (_document(replace(change.records, customer=customer)), customer_id),
        )
        for said in change.events:
            data = {**said.data, **({"key": key} if key is not None else {})}
            event = PlatformEvent(uuid.uuid4().hex, said.kind, now, customer_id, said.subject_id, said.order_id, data)
            self.tell(event)
        self._plan(customer_id, change.later)

    def tell(self, event: PlatformEvent) -> None:
        """Keep an event until it was delivered."""
        self._connection.execute("INSERT INTO events (id, data) VALUES (?, ?)", (event.id, _json(to_wire(event))))

    def untold(self, limit: int) -> list[PlatformEvent]:
        """Events that were not delivered yet, oldest first."""
        with self._lock:
            rows = self._connection.execute("SELECT data FROM events ORDER BY seq LIMIT ?", (limit,)).fetchall()
        return [from_wire(PlatformEvent, json.loads(row[0])) for row in rows]

    def told(self, event_ids: Sequence[str]) -> None:
        self._connection.executemany("DELETE FROM events WHERE id = ?", [(event_id,) for event_id in event_ids])

    def ripe(self, now: datetime, customer_id: str | None = None) -> list[tuple[int, str, PlatformEventKind, str]]:
        """What is due: row, customer, kind and subject, oldest first."""
        query = "SELECT id, customer_id, kind, subject_id FROM due WHERE at <= ?"
        arguments: tuple[Any, ...] = (now.timestamp(),)
        if customer_id is not None:
            query, arguments = f"{query} AND customer_id = ?", (*arguments, customer_id)
        with self._lock:
            rows = self._connection.execute(f"{query} ORDER BY at, id", arguments).fetchall()
        return [(row[0], row[1], PlatformEventKind(row[2]), row[3]) for row in rows]

    def happened(self, due_id: int) -> bool:
        """Take a row of what is due; False when another process was quicker."""
        return self._connection.execute("DELETE FROM due WHERE id = ?", (due_id,)).rowcount == 1

    def receipt(self, key: str) -> RemedyReceipt | None:
        row = self._connection.execute("SELECT receipt FROM receipts WHERE key = ?", (key,)).fetchone()
        return None if row is None else from_wire(RemedyReceipt, json.loads(row[0]))

    def keep_receipt(self, key: str, request: RemedyRequest, receipt: RemedyReceipt, now: datetime) -> None:
        values = (key, _json(to_wire(request)), _json(to_wire(receipt)), now.isoformat())
        self._connection.execute("INSERT INTO receipts VALUES (?, ?, ?, ?)", values)

    def customer_of_phone(self, phone: str) -> str | None:
        with self._lock:
            row = self._connection.execute("SELECT customer_id FROM records WHERE phone = ?", (phone,)).fetchone()
        return None if row is None else str(row[0])

    def keep_text(self, phone: str, text: str, key: str, now: datetime) -> None:
        values = (key, phone, text, now.isoformat())
        self._connection.execute("INSERT OR IGNORE INTO texts VALUES (?, ?, ?, ?)", values)

    def texts(self, phone: str) -> list[str]:
        """Texts sent to a number, newest first."""
        with self._lock:
            query = "SELECT text FROM texts WHERE phone = ? ORDER BY at DESC"
            return [row[0] for row in self._connection.execute(query, (phone,))]

    def _parse(self, customer_id: str, text: str) -> CustomerRecords:
        raw = json.loads(text)
        query = "SELECT data FROM ledger WHERE customer_id = ? ORDER BY seq DESC"
        ledger = [json.loads(row[0]) for row in self._connection.execute(query, (customer_id,))]
        lists: dict[str, Any] = {name: all_from_wire(cls, raw[name]) for name, cls in _LISTS.items()}
        return CustomerRecords(
            customer=from_wire(Customer, raw["customer"]), points=all_from_wire(PointsEntry, ledger), **lists
        )

    def _linked(self, customer_id: str, points: Sequence[PointsEntry], entry: Entry, now: datetime) -> PointsEntry:
        last = points[0] if points else None
        made = PointsEntry(
            id=number(customer_id, 4, 1 + len(points), now),
            kind=entry.kind,
            change=entry.change,
            balance=(last.balance if last else 0) + entry.change,
            at=now.astimezone(timezone.utc),
            order_id=entry.order_id,
            note=entry.note,
            basis=dict(entry.basis),
        )
        return chained(made, last.hash if last else GENESIS)

    def _append(self, customer_id: str, entry: PointsEntry) -> None:
        self._connection.execute(
            "INSERT INTO ledger (customer_id, id, data) VALUES (?, ?, ?)",
            (customer_id, f"{customer_id}:{entry.id}", _json(to_wire(entry))),
        )

    def _plan(self, customer_id: str, due: Sequence[Due]) -> None:
        self._connection.executemany(
            "INSERT INTO due (customer_id, at, kind, subject_id) VALUES (?, ?, ?, ?)",
            [(customer_id, d.at.timestamp(), d.kind.value, d.subject_id) for d in due],
        )


def _document(records: CustomerRecords) -> str:
    lists = {name: all_to_wire(getattr(records, name)) for name in _LISTS}
    return _json({"customer": to_wire(records.customer), **lists})


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
