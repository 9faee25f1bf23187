"""SQL of the platform's events and of watches."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Sequence

from sqlalchemy import Connection, insert, select, update

from contracts.platform import PlatformEvent, PlatformEventKind
from service.watchers.models import platform_events, watches
from service.watchers.rules import Watch

LIVE = ("open", "given", "late")
TIMED = ("open", "given")

_EVENT = (
    platform_events.c.id,
    platform_events.c.kind,
    platform_events.c.at,
    platform_events.c.customer_id,
    platform_events.c.subject_id,
    platform_events.c.order_id,
    platform_events.c.data,
)
_WATCH = tuple(watches.c[name] for name in Watch.__dataclass_fields__)


def _event(row: Any) -> PlatformEvent:
    kind = PlatformEventKind(row.kind)
    return PlatformEvent(row.id, kind, row.at, row.customer_id, row.subject_id, row.order_id, row.data)


def known_ids(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Those of `ids` that were received before."""
    query = select(platform_events.c.id).where(platform_events.c.id.in_(ids))
    return set(connection.execute(query).scalars())


def insert_event(connection: Connection, event: PlatformEvent, now: datetime) -> None:
    connection.execute(
        insert(platform_events).values(
            id=event.id,
            kind=event.kind.value,
            at=event.at,
            customer_id=event.customer_id,
            subject_id=event.subject_id,
            order_id=event.order_id,
            data=dict(event.data),
            received_at=now,
            status="received",
            attempts=0,
            next_at=0.0,
        )
    )


def claim_events(connection: Connection, now: float, hold: float, limit: int) -> list[tuple[PlatformEvent, int]]:
    """Take events that wait, for `hold` seconds, in the order they happened; with the tries so far."""
    due = (
        select(platform_events.c.id)
        .where(platform_events.c.status == "received", platform_events.c.next_at <= now)
        .order_by(platform_events.c.at, platform_events.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = connection.execute(
        update(platform_events)
        .where(platform_events.c.id.in_(due.scalar_subquery()))
        .values(next_at=now + hold)
        .returning(*_EVENT, platform_events.c.attempts)
    )
    return sorted(((_event(row), row.attempts) for row in taken), key=lambda pair: (pair[0].at, pair[0].id))


def still_received(connection: Connection, event_id: str) -> bool:
    """Whether nobody else has handled it meanwhile; its row is held until the unit of work ends."""
    query = select(platform_events.c.status).where(platform_events.c.id == event_id).with_for_update()
    return connection.execute(query).scalar() == "received"


def update_event(connection: Connection, event_id: str, **values: Any) -> None:
    connection.execute(update(platform_events).where(platform_events.c.id == event_id).values(**values))


def events_of_customer(connection: Connection, customer_id: str, since: datetime) -> list[tuple[PlatformEvent, bool]]:
    """What the platform told about a customer, newest first, and whether it was handled already."""
    query = select(*_EVENT, platform_events.c.status).where(
        platform_events.c.customer_id == customer_id, platform_events.c.received_at >= since
    )
    rows = connection.execute(query.order_by(platform_events.c.at.desc()).limit(200))
    return [(_event(row), row.status == "handled") for row in rows]


def last_of_subject(connection: Connection, subject_id: str, kinds: Sequence[str]) -> PlatformEvent | None:
    """The newest event of these kinds about one subject."""
    query = select(*_EVENT).where(platform_events.c.subject_id == subject_id, platform_events.c.kind.in_(kinds))
    row = connection.execute(query.order_by(platform_events.c.at.desc()).limit(1)).first()
    return None if row is None else _event(row)


def insert_watch(connection: Connection, **values: Any) -> None:
    connection.execute(insert(watches).values(**values))


def watches_of_customer(connection: Connection, customer_id: str) -> list[Watch]:
    query = select(*_WATCH).where(watches.c.customer_id == customer_id, watches.c.status.in_(LIVE))
    return [Watch(*row) for row in connection.execute(query.order_by(watches.c.id))]


def watches_of_ticket(connection: Connection, number: str) -> list[Watch]:
    query = select(*_WATCH).where(watches.c.ticket_number == number, watches.c.status.in_(LIVE))
    return [Watch(*row) for row in connection.execute(query.order_by(watches.c.id))]


def claim_overdue(connection: Connection, now: float, hold: float, limit: int) -> list[Watch]:
    """Take watches whose time is over, for `hold` seconds; another process will not take them meanwhile."""
    due = (
        select(watches.c.id)
        .where(watches.c.status.in_(TIMED), watches.c.due_at <= now)
        .order_by(watches.c.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = connection.execute(
        update(watches).where(watches.c.id.in_(due.scalar_subquery())).values(due_at=now + hold).returning(*_WATCH)
    )
    return sorted((Watch(*row) for row in taken), key=lambda watch: watch.id)


def still(connection: Connection, watch: Watch) -> bool:
    """Whether the watch is as it was claimed; its row is held until the unit of work ends."""
    query = select(watches.c.status).where(watches.c.id == watch.id).with_for_update()
    return connection.execute(query).scalar() == watch.status


def give(connection: Connection, number: str, subject_id: str, due_at: float) -> bool:
    """What this waited for was done by ourselves; it is looked at again at `due_at`. False: there is no such row."""
    mine = (watches.c.ticket_number == number) & (watches.c.subject_id == subject_id)
    changed = connection.execute(update(watches).where(mine).values(status="given", due_at=due_at, ended_at=None))
    return changed.rowcount == 1


def end_watches(connection: Connection, ids: Sequence[int], status: str, now: datetime) -> None:
    if ids:
        connection.execute(
            update(watches).where(watches.c.id.in_(ids)).values(status=status, due_at=None, ended_at=now)
        )


def end_time_limit(connection: Connection, watch_id: int) -> None:
    """The watch goes on without calling people."""
    connection.execute(update(watches).where(watches.c.id == watch_id).values(due_at=None))


def anything_due(connection: Connection, now: float) -> bool:
    """Whether an event or a watch waits; a read, so that an idle loop takes no write lock."""
    event = select(platform_events.c.id).where(platform_events.c.status == "received", platform_events.c.next_at <= now)
    watch = select(watches.c.id).where(watches.c.status.in_(TIMED), watches.c.due_at <= now)
    return any(connection.execute(query.limit(1)).first() is not None for query in (event, watch))
