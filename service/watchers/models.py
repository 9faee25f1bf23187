"""Tables of what the platform told, and of what is watched for a customer."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from service.db import UtcDateTime, metadata

platform_events = Table(
    "platform_events",
    metadata,
    # The platform's own id: the same event again is the same row.
    Column("id", String(64), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("customer_id", String(64)),
    Column("subject_id", String(64), nullable=False),
    Column("order_id", String(64)),
    Column("data", JSON, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    # received, handled, or dead: given up after several tries, kept for a person to see.
    Column("status", String(8), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Float, nullable=False),
    Column("problem", Text),
    Index("ix_platform_events_status_next_at", "status", "next_at"),
    Index("ix_platform_events_customer_id", "customer_id"),
)

watches = Table(
    "watches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    Column("customer_id", String(64), nullable=False),
    Column("ticket_number", String(16), nullable=False),
    Column("category", String(64), nullable=False),
    # The order, coupon, gift, refund or invoice that is watched; `*`: whatever of this customer fits the category.
    Column("subject_id", String(64), nullable=False),
    # open; given: we did it ourselves, the ticket ends when the customer stays content; met: what was waited for
    # happened; late: it did not in time, people were called; over: the ticket ended.
    Column("status", String(8), nullable=False),
    # When people are called or the ticket ends, in seconds since the epoch; null where no time limit holds.
    Column("due_at", Float),
    Column("created_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    UniqueConstraint("ticket_number", "subject_id"),
    Index("ix_watches_customer_id_status", "customer_id", "status"),
    Index("ix_watches_status_due_at", "status", "due_at"),
)
