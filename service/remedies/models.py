"""The table of remedies: what the platform was, is or may be asked to do for a customer."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, ForeignKey, Index, Integer, String, Table, Text

from service.db import UtcDateTime, metadata

remedies = Table(
    "remedies",
    metadata,
    Column("id", Integer, primary_key=True),
    # The platform's idempotency key: `turn:<turn>:<slot>` or `agent:<agent>:<Idempotency-Key>`.
    Column("key", String(120), nullable=False, unique=True),
    Column("customer_id", String(64), nullable=False),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    Column("ticket_number", String(16)),
    Column("kind", String(24), nullable=False),
    Column("target_id", String(64)),
    Column("amount_fen", Integer),
    Column("points", Integer),
    Column("cause", String(64)),
    Column("details", JSON, nullable=False),
    Column("level", String(16)),
    # Who asked: `assistant` or an agent's user name; with which authority, and why.
    Column("requested_by", String(80), nullable=False),
    Column("authority", String(16), nullable=False),
    Column("why", Text, nullable=False),
    # Said when the platform did it, with the receipt's fields filled in.
    Column("done_text", Text, nullable=False),
    # waiting_approval, pending, done, refused (by policy or platform), rejected (by a person), failed (no answer)
    Column("status", String(20), nullable=False),
    Column("reason", Text, nullable=False),
    Column("approver", String(16)),
    Column("decided_by", String(80)),
    Column("receipt", JSON(none_as_null=True)),
    Column("attempts", Integer, nullable=False),
    # Seconds since the epoch; also moved ahead while a process is carrying it out.
    Column("next_at", Float, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index("ix_remedies_status_next_at", "status", "next_at"),
    Index("ix_remedies_customer_id", "customer_id"),
)
