"""Tables of the policies in force, and of what was given by them."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, String, Table, Text, UniqueConstraint

from service.db import UtcDateTime, metadata

policy_versions = Table(
    "policy_versions",
    metadata,
    Column("id", Integer, primary_key=True),
    # compensation, root_causes
    Column("policy", String(32), nullable=False),
    # 1, 2, … for each policy; the files that ship are version 0 and have no row
    Column("version", Integer, nullable=False),
    Column("rules", JSON, nullable=False),
    Column("note", Text, nullable=False),
    Column("author", String(80), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("policy", "version"),
)

compensations = Table(
    "compensations",
    metadata,
    # the key of the remedy that gave it: the same remedy counts once
    Column("key", String(120), primary_key=True),
    Column("customer_id", String(64), nullable=False),
    Column("cause", String(40), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("amount", Integer, nullable=False),
    Column("target_id", String(64)),
    Column("ticket_number", String(16)),
    Column("policy_version", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_compensations_customer_id_at", "customer_id", "at"),
)
