"""The append-only log of who did what, chained by hash in batches: written, sealed, read, verified."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Mapping

from sqlalchemy import Connection

from service.audit import repository, rules

# What others may use of this domain, beside the functions below.
from service.audit.repository import (  # isort: skip
    AuditFilter as AuditFilter,
    AuditRow as AuditRow,
    actions as actions,
    actors as actors,
    search as search,
)

VERIFIED_AT_ONCE = 1000


@dataclass(frozen=True)
class Verdict:
    """How far the chain holds. `verified`: the last place that does; `broken_at`: the first that does not, if any.

    `sealed` is the last place of all, `waiting` counts rows that the sealer has not reached yet. `head` is the seal
    of the last row that holds: kept elsewhere, it shows later whether the end of the log was cut off.
    """

    verified: int
    sealed: int
    waiting: int
    broken_at: int | None
    head: str


def record(connection: Connection, actor: str, action: str, target: str, data: Mapping[str, Any], at: datetime) -> None:
    """Write one line in the caller's unit of work."""
    repository.add(connection, actor, action, target, data, at)


def seal(connection: Connection, limit: int = 500) -> int:
    """Chain the rows that have no seal yet: each seal covers its row and the seal before. Returns how many."""
    last = repository.last_sealed(connection)
    previous = (last.seal if last is not None else None) or rules.GENESIS
    place = last.place if last is not None and last.place is not None else 0
    rows = repository.unsealed(connection, limit)
    for row in rows:
        place += 1
        previous = rules.seal_of(previous, row.at, row.actor, row.action, row.object, row.data)
        repository.set_seal(connection, row.id, previous, place)
    return len(rows)


def verify(connection: Connection) -> Verdict:
    """Reckon the whole chain again; a row that was changed, moved or taken out breaks it there."""
    last = repository.last_sealed(connection)
    sealed = last.place if last is not None and last.place is not None else 0
    waiting = repository.count_unsealed(connection)
    place, previous = 0, rules.GENESIS
    while rows := repository.chain(connection, place, VERIFIED_AT_ONCE):
        for row in rows:
            expected = rules.seal_of(previous, row.at, row.actor, row.action, row.object, row.data)
            if row.place != place + 1 or row.seal != expected:
                return Verdict(place, sealed, waiting, place + 1, previous)
            place, previous = place + 1, expected
    return Verdict(place, sealed, waiting, None, previous)
