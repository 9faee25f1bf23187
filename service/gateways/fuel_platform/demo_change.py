"""What a change of the demo platform's records consists of, before the store makes it durable."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Mapping, Protocol, Sequence, TypeVar

from contracts.errors import NotFound
from contracts.platform import PlatformEventKind
from contracts.remedies import RemedyReceipt
from service.gateways.fuel_platform.demo_data import CustomerRecords, number


class HasId(Protocol):
    @property
    def id(self) -> str: ...


R = TypeVar("R", bound=HasId)


@dataclass(frozen=True)
class Entry:
    """A line for the points ledger; balance and chain follow when it is appended."""

    kind: str
    change: int
    note: str
    order_id: str | None = None
    basis: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Said:
    """An event that the platform tells."""

    kind: PlatformEventKind
    subject_id: str
    order_id: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Due:
    """A change that happens by itself later. `kind` is the event that it raises."""

    at: datetime
    kind: PlatformEventKind
    subject_id: str


@dataclass(frozen=True)
class Change:
    """New records and what goes with them. `records.points` is not read from here: the ledger only grows."""

    records: CustomerRecords
    entries: tuple[Entry, ...] = ()
    events: tuple[Said, ...] = ()
    later: tuple[Due, ...] = ()


def find(records: Sequence[R], record_id: str | None) -> R | None:
    """The record with this id."""
    return next((r for r in records if r.id == record_id), None)


def with_one(records: Sequence[R], changed: R) -> list[R]:
    """The list with the record of the same id replaced, or put in front when it is new."""
    if find(records, changed.id) is None:
        return [changed, *records]
    return [changed if r.id == changed.id else r for r in records]


def put(records: CustomerRecords, **changed: HasId) -> CustomerRecords:
    """The records with one record of each named list replaced or added."""
    lists: dict[str, Any] = {name: with_one(getattr(records, name), record) for name, record in changed.items()}
    return replace(records, **lists)


def new_id(records: CustomerRecords, kind: int, known: Sequence[HasId], now: datetime) -> str:
    """The next free id of this kind; the seeded records use places below 50."""
    return number(records.customer.id, kind, 50 + len(known), now)


Outcome = tuple[RemedyReceipt, Change]
"""What the platform answers to a remedy, and what it changes."""


def done(change: Change, reference: str, **data: Any) -> Outcome:
    """It was done; `data` is what the customer needs."""
    return RemedyReceipt(True, reference, data=data), change


def refused(records: CustomerRecords, reason: str) -> Outcome:
    """It was not done, for a reason in the customer's words."""
    return RemedyReceipt(False, reason=reason), Change(records)


def require(found: R | None, what: str) -> R:
    """The record.

    Raises:
        NotFound: there is none; `what` names its kind.
    """
    if found is None:
        raise NotFound(f"没有这个{what}")
    return found
