"""Tables of tickets, of what happened to them, and of what is still to happen."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from service.db import UtcDateTime, metadata

tickets = Table(
    "tickets",
    metadata,
    # Derived from turn and category, so that a repeated attempt files the same ticket, never a second one.
    Column("number", String(16), primary_key=True),
    Column("category", String(64), nullable=False),
    # The department that owns the ticket to its end; `working` is the one whose step it is.
    Column("department", String(16), nullable=False),
    Column("working", String(16)),
    Column("step", Integer, nullable=False),
    Column("priority", String(2), nullable=False),
    Column("status", String(24), nullable=False),
    # While it waits for the customer: the status it goes back to, and the seconds that were left on its clock.
    Column("resume_status", String(24)),
    Column("paused_at", UtcDateTime),
    Column("paused_left", Float),
    Column("summary", Text, nullable=False),
    Column("details", JSON, nullable=False),
    Column("order_ids", JSON, nullable=False),
    Column("customer_id", String(64)),
    Column("level", String(16)),
    Column("channel", String(16)),
    Column("station_id", String(64)),
    # Null for the parent ticket of an incident, which belongs to no single customer.
    Column("conversation_id", ForeignKey("conversations.id"), index=True),
    Column("turn_id", Integer, nullable=False),
    # First responder, who answers for it to the end, and who works on it now.
    Column("owner_id", Integer),
    Column("assignee_id", Integer),
    # When it was last put before people without anybody taking it (null: when it was filed), and when that rang.
    Column("offered_at", UtcDateTime),
    Column("rung_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("first_response_due_at", UtcDateTime, nullable=False),
    Column("first_response_at", UtcDateTime),
    Column("first_warned_at", UtcDateTime),
    Column("first_breached_at", UtcDateTime),
    # `promised_at` is the promise as it was given first (or at the last reopening); `due_at` the one that holds now.
    Column("promised_at", UtcDateTime),
    Column("due_at", UtcDateTime, nullable=False),
    Column("warned_at", UtcDateTime),
    Column("breached_at", UtcDateTime),
    Column("breaches", Integer, nullable=False, server_default="0"),
    Column("escalation", Integer, nullable=False, server_default="0"),
    # The last word to the customer, the last node change that was pushed, and when held ones follow.
    Column("told_at", UtcDateTime),
    Column("noticed_at", UtcDateTime),
    Column("notice_due_at", UtcDateTime),
    Column("reminded_at", UtcDateTime),
    Column("solved_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    Column("confirmed", Boolean),
    Column("urges", Integer, nullable=False, server_default="0"),
    Column("reopened", Integer, nullable=False, server_default="0"),
    Column("merged_into", String(16)),
    Column("parent_number", String(16), index=True),
    Column("resolution", Text),
    Column("root_cause", String(64)),
    Column("side", String(24)),
    Index("ix_tickets_customer_id_status", "customer_id", "status"),
    Index("ix_tickets_created_at", "created_at"),
    Index("ix_tickets_status_due_at", "status", "due_at"),
)

ticket_events = Table(
    "ticket_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ticket_number", ForeignKey("tickets.number"), nullable=False, index=True),
    # filed, info, urge, again, withdrawn, status, note, accepted, assigned, passed, breached, escalated, …
    Column("kind", String(16), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("data", JSON, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

ticket_numbers = Table(
    "ticket_numbers",
    metadata,
    # Numbers of tickets that agents file: they have no turn to follow from. The key makes a repeated request one.
    Column("id", Integer, primary_key=True),
    Column("key", String(160), nullable=False, unique=True),
    Column("at", UtcDateTime, nullable=False),
)

ticket_timers = Table(
    "ticket_timers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ticket_number", ForeignKey("tickets.number"), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("due_at", UtcDateTime, nullable=False, index=True),
    # A timer whose work failed is tried again later; the count says how much later.
    Column("attempts", Integer, nullable=False, server_default="0"),
    UniqueConstraint("ticket_number", "kind"),
)

ticket_notices = Table(
    "ticket_notices",
    metadata,
    # Node changes that are held back, to be told as one message.
    Column("id", Integer, primary_key=True),
    Column("ticket_number", ForeignKey("tickets.number"), nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

ticket_causes = Table(
    "ticket_causes",
    metadata,
    # What a ticket may have in common with others: category and station, category and error code.
    Column("id", Integer, primary_key=True),
    Column("ticket_number", ForeignKey("tickets.number"), nullable=False, index=True),
    Column("cause", String(160), nullable=False),
    Column("customer", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_ticket_causes_cause_at", "cause", "at"),
)

ticket_incidents = Table(
    "ticket_incidents",
    metadata,
    Column("number", ForeignKey("tickets.number"), primary_key=True),
    Column("cause", String(160), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    # One cause is one incident as long as it lasts.
    Index(
        "uq_ticket_incidents_live",
        "cause",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)

ticket_links = Table(
    "ticket_links",
    metadata,
    Column("id", Integer, primary_key=True),
    # Written once for a pair, the smaller number first.
    Column("one", ForeignKey("tickets.number"), nullable=False),
    Column("other", ForeignKey("tickets.number"), nullable=False, index=True),
    Column("actor", String(80), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("one", "other"),
)

ticket_parties = Table(
    "ticket_parties",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ticket_number", ForeignKey("tickets.number"), nullable=False),
    # platform, station, payment_provider, partner, supplier
    Column("party", String(24), nullable=False),
    Column("name", String(120), nullable=False),
    Column("question", Text, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("statement", Text),
    Column("stated_at", UtcDateTime),
    UniqueConstraint("ticket_number", "party"),
)

ticket_rulings = Table(
    "ticket_rulings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ticket_number", ForeignKey("tickets.number"), nullable=False, index=True),
    # `advance`: the platform pays first and claims it from `side` later; `ruling`: who answers for it in the end.
    Column("kind", String(8), nullable=False),
    Column("side", String(24), nullable=False),
    Column("cause", String(64)),
    # Fen or points, as `unit` says.
    Column("amount", Integer),
    Column("unit", String(24)),
    Column("words", Text, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

ticket_proposals = Table(
    "ticket_proposals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ticket_number", ForeignKey("tickets.number"), nullable=False, unique=True),
    Column("title", String(200), nullable=False),
    Column("problem", Text, nullable=False),
    Column("solution", Text, nullable=False),
    # proposed, taken, refused
    Column("status", String(16), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
