"""The table of internal notes: what colleagues tell one another about a conversation; customers never see them."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Integer, String, Table, Text

from service.db import UtcDateTime, metadata

internal_notes = Table(
    "internal_notes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False, index=True),
    Column("author", String(80), nullable=False),
    Column("text", Text, nullable=False),
    Column("mentions", JSON, nullable=False),
    # A supervisor's word into the ear of the agent who has the conversation.
    Column("whisper", Boolean, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
