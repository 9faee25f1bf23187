"""The table of read marks: one row a conversation and side, a hint and nothing more."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table

from service.db import UtcDateTime, metadata

read_marks = Table(
    "read_marks",
    metadata,
    Column("conversation_id", ForeignKey("conversations.id"), primary_key=True),
    # customer, agent
    Column("side", String(8), primary_key=True),
    # Everything up to here was on the screen.
    Column("seq", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
