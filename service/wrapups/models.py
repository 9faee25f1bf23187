"""The table of wrap-ups: what came of a conversation, in its agent's words."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Integer, String, Table, Text

from service.db import UtcDateTime, metadata

wrap_ups = Table(
    "wrap_ups",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False, index=True),
    Column("handoff_id", Integer),
    Column("agent_id", Integer, nullable=False),
    # solved, ticket, unsolved
    Column("result", String(16), nullable=False),
    # An id of the root cause table.
    Column("root_cause", String(64)),
    Column("summary", Text, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
