"""The chain of the points ledger: each entry's hash covers what it says and the hash of the entry before."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import timezone
from typing import Sequence

from contracts.platform import PointsEntry

GENESIS = ""


def entry_hash(entry: PointsEntry, previous: str) -> str:
    """SHA-256 (hex) of the canonical JSON of one entry after `previous`; times in UTC to the microsecond."""
    content = [
        previous,
        entry.id,
        entry.kind,
        entry.change,
        entry.balance,
        entry.at.astimezone(timezone.utc).isoformat(timespec="microseconds"),
        entry.order_id,
        entry.note,
        dict(entry.basis),
    ]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def chained(entry: PointsEntry, previous: str) -> PointsEntry:
    """`entry` with its place in the chain."""
    return replace(entry, previous=previous, hash=entry_hash(entry, previous))


def broken_entry(entries: Sequence[PointsEntry]) -> str | None:
    """The id of the first entry (newest first, as the platform lists them) that does not hold; None when all do.

    An entry holds when its hash is right, it names the hash of the entry before, and its balance is the one before
    plus its change. The oldest entry given is the anchor: what lies before it is not judged, unless it is the first
    of all (`previous` is empty), whose balance must be its change.
    """
    before: PointsEntry | None = None
    for entry in reversed(entries):
        if entry.hash != entry_hash(entry, entry.previous):
            return entry.id
        if before is not None and (entry.previous != before.hash or entry.balance != before.balance + entry.change):
            return entry.id
        if before is None and entry.previous == GENESIS and entry.balance != entry.change:
            return entry.id
        before = entry
    return None
