"""SQL of outgoing webhooks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Mapping, Sequence

from sqlalchemy import Connection, delete, insert, select, update

from service.channels.outgoing.models import hook_deliveries, hooks


@dataclass(frozen=True)
class HookRow:
    id: int
    url: str
    secret: str
    events: Sequence[str]
    active: bool
    created_by: str
    created_at: datetime


@dataclass(frozen=True)
class DeliveryRow:
    id: int
    hook_id: int
    event_id: str
    event: str
    payload: Mapping[str, Any]
    status: str
    attempts: int
    answer: str | None
    created_at: datetime
    updated_at: datetime


def all_hooks(connection: Connection) -> list[HookRow]:
    return [HookRow(**row._mapping) for row in connection.execute(select(hooks).order_by(hooks.c.id))]


def hook(connection: Connection, hook_id: int) -> HookRow | None:
    row = connection.execute(select(hooks).where(hooks.c.id == hook_id)).first()
    return None if row is None else HookRow(**row._mapping)


def insert_hook(connection: Connection, **values: Any) -> int:
    return int(connection.execute(insert(hooks).values(**values).returning(hooks.c.id)).scalar_one())


def update_hook(connection: Connection, hook_id: int, **values: Any) -> None:
    connection.execute(update(hooks).where(hooks.c.id == hook_id).values(**values))


def delete_hook(connection: Connection, hook_id: int) -> None:
    """The subscription and all that was to go there."""
    connection.execute(delete(hook_deliveries).where(hook_deliveries.c.hook_id == hook_id))
    connection.execute(delete(hooks).where(hooks.c.id == hook_id))


def insert_delivery(
    connection: Connection, hook_id: int, event_id: str, event: str, payload: Mapping[str, Any], now: datetime
) -> int | None:
    """A new delivery; None when this hook has this event already."""
    known = select(hook_deliveries.c.id).where(
        hook_deliveries.c.hook_id == hook_id, hook_deliveries.c.event_id == event_id
    )
    if connection.execute(known).first() is not None:
        return None
    inserted = insert(hook_deliveries).values(
        hook_id=hook_id,
        event_id=event_id,
        event=event,
        payload=dict(payload),
        status="waiting",
        attempts=0,
        created_at=now,
        updated_at=now,
    )
    return int(connection.execute(inserted.returning(hook_deliveries.c.id)).scalar_one())


def delivery(connection: Connection, delivery_id: int) -> DeliveryRow | None:
    row = connection.execute(select(hook_deliveries).where(hook_deliveries.c.id == delivery_id)).first()
    return None if row is None else DeliveryRow(**row._mapping)


def update_delivery(connection: Connection, delivery_id: int, **values: Any) -> None:
    connection.execute(update(hook_deliveries).where(hook_deliveries.c.id == delivery_id).values(**values))


def deliveries(connection: Connection, hook_id: int, status: str | None, limit: int) -> list[DeliveryRow]:
    """Newest first."""
    query = select(hook_deliveries).where(hook_deliveries.c.hook_id == hook_id)
    if status is not None:
        query = query.where(hook_deliveries.c.status == status)
    found = connection.execute(query.order_by(hook_deliveries.c.id.desc()).limit(limit))
    return [DeliveryRow(**row._mapping) for row in found]


def forget_before(connection: Connection, before: datetime) -> None:
    """What was delivered long ago."""
    connection.execute(
        delete(hook_deliveries).where(hook_deliveries.c.status == "sent", hook_deliveries.c.updated_at < before)
    )
