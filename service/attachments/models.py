"""The table of what pictures say."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Table, Text

from service.db import UtcDateTime, metadata

attachment_readings = Table(
    "attachment_readings",
    metadata,
    # An erased attachment takes its words along.
    Column("attachment_id", ForeignKey("attachments.id", ondelete="CASCADE"), primary_key=True),
    # Lines from top to bottom; empty when nothing can be read.
    Column("text", Text, nullable=False),
    Column("order_numbers", JSON, nullable=False),
    Column("error_codes", JSON, nullable=False),
    Column("read_at", UtcDateTime, nullable=False),
)
