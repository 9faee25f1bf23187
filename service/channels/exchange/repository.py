"""SQL of addresses, receipts and sends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Mapping, Sequence

from sqlalchemy import Connection, delete, func, insert, select, update

from service.channels.exchange.models import channel_addresses, channel_receipts, channel_sends


@dataclass(frozen=True)
class AddressRow:
    id: int
    channel: str
    external_id: str
    conversation_id: str
    active: bool
    delivered_seq: int
    delivered_part: int
    held_until: float
    credit: int
    credit_until: float
    event_credit: int
    event_credit_until: float
    noticed_seq: int
    choices: Sequence[Mapping[str, str]] | None
    state: Mapping[str, Any]
    used_at: datetime


@dataclass(frozen=True)
class ReceiptRow:
    id: int
    channel: str
    external_id: str
    key: str
    status: str
    content: Mapping[str, Any] | None
    answer: str | None
    attempts: int
    lease_until: float
    received_at: datetime


@dataclass(frozen=True)
class SendRow:
    id: int
    channel: str
    address_id: int
    conversation_id: str
    first_seq: int
    last_seq: int
    part: int
    kind: str
    status: str
    code: int | None
    reason: str | None
    created_at: datetime
    updated_at: datetime


def address(connection: Connection, channel: str, external_id: str, *, lock: bool = False) -> AddressRow | None:
    query = select(channel_addresses).where(
        channel_addresses.c.channel == channel, channel_addresses.c.external_id == external_id
    )
    row = connection.execute(query.with_for_update() if lock else query).first()
    return None if row is None else AddressRow(**row._mapping)


def address_by_id(connection: Connection, address_id: int) -> AddressRow | None:
    """The address under lock."""
    query = select(channel_addresses).where(channel_addresses.c.id == address_id).with_for_update()
    row = connection.execute(query).first()
    return None if row is None else AddressRow(**row._mapping)


def address_of(connection: Connection, conversation_id: str, channel: str) -> AddressRow | None:
    """The address that the customer used last in this channel, under lock."""
    query = select(channel_addresses).where(
        channel_addresses.c.conversation_id == conversation_id,
        channel_addresses.c.channel == channel,
        channel_addresses.c.active.is_(True),
    )
    query = query.order_by(channel_addresses.c.used_at.desc(), channel_addresses.c.id.desc()).limit(1)
    row = connection.execute(query.with_for_update()).first()
    return None if row is None else AddressRow(**row._mapping)


def insert_address(connection: Connection, **values: Any) -> None:
    connection.execute(insert(channel_addresses).values(**values))


def update_address(connection: Connection, address_id: int, **values: Any) -> None:
    connection.execute(update(channel_addresses).where(channel_addresses.c.id == address_id).values(**values))


def move_addresses(connection: Connection, old: str, new: str, offset: int) -> None:
    """Addresses of a conversation that was joined to another; its messages stand behind all that was there."""
    connection.execute(
        update(channel_addresses)
        .where(channel_addresses.c.conversation_id == old)
        .values(
            conversation_id=new,
            delivered_seq=channel_addresses.c.delivered_seq + offset,
            noticed_seq=channel_addresses.c.noticed_seq + offset,
        )
    )


def delete_address(connection: Connection, address_id: int) -> None:
    connection.execute(delete(channel_addresses).where(channel_addresses.c.id == address_id))


def receipt(connection: Connection, channel: str, external_id: str, key: str) -> ReceiptRow | None:
    query = select(channel_receipts).where(
        channel_receipts.c.channel == channel,
        channel_receipts.c.external_id == external_id,
        channel_receipts.c.key == key,
    )
    row = connection.execute(query.with_for_update()).first()
    return None if row is None else ReceiptRow(**row._mapping)


def insert_receipt(connection: Connection, **values: Any) -> int:
    inserted = connection.execute(insert(channel_receipts).values(**values).returning(channel_receipts.c.id))
    return int(inserted.scalar_one())


def claim_receipt(connection: Connection, receipt_id: int, now: float, lease_until: float) -> ReceiptRow | None:
    """Take a receipt that nobody is handling; None when it is not to be had."""
    row = connection.execute(
        update(channel_receipts)
        .where(
            channel_receipts.c.id == receipt_id,
            channel_receipts.c.status == "pending",
            channel_receipts.c.lease_until < now,
        )
        .values(lease_until=lease_until, attempts=channel_receipts.c.attempts + 1)
        .returning(*channel_receipts.c)
    ).first()
    return None if row is None else ReceiptRow(**row._mapping)


def update_receipt(connection: Connection, receipt_id: int, **values: Any) -> None:
    connection.execute(update(channel_receipts).where(channel_receipts.c.id == receipt_id).values(**values))


def forsaken_receipts(connection: Connection, now: float, before: datetime, limit: int) -> list[int]:
    """Receipts that came before that and whose process did not handle them in time, oldest first."""
    query = select(channel_receipts.c.id).where(
        channel_receipts.c.status == "pending",
        channel_receipts.c.lease_until < now,
        channel_receipts.c.received_at < before,
    )
    return list(connection.execute(query.order_by(channel_receipts.c.id).limit(limit)).scalars())


def delete_receipts(connection: Connection, before: datetime) -> None:
    connection.execute(
        delete(channel_receipts).where(channel_receipts.c.status != "pending", channel_receipts.c.received_at < before)
    )


def delete_receipts_of(connection: Connection, channel: str, external_id: str) -> None:
    connection.execute(
        delete(channel_receipts).where(
            channel_receipts.c.channel == channel, channel_receipts.c.external_id == external_id
        )
    )


def insert_send(connection: Connection, **values: Any) -> int:
    inserted = connection.execute(insert(channel_sends).values(**values).returning(channel_sends.c.id))
    return int(inserted.scalar_one())


def end_send(connection: Connection, send_id: int, status: str, now: datetime, **values: Any) -> bool:
    """Say what became of a send that is under way; False when that was said before."""
    changed = connection.execute(
        update(channel_sends)
        .where(channel_sends.c.id == send_id, channel_sends.c.status == "sending")
        .values(status=status, updated_at=now, **values)
    )
    return changed.rowcount == 1


def open_sends(connection: Connection, address_id: int, kind: str) -> list[SendRow]:
    query = select(channel_sends).where(
        channel_sends.c.address_id == address_id, channel_sends.c.kind == kind, channel_sends.c.status == "sending"
    )
    return [SendRow(**row._mapping) for row in connection.execute(query)]


def doubtful_sends(connection: Connection, before: datetime, limit: int) -> list[SendRow]:
    """Passive answers and notices of which nobody said that they left the house. The senders see to messages."""
    query = select(channel_sends).where(
        channel_sends.c.status == "sending", channel_sends.c.kind != "message", channel_sends.c.updated_at < before
    )
    return [SendRow(**row._mapping) for row in connection.execute(query.order_by(channel_sends.c.id).limit(limit))]


def count_unknown(connection: Connection, address_id: int, first_seq: int, part: int) -> int:
    """How often nobody knew whether this piece arrived."""
    query = select(func.count()).where(
        channel_sends.c.address_id == address_id,
        channel_sends.c.first_seq == first_seq,
        channel_sends.c.part == part,
        channel_sends.c.status == "unknown",
    )
    return int(connection.execute(query).scalar_one())


def sends_of(connection: Connection, conversation_id: str, limit: int) -> list[SendRow]:
    """What was sent to a customer's channels, newest first."""
    query = select(channel_sends).where(channel_sends.c.conversation_id == conversation_id)
    return [
        SendRow(**row._mapping) for row in connection.execute(query.order_by(channel_sends.c.id.desc()).limit(limit))
    ]


def count_sends(connection: Connection, channel: str) -> dict[str, int]:
    """How many sends of a channel ended how."""
    query = select(channel_sends.c.status, func.count()).where(channel_sends.c.channel == channel)
    return {row[0]: int(row[1]) for row in connection.execute(query.group_by(channel_sends.c.status))}
