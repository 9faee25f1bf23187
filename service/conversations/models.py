"""Tables of contacts, conversations, messages and dialogues."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from service.db import UtcDateTime, metadata

contacts = Table(
    "contacts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("customer_id", String(64), unique=True),
    Column("created_at", UtcDateTime, nullable=False),
)

channel_identities = Table(
    "channel_identities",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("contact_id", ForeignKey("contacts.id"), nullable=False, index=True),
    Column("channel", String(16), nullable=False),
    Column("external_id", String(128), nullable=False),
    UniqueConstraint("channel", "external_id"),
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("contact_id", ForeignKey("contacts.id"), nullable=False, unique=True),
    Column("owner", String(8), nullable=False),
    # Rises with every change of owner; a commit that saw another epoch is refused.
    Column("epoch", Integer, nullable=False),
    # The last sequence number given out. A counter under the row's lock: a database sequence would leave gaps.
    Column("seq", Integer, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("agent_id", Integer),
    Column("second_problem", String(64)),
    # The conversation that this one was joined to, once it was known whose it is; what still names it is led there.
    Column("joined_to", String(32)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index("ix_conversations_agent_id_owner", "agent_id", "owner"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("sender", String(8), nullable=False),
    Column("text", Text, nullable=False),
    Column("source", String(80)),
    Column("buttons", JSON(none_as_null=True)),
    Column("card", JSON(none_as_null=True)),
    Column("attachments", JSON(none_as_null=True)),
    # What the app knew when the message was sent: page, order, station.
    Column("context", JSON(none_as_null=True)),
    Column("payload", String(200)),
    # Unique in the conversation: the same one again is the same message.
    Column("client_id", String(80)),
    Column("channel", String(16)),
    Column("turn_id", Integer, index=True),
    Column("agent_id", Integer),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("conversation_id", "seq"),
    UniqueConstraint("conversation_id", "client_id"),
)

dialogues = Table(
    "dialogues",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False, index=True),
    Column("problem", String(64), nullable=False),
    Column("snapshot", JSON, nullable=False),
    Column("active_loop", String(64)),
    Column("requested_slot", String(64)),
    # The open question as it was asked (text, buttons, card), asked again after an interruption.
    Column("question", JSON(none_as_null=True)),
    Column("slots", JSON, nullable=False),
    # Null while the dialogue is open; then filed, solved, cancelled, handed_off, closed or expired.
    Column("outcome", String(16)),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index("ix_dialogues_conversation_id_outcome", "conversation_id", "outcome"),
)

attachments = Table(
    "attachments",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False, index=True),
    Column("media_type", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)
