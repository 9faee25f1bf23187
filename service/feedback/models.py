"""Tables of what the help pages offered, what customers thought of articles, and how they like the pages."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, UniqueConstraint

from service.db import UtcDateTime, metadata

page_offers = Table(
    "page_offers",
    metadata,
    # A press outside the transcript counts only if it stands here.
    Column("conversation_id", ForeignKey("conversations.id"), primary_key=True),
    Column("payload", String(200), primary_key=True),
    Column("title", String(200), nullable=False),
    Column("offered_at", UtcDateTime, nullable=False),
)

article_feedback = Table(
    "article_feedback",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    Column("article_id", String(80), nullable=False, index=True),
    # The message that carried the article; 0 for the help pages. Another press changes the row.
    Column("seq", Integer, nullable=False),
    Column("solved", Boolean, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("conversation_id", "article_id", "seq", name="uq_article_feedback_conversation_id"),
)

customer_preferences = Table(
    "customer_preferences",
    metadata,
    Column("conversation_id", ForeignKey("conversations.id"), primary_key=True),
    # Null: never said.
    Column("elder", Boolean),
    # Whether version, network and permission states of the app may travel along with messages.
    Column("diagnosis", Boolean),
    Column("changed_at", UtcDateTime, nullable=False),
)
