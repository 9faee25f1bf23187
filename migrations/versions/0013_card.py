"""The audit log can be verified and searched: the place of each row in the chain, and indexes for its filters."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_INDEXES = (
    ("ix_audit_log_actor_id", ["actor", "id"]),
    ("ix_audit_log_action_id", ["action", "id"]),
    ("ix_audit_log_object", ["object"]),
    ("ix_audit_log_at", ["at"]),
)


def upgrade() -> None:
    op.add_column("audit_log", sa.Column("place", sa.Integer(), nullable=True))
    # What is sealed was sealed in the order of the ids.
    op.execute(
        sa.text(
            "UPDATE audit_log SET place = numbered.place FROM (SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS place"
            " FROM audit_log WHERE seal IS NOT NULL) AS numbered WHERE audit_log.id = numbered.id"
        )
    )
    op.create_index("ix_audit_log_place", "audit_log", ["place"], unique=True)
    for name, columns in _INDEXES:
        op.create_index(name, "audit_log", columns)


def downgrade() -> None:
    for name, _columns in _INDEXES:
        op.drop_index(name, "audit_log")
    op.drop_index("ix_audit_log_place", "audit_log")
    op.drop_column("audit_log", "place")
