"""SQL of remedies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Mapping, Sequence

from sqlalchemy import Connection, func, insert, select, update

from contracts.remedies import RemedyKind, RemedyRequest
from service.remedies.models import remedies
from service.remedies.rules import RemedyStatus


@dataclass(frozen=True)
class RemedyRow:
    id: int
    key: str
    customer_id: str
    conversation_id: str
    ticket_number: str | None
    kind: str
    target_id: str | None
    amount_fen: int | None
    points: int | None
    cause: str | None
    details: Mapping[str, Any]
    level: str | None
    requested_by: str
    authority: str
    why: str
    done_text: str
    status: RemedyStatus
    reason: str
    approver: str | None
    decided_by: str | None
    receipt: Mapping[str, Any] | None
    attempts: int
    created_at: datetime
    updated_at: datetime

    @property
    def request(self) -> RemedyRequest:
        """What the platform is asked for."""
        kind = RemedyKind(self.kind)
        return RemedyRequest(kind, self.customer_id, self.target_id, self.amount_fen, self.points, self.details)


_COLUMNS = tuple(remedies.c[name] for name in RemedyRow.__dataclass_fields__)


def _row(row: Any) -> RemedyRow:
    return RemedyRow(**{**row._mapping, "status": RemedyStatus(row.status)})


def insert_remedy(connection: Connection, **values: Any) -> RemedyRow:
    return _row(connection.execute(insert(remedies).values(**values).returning(*_COLUMNS)).one())


def update_remedy(connection: Connection, remedy_id: int, **values: Any) -> RemedyRow:
    changed = update(remedies).where(remedies.c.id == remedy_id).values(**values).returning(*_COLUMNS)
    return _row(connection.execute(changed).one())


def remedy(connection: Connection, remedy_id: int, *, lock: bool = False) -> RemedyRow | None:
    query = select(*_COLUMNS).where(remedies.c.id == remedy_id)
    row = connection.execute(query.with_for_update() if lock else query).first()
    return None if row is None else _row(row)


def of_key(connection: Connection, key: str) -> RemedyRow | None:
    row = connection.execute(select(*_COLUMNS).where(remedies.c.key == key)).first()
    return None if row is None else _row(row)


def search(
    connection: Connection, *, statuses: Sequence[str], customer_id: str | None, before: int | None, limit: int
) -> list[RemedyRow]:
    """Remedies newest first, those with an id below `before`."""
    query = select(*_COLUMNS)
    if statuses:
        query = query.where(remedies.c.status.in_(statuses))
    if customer_id is not None:
        query = query.where(remedies.c.customer_id == customer_id)
    if before is not None:
        query = query.where(remedies.c.id < before)
    return [_row(row) for row in connection.execute(query.order_by(remedies.c.id.desc()).limit(limit))]


def waiting_for(connection: Connection, username: str, authorities: Sequence[str]) -> int:
    """How many wait for approval that this person may give: asked for by others, within one of his authorities."""
    query = select(func.count()).where(
        remedies.c.status == RemedyStatus.WAITING_APPROVAL.value,
        remedies.c.requested_by != username,
        func.coalesce(remedies.c.approver, "supervisor").in_(authorities),
    )
    return int(connection.execute(query).scalar_one())


def claim(connection: Connection, now: float, hold: float, limit: int) -> list[RemedyRow]:
    """Take what is due for `hold` seconds, oldest first; another process will not take it meanwhile."""
    due = (
        select(remedies.c.id)
        .where(remedies.c.status == RemedyStatus.PENDING.value, remedies.c.next_at <= now)
        .order_by(remedies.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = connection.execute(
        update(remedies).where(remedies.c.id.in_(due.scalar_subquery())).values(next_at=now + hold).returning(*_COLUMNS)
    )
    return sorted((_row(row) for row in taken), key=lambda row: row.id)


def any_due(connection: Connection, now: float) -> bool:
    """Whether one waits; a read, so that an idle loop takes no write lock."""
    waiting = select(remedies.c.id).where(remedies.c.status == RemedyStatus.PENDING.value, remedies.c.next_at <= now)
    return connection.execute(waiting.limit(1)).first() is not None
