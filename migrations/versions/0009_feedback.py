"""What the help pages offered, what customers thought of articles and wish for, and what their pictures say."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def _of_conversation(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_conversation_id_conversations")
    return sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=name)


def upgrade() -> None:
    op.create_table(
        "page_offers",
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("payload", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("offered_at", UtcDateTime(timezone=True), nullable=False),
        _of_conversation("page_offers"),
        sa.PrimaryKeyConstraint("conversation_id", "payload", name=op.f("pk_page_offers")),
    )
    op.create_table(
        "article_feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("article_id", sa.String(length=80), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("solved", sa.Boolean(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        _of_conversation("article_feedback"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_feedback")),
        sa.UniqueConstraint("conversation_id", "article_id", "seq", name=op.f("uq_article_feedback_conversation_id")),
    )
    op.create_index(op.f("ix_article_feedback_article_id"), "article_feedback", ["article_id"])
    op.create_table(
        "customer_preferences",
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("elder", sa.Boolean(), nullable=True),
        sa.Column("diagnosis", sa.Boolean(), nullable=True),
        sa.Column("changed_at", UtcDateTime(timezone=True), nullable=False),
        _of_conversation("customer_preferences"),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_customer_preferences")),
    )
    op.create_table(
        "attachment_readings",
        sa.Column("attachment_id", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("order_numbers", sa.JSON(), nullable=False),
        sa.Column("error_codes", sa.JSON(), nullable=False),
        sa.Column("read_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["attachment_id"],
            ["attachments.id"],
            name=op.f("fk_attachment_readings_attachment_id_attachments"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("attachment_id", name=op.f("pk_attachment_readings")),
    )


def downgrade() -> None:
    op.drop_table("attachment_readings")
    op.drop_table("customer_preferences")
    op.drop_index(op.f("ix_article_feedback_article_id"), table_name="article_feedback")
    op.drop_table("article_feedback")
    op.drop_table("page_offers")
