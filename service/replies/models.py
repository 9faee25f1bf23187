"""The table of canned replies."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, Text

from service.db import UtcDateTime, metadata

canned_replies = Table(
    "canned_replies",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("shortcut", String(32), nullable=False, unique=True),
    Column("title", String(60), nullable=False),
    Column("category", String(32), nullable=False),
    Column("text", Text, nullable=False),
    Column("author", String(80), nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)
