"""Tables of the channels that bring messages in by themselves: where customers are reached, what came, what went."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from service.db import UtcDateTime, metadata

channel_addresses = Table(
    "channel_addresses",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("external_id", String(128), nullable=False),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False, index=True),
    # False after the customer left the channel (unsubscribed).
    Column("active", Boolean, nullable=False),
    # The last message that was brought here (or belongs to another channel), and how many parts of the next one.
    Column("delivered_seq", Integer, nullable=False),
    Column("delivered_part", Integer, nullable=False),
    # Seconds since the epoch: until then one passive answer or one sender has the address to itself.
    Column("held_until", Float, nullable=False),
    # What the platform lets us send: by the customer's last message, and by his last press of a menu.
    Column("credit", Integer, nullable=False),
    Column("credit_until", Float, nullable=False),
    Column("event_credit", Integer, nullable=False),
    Column("event_credit_until", Float, nullable=False),
    # The last message that the customer was told of elsewhere, because it may not be sent here.
    Column("noticed_seq", Integer, nullable=False),
    # The numbered choices that he saw last, and what else the channel remembers of him.
    Column("choices", JSON(none_as_null=True)),
    Column("state", JSON, nullable=False),
    Column("used_at", UtcDateTime, nullable=False),
    UniqueConstraint("channel", "external_id"),
)

channel_receipts = Table(
    "channel_receipts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("external_id", String(128), nullable=False),
    # What makes a repeated delivery the same one: the platform's message id, or what stands for it.
    Column("key", String(160), nullable=False),
    # pending: stored, to be handled; done: handled. `content` is forgotten then, `answer` is what was replied at once.
    Column("status", String(8), nullable=False),
    Column("content", JSON(none_as_null=True)),
    Column("answer", Text),
    Column("attempts", Integer, nullable=False),
    Column("lease_until", Float, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    UniqueConstraint("channel", "external_id", "key"),
    Index("ix_channel_receipts_status_lease_until", "status", "lease_until"),
)

channel_sends = Table(
    "channel_sends",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel", String(16), nullable=False),
    # Without a foreign key: the record stays when the address is forgotten.
    Column("address_id", Integer, nullable=False, index=True),
    Column("conversation_id", String(32), nullable=False),
    Column("first_seq", Integer, nullable=False),
    Column("last_seq", Integer, nullable=False),
    Column("part", Integer, nullable=False),
    # passive, message or notice
    Column("kind", String(16), nullable=False),
    # sending, sent, unknown (nobody can say), parked (may not be sent now), refused, failed
    Column("status", String(8), nullable=False),
    Column("code", Integer),
    Column("reason", String(200)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index("ix_channel_sends_status_updated_at", "status", "updated_at"),
)
