"""Tables of callbacks: a customer who is to be telephoned, and every attempt."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, text

from service.db import UtcDateTime, metadata

callbacks = Table(
    "callbacks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    Column("customer_id", String(64)),
    # Null while a guest has not said it yet, and after the customer was forgotten.
    Column("phone", String(16)),
    # draft (number or time are still asked for), open, taken, done, failed, cancelled
    Column("state", String(10), nullable=False),
    # Where it was asked for: chat, queue, off_hours, flow, agent.
    Column("source", String(16), nullable=False),
    # The ticket that a flow filed for the same wish.
    Column("ticket_number", String(16)),
    # The time that the customer chose; null: as soon as possible.
    Column("wanted_from", UtcDateTime),
    Column("wanted_to", UtcDateTime),
    # The promise: somebody has called by then.
    Column("due_at", UtcDateTime),
    # Not before: the next attempt.
    Column("try_at", UtcDateTime),
    # Attempts that reached nobody.
    Column("failures", Integer, nullable=False, default=0),
    Column("wrong_number", Boolean, nullable=False, default=False),
    # Promises that were missed; the customer was told of each.
    Column("broken", Integer, nullable=False, default=0),
    Column("agent_id", ForeignKey("agents.id")),
    Column("taken_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Index("ix_callbacks_state_try_at", "state", "try_at"),
    # One at a time for a customer.
    Index(
        "uq_callbacks_open",
        "conversation_id",
        unique=True,
        sqlite_where=text("state IN ('draft', 'open', 'taken')"),
        postgresql_where=text("state IN ('draft', 'open', 'taken')"),
    ),
)

callback_attempts = Table(
    "callback_attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("callback_id", ForeignKey("callbacks.id"), nullable=False, index=True),
    Column("agent_id", ForeignKey("agents.id"), nullable=False),
    # reached, no_answer, wrong_number, later
    Column("outcome", String(16), nullable=False),
    Column("note", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("next_at", UtcDateTime),
)
