"""The access token that all processes share."""

from __future__ import annotations

from sqlalchemy import Column, Float, String, Table, Text

from service.db import metadata

channel_tokens = Table(
    "channel_tokens",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("token", Text, nullable=False),
    # Seconds since the epoch.
    Column("expires_at", Float, nullable=False),
    # Until then one process fetches a new one; the others wait for it.
    Column("lease_until", Float, nullable=False),
)
