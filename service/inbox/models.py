"""The table of notices: what a person of the console should look at."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from service.db import UtcDateTime, metadata

agent_notices = Table(
    "agent_notices",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("agent_id", ForeignKey("agents.id"), nullable=False, index=True),
    # mention, whisper, approval, transfer
    Column("kind", String(16), nullable=False),
    Column("conversation_id", ForeignKey("conversations.id"), index=True),
    Column("author", String(80), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("read_at", UtcDateTime),
)
