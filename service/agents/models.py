"""Tables of agents, their shifts and their log-ins."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Integer, String, Table

from service.db import UtcDateTime, metadata

agents = Table(
    "agents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("username", String(64), nullable=False, unique=True),
    Column("password_hash", String(200), nullable=False),
    Column("role", String(16), nullable=False),
    Column("department", String(16)),
    Column("station_id", String(64)),
    Column("active", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    # Skills beyond the department: dialects (`yue`, `sichuan`), `vip`.
    Column("skills", JSON, nullable=False, default=list),
    Column("capacity", Integer, nullable=False, default=6),
    # What the agent chose (`online`, `away`, `offline`); whether he can be reached also needs `seen_at`.
    Column("presence", String(8), nullable=False, default="offline"),
    # Whether the service may give him conversations by itself; who has not said so takes them from the queue.
    Column("automatic", Boolean, nullable=False, default=False),
    Column("presence_at", UtcDateTime),
    Column("seen_at", UtcDateTime),
    Column("last_assigned_at", UtcDateTime),
    # When he was last told that his shift ends.
    Column("shift_told_at", UtcDateTime),
)

# Without any shift an agent is on duty whenever he is online.
shifts = Table(
    "shifts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("agent_id", ForeignKey("agents.id"), nullable=False, index=True),
    Column("weekday", Integer, nullable=False),
    Column("start_minute", Integer, nullable=False),
    # Up to 2880: a night shift ends on the next day.
    Column("end_minute", Integer, nullable=False),
)

agent_sessions = Table(
    "agent_sessions",
    metadata,
    # SHA-256 of the token: who reads the table cannot log in with it.
    Column("token_hash", String(64), primary_key=True),
    Column("agent_id", ForeignKey("agents.id"), nullable=False, index=True),
    Column("expires_at", UtcDateTime, nullable=False),
)
