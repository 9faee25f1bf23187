"""SQL of the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Mapping

from sqlalchemy import Connection, Select, func, insert, select, update

from service.audit.models import audit_log


@dataclass(frozen=True)
class AuditRow:
    id: int
    at: datetime
    actor: str
    action: str
    object: str
    data: Mapping[str, Any]
    seal: str | None
    place: int | None


@dataclass(frozen=True)
class AuditFilter:
    """Which rows are listed; None means all. `action` also names a whole area (`remedy`); `target` is a part."""

    actor: str | None = None
    action: str | None = None
    target: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def add(connection: Connection, actor: str, action: str, target: str, data: Mapping[str, Any], at: datetime) -> None:
    connection.execute(insert(audit_log).values(at=at, actor=actor, action=action, object=target, data=dict(data)))


def unsealed(connection: Connection, limit: int) -> list[AuditRow]:
    query = select(audit_log).where(audit_log.c.seal.is_(None)).order_by(audit_log.c.id).limit(limit)
    return [AuditRow(**row._mapping) for row in connection.execute(query)]


def last_sealed(connection: Connection) -> AuditRow | None:
    query = select(audit_log).where(audit_log.c.place.is_not(None)).order_by(audit_log.c.place.desc()).limit(1)
    row = connection.execute(query).first()
    return None if row is None else AuditRow(**row._mapping)


def set_seal(connection: Connection, row_id: int, seal: str, place: int) -> None:
    connection.execute(update(audit_log).where(audit_log.c.id == row_id).values(seal=seal, place=place))


def chain(connection: Connection, after: int, limit: int) -> list[AuditRow]:
    """Sealed rows after a place of the chain, in its order."""
    query = select(audit_log).where(audit_log.c.place > after).order_by(audit_log.c.place).limit(limit)
    return [AuditRow(**row._mapping) for row in connection.execute(query)]


def count_unsealed(connection: Connection) -> int:
    query = select(func.count()).select_from(audit_log).where(audit_log.c.seal.is_(None))
    return int(connection.execute(query).scalar_one())


def actions(connection: Connection) -> list[str]:
    """Every action that was ever written down."""
    return list(connection.execute(select(audit_log.c.action).distinct().order_by(audit_log.c.action)).scalars())


def actors(connection: Connection) -> list[str]:
    """Everybody who ever did something."""
    return list(connection.execute(select(audit_log.c.actor).distinct().order_by(audit_log.c.actor)).scalars())


def search(connection: Connection, wanted: AuditFilter, before: int | None, limit: int) -> list[AuditRow]:
    """Rows newest first, those with an id below `before`."""
    query = _filtered(select(audit_log), wanted)
    if before is not None:
        query = query.where(audit_log.c.id < before)
    return [AuditRow(**row._mapping) for row in connection.execute(query.order_by(audit_log.c.id.desc()).limit(limit))]


def _filtered(query: Select[Any], wanted: AuditFilter) -> Select[Any]:
    if wanted.actor is not None:
        query = query.where(audit_log.c.actor == wanted.actor)
    if wanted.action is not None:
        area = audit_log.c.action.startswith(f"{wanted.action}.", autoescape=True)
        query = query.where((audit_log.c.action == wanted.action) | area)
    if wanted.target is not None:
        query = query.where(audit_log.c.object.contains(wanted.target, autoescape=True))
    if wanted.since is not None:
        query = query.where(audit_log.c.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(audit_log.c.at < wanted.until)
    return query
