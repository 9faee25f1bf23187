"""Table of codes by which a guest proves that a phone number is his."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from service.db import UtcDateTime, metadata

phone_codes = Table(
    "phone_codes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False, index=True),
    Column("phone", String(11), nullable=False),
    # The code itself is nowhere: it follows from this salt, the number and the service's secret.
    Column("salt", String(32), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("used_at", UtcDateTime),
    Index("ix_phone_codes_phone_asked_at", "phone", "asked_at"),
)
