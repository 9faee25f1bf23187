"""The table of the audit log. Rows are added and sealed, never changed otherwise and never deleted."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, String, Table

from service.db import UtcDateTime, metadata

audit_log = Table(
    "audit_log",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("action", String(64), nullable=False),
    Column("object", String(120), nullable=False),
    Column("data", JSON, nullable=False),
    # Written by the sealer: SHA-256 over the row and the seal before it.
    Column("seal", String(64)),
    # The row's place in the chain, from 1. Not the id: of two transactions the later id may be committed first.
    Column("place", Integer),
    Index("ix_audit_log_place", "place", unique=True),
    Index("ix_audit_log_actor_id", "actor", "id"),
    Index("ix_audit_log_action_id", "action", "id"),
    Index("ix_audit_log_object", "object"),
    Index("ix_audit_log_at", "at"),
)
