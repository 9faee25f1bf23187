"""Articles and business facts are edited in the console: drafts, versions, what is live, the log of changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _article_columns() -> list[sa.Column]:
    return [
        sa.Column("fields", sa.JSON, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("phrasings", sa.JSON, nullable=False),
        sa.Column("author", sa.String(80), nullable=False),
    ]


def upgrade() -> None:
    op.create_table(
        "article_drafts",
        sa.Column("article_id", sa.String(64), primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        *_article_columns(),
        sa.Column("updated_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "article_versions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("article_id", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        *_article_columns(),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("article_id", "version"),
    )
    op.create_table(
        "fact_versions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(64), nullable=False, index=True),
        sa.Column("value", sa.JSON, nullable=False),
        sa.Column("unit", sa.String(32), nullable=False),
        sa.Column("say", sa.Text, nullable=False),
        sa.Column("author", sa.String(80), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "live_articles",
        sa.Column("article_id", sa.String(64), primary_key=True),
        sa.Column("version", sa.Integer),
    )
    op.create_table(
        "knowledge_changes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("object", sa.String(64), nullable=False, index=True),
        sa.Column("version", sa.Integer),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )


def downgrade() -> None:
    for table in ("knowledge_changes", "live_articles", "fact_versions", "article_versions", "article_drafts"):
        op.drop_table(table)
