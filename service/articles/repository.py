"""SQL of drafts, published versions and business facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Mapping, Sequence

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from service.articles.models import article_drafts, article_versions, fact_versions, knowledge_changes, live_articles


@dataclass(frozen=True)
class DraftRow:
    article_id: str
    revision: int
    fields: Mapping[str, Any]
    body: str
    phrasings: Sequence[str]
    author: str
    updated_at: datetime


@dataclass(frozen=True)
class VersionRow:
    article_id: str
    version: int
    fields: Mapping[str, Any]
    body: str
    phrasings: Sequence[str]
    author: str
    note: str
    at: datetime


@dataclass(frozen=True)
class FactRow:
    key: str
    value: Any
    unit: str
    say: str
    author: str
    note: str
    at: datetime


@dataclass(frozen=True)
class ChangeRow:
    id: int
    kind: str
    object: str
    version: int | None
    actor: str
    note: str
    at: datetime


def _version(row: Row[Any]) -> VersionRow:
    values = dict(row._mapping)
    values.pop("id")
    return VersionRow(**values)


def draft(connection: Connection, article_id: str) -> DraftRow | None:
    row = connection.execute(select(article_drafts).where(article_drafts.c.article_id == article_id)).first()
    return None if row is None else DraftRow(**row._mapping)


def drafts(connection: Connection) -> list[DraftRow]:
    rows = connection.execute(select(article_drafts).order_by(article_drafts.c.updated_at.desc()))
    return [DraftRow(**row._mapping) for row in rows]


def insert_draft(connection: Connection, **values: Any) -> None:
    connection.execute(insert(article_drafts).values(**values))


def update_draft(connection: Connection, article_id: str, revision: int, **values: Any) -> bool:
    """Write the draft if it still has `revision`; False when somebody saved in between."""
    query = update(article_drafts).where(
        article_drafts.c.article_id == article_id, article_drafts.c.revision == revision
    )
    return connection.execute(query.values(revision=revision + 1, **values)).rowcount == 1


def delete_draft(connection: Connection, article_id: str) -> bool:
    return connection.execute(delete(article_drafts).where(article_drafts.c.article_id == article_id)).rowcount == 1


def insert_version(connection: Connection, article_id: str, **values: Any) -> int:
    """Append a version; returns its number, 1 for the first."""
    newest = select(func.max(article_versions.c.version)).where(article_versions.c.article_id == article_id)
    version = (connection.execute(newest).scalar() or 0) + 1
    connection.execute(insert(article_versions).values(article_id=article_id, version=version, **values))
    return int(version)


def versions(connection: Connection, article_id: str) -> list[VersionRow]:
    """Newest first."""
    query = select(article_versions).where(article_versions.c.article_id == article_id)
    return [_version(row) for row in connection.execute(query.order_by(article_versions.c.version.desc()))]


def version(connection: Connection, article_id: str, number: int) -> VersionRow | None:
    query = select(article_versions).where(
        article_versions.c.article_id == article_id, article_versions.c.version == number
    )
    row = connection.execute(query).first()
    return None if row is None else _version(row)


def live_pointers(connection: Connection) -> dict[str, int | None]:
    """Which version of an article is in force, for every article that editors touched; None: offline."""
    return {row.article_id: row.version for row in connection.execute(select(live_articles))}


def live_versions(connection: Connection) -> list[VersionRow]:
    """The versions in force; articles as they ship and those offline are not among them."""
    joined = article_versions.join(
        live_articles,
        (article_versions.c.article_id == live_articles.c.article_id)
        & (article_versions.c.version == live_articles.c.version),
    )
    return [_version(row) for row in connection.execute(select(article_versions).select_from(joined))]


def newest_versions(connection: Connection) -> list[VersionRow]:
    """The newest version of every article that editors published, in force or not."""
    newest = select(func.max(article_versions.c.id)).group_by(article_versions.c.article_id)
    return [
        _version(row) for row in connection.execute(select(article_versions).where(article_versions.c.id.in_(newest)))
    ]


def set_live(connection: Connection, article_id: str, number: int | None) -> None:
    """Make this version the one in force; 0 is the shipped one, None takes the article offline."""
    changed = update(live_articles).where(live_articles.c.article_id == article_id).values(version=number)
    if connection.execute(changed).rowcount == 0:
        connection.execute(insert(live_articles).values(article_id=article_id, version=number))


def insert_fact(connection: Connection, **values: Any) -> None:
    connection.execute(insert(fact_versions).values(**values))


def facts(connection: Connection) -> dict[str, FactRow]:
    """The newest version of each fact that editors changed, by key."""
    newest = select(func.max(fact_versions.c.id)).group_by(fact_versions.c.key)
    rows = connection.execute(select(fact_versions).where(fact_versions.c.id.in_(newest)))
    return {row.key: _fact(row) for row in rows}


def fact_history(connection: Connection, key: str) -> list[FactRow]:
    """Newest first."""
    query = select(fact_versions).where(fact_versions.c.key == key).order_by(fact_versions.c.id.desc())
    return [_fact(row) for row in connection.execute(query)]


def _fact(row: Row[Any]) -> FactRow:
    values = dict(row._mapping)
    values.pop("id")
    return FactRow(**values)


def add_change(
    connection: Connection, kind: str, target: str, number: int | None, actor: str, note: str, at: datetime
) -> None:
    connection.execute(
        insert(knowledge_changes).values(kind=kind, object=target, version=number, actor=actor, note=note, at=at)
    )


def revision(connection: Connection) -> int:
    """Which state of the knowledge is in force; 0 before the first change."""
    return int(connection.execute(select(func.max(knowledge_changes.c.id))).scalar() or 0)


def changes(connection: Connection, target: str | None, limit: int) -> list[ChangeRow]:
    """The log, newest first."""
    query = select(knowledge_changes)
    if target is not None:
        query = query.where(knowledge_changes.c.object == target)
    rows = connection.execute(query.order_by(knowledge_changes.c.id.desc()).limit(limit))
    return [ChangeRow(**row._mapping) for row in rows]
