"""Tables of tickets and of what happened to them."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, Text

from service.db import UtcDateTime, metadata

tickets = Table(
    "tickets",
    metadata,
    # Derived from turn and category, so that a repeated attempt files the same ticket, never a second one.
    Column("number", String(16), primary_key=True),
    Column("category", String(64), nullable=False),
    Column("department", String(16), nullable=False),
    Column("priority", String(2), nullable=False),
    Column("status", String(24), nullable=False),
    Column("summary", Text, nullable=False),
    Column("details", JSON, nullable=False),
    Column("order_ids", JSON, nullable=False),
    Column("customer_id", String(64)),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False, index=True),
    Column("turn_id", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("first_response_due_at", UtcDateTime, nullable=False),
    Column("first_response_at", UtcDateTime),
    Column("due_at", UtcDateTime, nullable=False),
    Index("ix_tickets_customer_id_status", "customer_id", "status"),
    Index("ix_tickets_created_at", "created_at"),
)

ticket_events = Table(
    "ticket_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ticket_number", ForeignKey("tickets.number"), nullable=False, index=True),
    # filed, added, urged, again, withdrawn, status, note
    Column("kind", String(16), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("data", JSON, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
