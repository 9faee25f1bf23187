"""People: presence, skills and shifts of agents, assignment, notes, canned replies, ratings, search."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_AGENT_COLUMNS = ("skills", "capacity", "presence", "automatic", "presence_at", "seen_at", "last_assigned_at")
_HANDOFF_COLUMNS = (
    "priority",
    "level",
    "skills",
    "order_key",
    "assigned",
    "answered_at",
    "missed",
    "preferred",
    "rung_at",
)


def upgrade() -> None:
    with op.batch_alter_table("agents") as batch:
        batch.add_column(sa.Column("skills", sa.JSON, nullable=False, server_default="[]"))
        batch.add_column(sa.Column("capacity", sa.Integer, nullable=False, server_default="6"))
        batch.add_column(sa.Column("presence", sa.String(8), nullable=False, server_default="offline"))
        batch.add_column(sa.Column("automatic", sa.Boolean, nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("presence_at", UtcDateTime))
        batch.add_column(sa.Column("seen_at", UtcDateTime))
        batch.add_column(sa.Column("last_assigned_at", UtcDateTime))
    with op.batch_alter_table("handoffs") as batch:
        batch.add_column(sa.Column("priority", sa.String(2), nullable=False, server_default="P2"))
        batch.add_column(sa.Column("level", sa.String(16)))
        batch.add_column(sa.Column("skills", sa.JSON, nullable=False, server_default="[]"))
        batch.add_column(sa.Column("order_key", sa.Float, nullable=False, server_default="0"))
        batch.add_column(sa.Column("assigned", sa.Boolean, nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("answered_at", UtcDateTime))
        batch.add_column(sa.Column("missed", sa.JSON, nullable=False, server_default="[]"))
        batch.add_column(sa.Column("preferred", sa.Integer))
        batch.add_column(sa.Column("rung_at", UtcDateTime))
        batch.drop_index("ix_handoffs_state_rank_queued_at")
        batch.create_index("ix_handoffs_state_order_key", ["state", "order_key"])
    op.create_table(
        "shifts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("agent_id", sa.Integer, sa.ForeignKey("agents.id"), nullable=False, index=True),
        sa.Column("weekday", sa.Integer, nullable=False),
        sa.Column("start_minute", sa.Integer, nullable=False),
        sa.Column("end_minute", sa.Integer, nullable=False),
    )
    op.create_table(
        "internal_notes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversations.id"), nullable=False, index=True),
        sa.Column("author", sa.String(80), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("mentions", sa.JSON, nullable=False),
        sa.Column("whisper", sa.Boolean, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "canned_replies",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("shortcut", sa.String(32), nullable=False, unique=True),
        sa.Column("title", sa.String(60), nullable=False),
        sa.Column("category", sa.String(32), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("author", sa.String(80), nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "ratings",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversations.id"), nullable=False, index=True),
        sa.Column("handoff_id", sa.Integer, sa.ForeignKey("handoffs.id"), nullable=False, unique=True),
        sa.Column("agent_id", sa.Integer, sa.ForeignKey("agents.id")),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("attitude", sa.Integer),
        sa.Column("speed", sa.Integer),
        sa.Column("solution", sa.Integer),
        sa.Column("words", sa.Text),
        sa.Column("rated_at", UtcDateTime),
        sa.Column("owner", sa.String(80)),
        sa.Column("improvement", sa.Text),
        sa.Column("improved_at", UtcDateTime),
    )
    op.create_table(
        "search_entries",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("ref", sa.String(64), nullable=False),
        sa.Column("conversation_id", sa.String(32), nullable=False, index=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("sounds", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("kind", "ref"),
    )


def downgrade() -> None:
    for table in ("search_entries", "ratings", "canned_replies", "internal_notes", "shifts"):
        op.drop_table(table)
    with op.batch_alter_table("handoffs") as batch:
        batch.drop_index("ix_handoffs_state_order_key")
        batch.create_index("ix_handoffs_state_rank_queued_at", ["state", "rank", "queued_at"])
        for column in _HANDOFF_COLUMNS:
            batch.drop_column(column)
    with op.batch_alter_table("agents") as batch:
        for column in _AGENT_COLUMNS:
            batch.drop_column(column)
