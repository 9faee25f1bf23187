"""SQL of bindings and their codes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from service.channels.binding.models import binding_codes, channel_bindings


@dataclass(frozen=True)
class BindingRow:
    id: int
    channel: str
    external_id: str
    customer_id: str
    proof: str
    consent_at: datetime
    undone_at: datetime | None


def insert_code(connection: Connection, digest: str, customer_id: str, expires_at: datetime) -> None:
    """A new code; the ones the customer had before are over."""
    connection.execute(
        delete(binding_codes).where(binding_codes.c.customer_id == customer_id, binding_codes.c.used_at.is_(None))
    )
    connection.execute(insert(binding_codes).values(digest=digest, customer_id=customer_id, expires_at=expires_at))


def use_code(connection: Connection, digest: str, now: datetime) -> str | None:
    """The customer whose code it is; a code works once, and not when it is over."""
    row = connection.execute(
        update(binding_codes)
        .where(binding_codes.c.digest == digest, binding_codes.c.used_at.is_(None), binding_codes.c.expires_at > now)
        .values(used_at=now)
        .returning(binding_codes.c.customer_id)
    ).first()
    return None if row is None else str(row.customer_id)


def insert_binding(
    connection: Connection, channel: str, external_id: str, customer_id: str, proof: str, now: datetime
) -> None:
    connection.execute(
        insert(channel_bindings).values(
            channel=channel, external_id=external_id, customer_id=customer_id, proof=proof, consent_at=now
        )
    )


def binding_of(connection: Connection, channel: str, external_id: str) -> BindingRow | None:
    """The binding in force of a channel identity."""
    query = select(channel_bindings).where(
        channel_bindings.c.channel == channel,
        channel_bindings.c.external_id == external_id,
        channel_bindings.c.undone_at.is_(None),
    )
    row = connection.execute(query.order_by(channel_bindings.c.id.desc())).first()
    return None if row is None else BindingRow(**row._mapping)


def bindings_of(connection: Connection, customer_id: str) -> list[BindingRow]:
    """The bindings in force of a customer."""
    query = select(channel_bindings).where(
        channel_bindings.c.customer_id == customer_id, channel_bindings.c.undone_at.is_(None)
    )
    return [BindingRow(**row._mapping) for row in connection.execute(query.order_by(channel_bindings.c.id))]


def undo(connection: Connection, channel: str, external_id: str, now: datetime) -> None:
    connection.execute(
        update(channel_bindings)
        .where(
            channel_bindings.c.channel == channel,
            channel_bindings.c.external_id == external_id,
            channel_bindings.c.undone_at.is_(None),
        )
        .values(undone_at=now)
    )


def forget(connection: Connection, channel: str, external_id: str, now: datetime) -> None:
    """That a binding was there may be known; whose account in the channel it was is forgotten."""
    undo(connection, channel, external_id, now)
    connection.execute(
        update(channel_bindings)
        .where(channel_bindings.c.channel == channel, channel_bindings.c.external_id == external_id)
        .values(external_id="")
    )
