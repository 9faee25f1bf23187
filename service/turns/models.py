"""The table of turns: one row a customer message that somebody must answer."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, ForeignKey, Index, Integer, String, Table

from service.db import UtcDateTime, metadata

turns = Table(
    "turns",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    Column("message_id", ForeignKey("messages.id"), nullable=False, unique=True),
    Column("seq", Integer, nullable=False),
    # pending: waits for an earlier turn; running: under a lease; done; to_human: a person answers it.
    Column("status", String(8), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("lease_until", Float, nullable=False),
    Column("label", String(64)),
    Column("kind", String(16)),
    Column("tier", String(16)),
    Column("guard", String(16)),
    Column("confidence", Float),
    Column("sentiment", String(16)),
    Column("sentiment_score", Float),
    # What became of it, for the escalation policy: ok, not_understood or no_progress.
    Column("outcome", String(16)),
    Column("trace", JSON(none_as_null=True)),
    Column("elapsed_ms", Float),
    Column("created_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Index("ix_turns_status_lease_until", "status", "lease_until"),
    Index("ix_turns_conversation_id_seq", "conversation_id", "seq"),
)
