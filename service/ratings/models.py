"""The table of ratings: one row for each time a customer was asked how a person served him."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from service.db import UtcDateTime, metadata

ratings = Table(
    "ratings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False, index=True),
    # A hand-off is rated once at most.
    Column("handoff_id", ForeignKey("handoffs.id"), nullable=False, unique=True),
    Column("agent_id", ForeignKey("agents.id")),
    Column("asked_at", UtcDateTime, nullable=False),
    # 1 (bad) to 5 (good).
    Column("attitude", Integer),
    Column("speed", Integer),
    Column("solution", Integer),
    Column("words", Text),
    Column("rated_at", UtcDateTime),
    # A bad rating is a task: who looks into it, and what came of it.
    Column("owner", String(80)),
    Column("improvement", Text),
    Column("improved_at", UtcDateTime),
)
