"""Tables of what editors changed: drafts, published versions, business facts, and the log of changes."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Integer, String, Table, Text, UniqueConstraint

from service.db import UtcDateTime, metadata

article_drafts = Table(
    "article_drafts",
    metadata,
    Column("article_id", String(64), primary_key=True),
    # Rises with every save: who saves on an older one is told, instead of overwriting a colleague.
    Column("revision", Integer, nullable=False),
    Column("fields", JSON, nullable=False),
    Column("body", Text, nullable=False),
    Column("phrasings", JSON, nullable=False),
    Column("author", String(80), nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

article_versions = Table(
    "article_versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("article_id", String(64), nullable=False),
    # From 1; 0 is the article that ships with the release.
    Column("version", Integer, nullable=False),
    Column("fields", JSON, nullable=False),
    Column("body", Text, nullable=False),
    Column("phrasings", JSON, nullable=False),
    Column("author", String(80), nullable=False),
    Column("note", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("article_id", "version"),
)

fact_versions = Table(
    "fact_versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(64), nullable=False, index=True),
    Column("value", JSON, nullable=False),
    Column("unit", String(32), nullable=False),
    Column("say", Text, nullable=False),
    Column("author", String(80), nullable=False),
    Column("note", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

live_articles = Table(
    "live_articles",
    metadata,
    Column("article_id", String(64), primary_key=True),
    # NULL: taken offline.
    Column("version", Integer),
)

# Append-only. Its largest id says which state of the knowledge is in force: processes compare it with theirs.
knowledge_changes = Table(
    "knowledge_changes",
    metadata,
    Column("id", Integer, primary_key=True),
    # published, rolled_back, retired, fact
    Column("kind", String(16), nullable=False),
    Column("object", String(64), nullable=False, index=True),
    Column("version", Integer),
    Column("actor", String(80), nullable=False),
    Column("note", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
