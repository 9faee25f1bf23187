"""Tables of outgoing webhooks: who wants to hear of what, and each event on its way to him."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from service.db import UtcDateTime, metadata

hooks = Table(
    "hooks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("url", String(500), nullable=False),
    Column("secret", String(80), nullable=False),
    Column("events", JSON, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_by", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

hook_deliveries = Table(
    "hook_deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hook_id", ForeignKey("hooks.id"), nullable=False),
    # The same event keeps its id however often it is sent.
    Column("event_id", String(64), nullable=False),
    Column("event", String(32), nullable=False),
    Column("payload", JSON, nullable=False),
    # waiting, sent or dead (given up; a person may send it again)
    Column("status", String(8), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("answer", String(200)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    UniqueConstraint("hook_id", "event_id"),
    Index("ix_hook_deliveries_status_id", "status", "id"),
)
