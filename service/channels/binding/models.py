"""Tables of bindings: which channel identity is which customer of the app, by whose consent."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, UniqueConstraint

from service.db import UtcDateTime, metadata

channel_bindings = Table(
    "channel_bindings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("external_id", String(128), nullable=False),
    Column("customer_id", String(64), nullable=False, index=True),
    # page (the channel's own login and a consent page) or code (from the app, confirmed in the channel).
    Column("proof", String(8), nullable=False),
    Column("consent_at", UtcDateTime, nullable=False),
    Column("undone_at", UtcDateTime),
    Index("ix_channel_bindings_channel_external_id", "channel", "external_id"),
)

binding_codes = Table(
    "binding_codes",
    metadata,
    Column("id", Integer, primary_key=True),
    # Keyed hash of the code: a stolen table binds nobody.
    Column("digest", String(64), nullable=False),
    Column("customer_id", String(64), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    UniqueConstraint("digest"),
)
