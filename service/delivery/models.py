"""The outbox: what must leave this house after a commit."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, Index, Integer, String, Table

from service.db import metadata

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("topic", String(32), nullable=False),
    Column("key", String(64), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("attempts", Integer, nullable=False),
    # Seconds since the epoch; also moved ahead while a process is delivering it.
    Column("next_at", Float, nullable=False),
    # Given up after the last try; kept for a person to see and send again.
    Column("dead", Boolean, nullable=False),
    Index("ix_outbox_dead_next_at", "dead", "next_at"),
)
