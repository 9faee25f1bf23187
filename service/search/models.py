"""The table that search looks through: what was said and filed, as text and as sound."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, Text, UniqueConstraint

from service.db import UtcDateTime, metadata

search_entries = Table(
    "search_entries",
    metadata,
    Column("id", Integer, primary_key=True),
    # message, ticket
    Column("kind", String(8), nullable=False),
    Column("ref", String(64), nullable=False),
    Column("conversation_id", String(32), nullable=False, index=True),
    Column("text", Text, nullable=False),
    # Syllables in a row, a bar, their initials in a row: both are searched by parts.
    Column("sounds", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("kind", "ref"),
)
