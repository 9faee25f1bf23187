"""Tickets that keep their promise: timers, held notices, incidents, links, parties, rulings, proposals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_NEW = (
    ("working", sa.String(16)),
    ("resume_status", sa.String(24)),
    ("paused_at", UtcDateTime()),
    ("paused_left", sa.Float()),
    ("level", sa.String(16)),
    ("channel", sa.String(16)),
    ("station_id", sa.String(64)),
    ("owner_id", sa.Integer()),
    ("assignee_id", sa.Integer()),
    ("first_warned_at", UtcDateTime()),
    ("first_breached_at", UtcDateTime()),
    ("promised_at", UtcDateTime()),
    ("warned_at", UtcDateTime()),
    ("breached_at", UtcDateTime()),
    ("told_at", UtcDateTime()),
    ("noticed_at", UtcDateTime()),
    ("notice_due_at", UtcDateTime()),
    ("reminded_at", UtcDateTime()),
    ("solved_at", UtcDateTime()),
    ("closed_at", UtcDateTime()),
    ("confirmed", sa.Boolean()),
    ("merged_into", sa.String(16)),
    ("parent_number", sa.String(16)),
    ("resolution", sa.Text()),
    ("root_cause", sa.String(64)),
    ("side", sa.String(24)),
)
_COUNTS = ("breaches", "escalation", "urges", "reopened")
_OF_TICKET = (
    "ticket_numbers",
    "ticket_timers",
    "ticket_notices",
    "ticket_causes",
    "ticket_incidents",
    "ticket_links",
    "ticket_parties",
    "ticket_rulings",
    "ticket_proposals",
)


def _ticket(table: str, column: str = "ticket_number") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["tickets.number"], name=op.f(f"fk_{table}_{column}_tickets"))


def _name_stations() -> None:
    """The station that stood in a ticket's details gets its column."""
    tickets = sa.table("tickets", sa.column("number"), sa.column("details", sa.JSON()), sa.column("station_id"))
    connection = op.get_bind()
    for number, details in connection.execute(sa.select(tickets.c.number, tickets.c.details)).all():
        if isinstance(details, dict) and details.get("station_id"):
            named = sa.update(tickets).where(tickets.c.number == number)
            connection.execute(named.values(station_id=str(details["station_id"])))


def upgrade() -> None:
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        for name, kind in _NEW:
            batch_op.add_column(sa.Column(name, kind, nullable=True))
        for name in _COUNTS:
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        batch_op.alter_column("conversation_id", existing_type=sa.String(32), nullable=True)
        batch_op.create_index(batch_op.f("ix_tickets_parent_number"), ["parent_number"], unique=False)
        batch_op.create_index("ix_tickets_status_due_at", ["status", "due_at"], unique=False)
    op.execute("UPDATE tickets SET working = department, promised_at = due_at, told_at = updated_at")
    _name_stations()

    op.create_table(
        "ticket_numbers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_numbers")),
        sa.UniqueConstraint("key", name=op.f("uq_ticket_numbers_key")),
    )
    op.create_table(
        "ticket_timers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_number", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        _ticket("ticket_timers"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_timers")),
        sa.UniqueConstraint("ticket_number", "kind", name=op.f("uq_ticket_timers_ticket_number_kind")),
    )
    op.create_index(op.f("ix_ticket_timers_due_at"), "ticket_timers", ["due_at"])
    op.create_table(
        "ticket_notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_number", sa.String(16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        _ticket("ticket_notices"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_notices")),
    )
    op.create_index(op.f("ix_ticket_notices_ticket_number"), "ticket_notices", ["ticket_number"])
    op.create_table(
        "ticket_causes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_number", sa.String(16), nullable=False),
        sa.Column("cause", sa.String(160), nullable=False),
        sa.Column("customer", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        _ticket("ticket_causes"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_causes")),
    )
    op.create_index(op.f("ix_ticket_causes_ticket_number"), "ticket_causes", ["ticket_number"])
    op.create_index("ix_ticket_causes_cause_at", "ticket_causes", ["cause", "at"])
    op.create_table(
        "ticket_incidents",
        sa.Column("number", sa.String(16), nullable=False),
        sa.Column("cause", sa.String(160), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        _ticket("ticket_incidents", "number"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_ticket_incidents")),
    )
    op.create_index(
        "uq_ticket_incidents_live",
        "ticket_incidents",
        ["cause"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "ticket_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("one", sa.String(16), nullable=False),
        sa.Column("other", sa.String(16), nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        _ticket("ticket_links", "one"),
        _ticket("ticket_links", "other"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_links")),
        sa.UniqueConstraint("one", "other", name=op.f("uq_ticket_links_one_other")),
    )
    op.create_index(op.f("ix_ticket_links_other"), "ticket_links", ["other"])
    op.create_table(
        "ticket_parties",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_number", sa.String(16), nullable=False),
        sa.Column("party", sa.String(24), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=True),
        sa.Column("stated_at", UtcDateTime(), nullable=True),
        _ticket("ticket_parties"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_parties")),
        sa.UniqueConstraint("ticket_number", "party", name=op.f("uq_ticket_parties_ticket_number_party")),
    )
    op.create_table(
        "ticket_rulings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_number", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("side", sa.String(24), nullable=False),
        sa.Column("cause", sa.String(64), nullable=True),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.Column("unit", sa.String(24), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        _ticket("ticket_rulings"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_rulings")),
    )
    op.create_index(op.f("ix_ticket_rulings_ticket_number"), "ticket_rulings", ["ticket_number"])
    op.create_table(
        "ticket_proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_number", sa.String(16), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("solution", sa.Text(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        _ticket("ticket_proposals"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_proposals")),
        sa.UniqueConstraint("ticket_number", name=op.f("uq_ticket_proposals_ticket_number")),
    )


def downgrade() -> None:
    for table in reversed(_OF_TICKET):
        op.drop_table(table)
    # Parents of incidents have no place in the schema before.
    op.execute(
        "DELETE FROM ticket_events WHERE ticket_number IN (SELECT number FROM tickets WHERE conversation_id IS NULL)"
    )
    op.execute("DELETE FROM tickets WHERE conversation_id IS NULL")
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.drop_index("ix_tickets_status_due_at")
        batch_op.drop_index(batch_op.f("ix_tickets_parent_number"))
        batch_op.alter_column("conversation_id", existing_type=sa.String(32), nullable=False)
        for name in (*_COUNTS, *(name for name, _ in reversed(_NEW))):
            batch_op.drop_column(name)
