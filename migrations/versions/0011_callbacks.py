"""Customers who asked to be called back, and every attempt; what a hand-off knows of off hours and of the pump."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, UtcDateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "callbacks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("customer_id", sa.String(length=64), nullable=True),
        sa.Column("phone", sa.String(length=16), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("ticket_number", sa.String(length=16), nullable=True),
        _moment("wanted_from"),
        _moment("wanted_to"),
        _moment("due_at"),
        _moment("try_at"),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("wrong_number", sa.Boolean(), nullable=False),
        sa.Column("broken", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        _moment("taken_at"),
        _moment("created_at", nullable=False),
        _moment("updated_at", nullable=False),
        _moment("ended_at"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_callbacks_conversation_id_conversations")
        ),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_callbacks_agent_id_agents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callbacks")),
    )
    op.create_index("ix_callbacks_state_try_at", "callbacks", ["state", "try_at"])
    op.create_index(
        "uq_callbacks_open",
        "callbacks",
        ["conversation_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('draft', 'open', 'taken')"),
        postgresql_where=sa.text("state IN ('draft', 'open', 'taken')"),
    )
    op.create_table(
        "callback_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("callback_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        _moment("at", nullable=False),
        _moment("next_at"),
        sa.ForeignKeyConstraint(
            ["callback_id"], ["callbacks.id"], name=op.f("fk_callback_attempts_callback_id_callbacks")
        ),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_callback_attempts_agent_id_agents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callback_attempts")),
    )
    op.create_index(op.f("ix_callback_attempts_callback_id"), "callback_attempts", ["callback_id"])
    op.add_column("handoffs", sa.Column("at_the_pump", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("handoffs", sa.Column("off_hours", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("handoffs", _moment("opens_at"))
    op.add_column("handoffs", _moment("alone_at"))
    op.add_column("agents", _moment("shift_told_at"))


def downgrade() -> None:
    op.drop_column("agents", "shift_told_at")
    for name in ("alone_at", "opens_at", "off_hours", "at_the_pump"):
        op.drop_column("handoffs", name)
    op.drop_index(op.f("ix_callback_attempts_callback_id"), table_name="callback_attempts")
    op.drop_table("callback_attempts")
    op.drop_index("uq_callbacks_open", table_name="callbacks")
    op.drop_index("ix_callbacks_state_try_at", table_name="callbacks")
    op.drop_table("callbacks")
