"""Tables of work chats' robots: who is to hear of what, and each call on its way to him."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from service.db import UtcDateTime, metadata

robots = Table(
    "robots",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(60), nullable=False),
    # wecom, dingtalk, feishu
    Column("kind", String(10), nullable=False),
    # Whoever knows address and secret can write into the group: shown masked, never logged.
    Column("url", String(500), nullable=False),
    Column("secret", String(200)),
    # all, department, station
    Column("scope", String(10), nullable=False),
    Column("department", String(16)),
    Column("station_id", String(64)),
    Column("events", JSON, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("muted_until", UtcDateTime),
    # Seconds since the epoch before which nothing is sent: a message is under way, or the chat's limit is near.
    Column("next_at", Float, nullable=False),
    Column("sent_at", UtcDateTime),
    # What went wrong last, until something is delivered again.
    Column("problem", String(200)),
    Column("problem_at", UtcDateTime),
    Column("created_by", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

robot_calls = Table(
    "robot_calls",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("robot_id", ForeignKey("robots.id"), nullable=False),
    # The same thing is told once, however often it is announced.
    Column("key", String(80), nullable=False),
    Column("event", String(16), nullable=False),
    Column("number", String(16)),
    # What the message says, masked before it is written down.
    Column("facts", JSON, nullable=False),
    # waiting, sent, dead (given up; a person may send it again), muted, or past (no longer true when its turn came)
    Column("status", String(8), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Float, nullable=False),
    Column("answer", String(200)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    UniqueConstraint("robot_id", "key"),
    Index("ix_robot_calls_status_next_at", "status", "next_at"),
)
