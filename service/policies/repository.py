"""SQL of policy versions and of compensations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Sequence

from sqlalchemy import Connection, func, insert, select

from service.policies.models import compensations, policy_versions
from service.policies.rules import Given


@dataclass(frozen=True)
class VersionRow:
    policy: str
    version: int
    rules: Sequence[dict[str, Any]]
    note: str
    author: str
    created_at: datetime


_VERSION = (
    policy_versions.c.policy,
    policy_versions.c.version,
    policy_versions.c.rules,
    policy_versions.c.note,
    policy_versions.c.author,
    policy_versions.c.created_at,
)


def newest(connection: Connection, policy: str) -> VersionRow | None:
    """The version in force, or None while the file is."""
    query = select(*_VERSION).where(policy_versions.c.policy == policy)
    row = connection.execute(query.order_by(policy_versions.c.version.desc()).limit(1)).first()
    return None if row is None else VersionRow(*row)


def versions(connection: Connection, policy: str) -> list[VersionRow]:
    """All versions, newest first."""
    query = select(*_VERSION).where(policy_versions.c.policy == policy).order_by(policy_versions.c.version.desc())
    return [VersionRow(*row) for row in connection.execute(query)]


def insert_version(connection: Connection, row: VersionRow) -> None:
    connection.execute(insert(policy_versions).values(**vars(row)))


def given_to(connection: Connection, customer_id: str) -> list[Given]:
    """What a customer was compensated with, newest first."""
    columns = (
        compensations.c.cause,
        compensations.c.kind,
        compensations.c.amount,
        compensations.c.target_id,
        compensations.c.at,
    )
    query = select(*columns).where(compensations.c.customer_id == customer_id).order_by(compensations.c.at.desc())
    return [Given(*row) for row in connection.execute(query)]


def is_recorded(connection: Connection, key: str) -> bool:
    count = connection.execute(select(func.count()).select_from(compensations).where(compensations.c.key == key))
    return bool(count.scalar_one())


def insert_compensation(connection: Connection, **values: Any) -> None:
    connection.execute(insert(compensations).values(**values))


def remove_compensation(connection: Connection, key: str) -> None:
    connection.execute(compensations.delete().where(compensations.c.key == key))
