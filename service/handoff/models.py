"""The table of hand-offs: one row each time a conversation needs a person."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, text

from service.db import UtcDateTime, metadata

handoffs = Table(
    "handoffs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("rule", String(120), nullable=False),
    Column("department", String(16)),
    # Smaller is more urgent; computed once, when it is queued.
    Column("rank", Integer, nullable=False),
    Column("priority", String(2), nullable=False, default="P2"),
    Column("level", String(16)),
    # What the agent should bring beside the department: a dialect, the authority for VIPs.
    Column("skills", JSON, nullable=False, default=list),
    # The queue's order, see rules.order_key.
    Column("order_key", Float, nullable=False),
    # Given to the agent by the service, not taken by himself.
    Column("assigned", Boolean, nullable=False, default=False),
    # The agent's first own words.
    Column("answered_at", UtcDateTime),
    # Agents who had it and did not answer.
    Column("missed", JSON, nullable=False, default=list),
    # Who served the customer last.
    Column("preferred", Integer),
    Column("rung_at", UtcDateTime),
    # An order was open at the pump when he asked.
    Column("at_the_pump", Boolean, nullable=False, default=False),
    # Nobody could answer, and the customer was told so; until then he waits for `opens_at` (null: nobody knows).
    Column("off_hours", Boolean, nullable=False, default=False),
    Column("opens_at", UtcDateTime),
    # The supervisors were rung because nobody was left to answer.
    Column("alone_at", UtcDateTime),
    Column("state", String(8), nullable=False),
    Column("queued_at", UtcDateTime, nullable=False),
    Column("claimed_at", UtcDateTime),
    Column("claimed_by", Integer),
    Column("ended_at", UtcDateTime),
    Column("note", JSON(none_as_null=True)),
    Index("ix_handoffs_state_order_key", "state", "order_key"),
    # A conversation is in the queue or with a person once at most.
    Index(
        "uq_handoffs_live",
        "conversation_id",
        unique=True,
        sqlite_where=text("state IN ('waiting', 'claimed')"),
        postgresql_where=text("state IN ('waiting', 'claimed')"),
    ),
)
