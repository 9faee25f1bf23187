"""What editors can do with articles and business facts, inside a unit of work."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Mapping

from sqlalchemy import Connection

from contracts.errors import NotFound
from contracts.knowledge import BusinessFacts, Fact
from contracts.taxonomy import Taxonomy
from knowledge_base.store import ArticleSource
from service.agents import service as agents
from service.articles import repository, rules
from service.articles.repository import DraftRow
from service.articles.rules import Knowledge

# What other domains may use of this one, beside the functions below.
from service.articles.repository import (  # isort: skip
    ChangeRow as ChangeRow,
    FactRow as FactRow,
    VersionRow as VersionRow,
    changes as changes,
    draft as draft,
    drafts as drafts,
    fact_history as fact_history,
    live_pointers as live_pointers,
    newest_versions as newest_versions,
    revision as revision,
    versions as versions,
)

SHIPPED = 0


class EditConflict(Exception):
    """A colleague saved in between; `str(error)` says so to the editor."""


def knowledge(connection: Connection) -> Knowledge:
    """All decisions of the editors as they are now."""
    pointers = repository.live_pointers(connection)
    changed = {v.article_id: rules.source(v.fields, v.body, v.phrasings) for v in repository.live_versions(connection)}
    facts = {key: Fact(row.value, row.unit, row.say) for key, row in repository.facts(connection).items()}
    offline = frozenset(article_id for article_id, version in pointers.items() if version is None)
    return Knowledge(repository.revision(connection), changed, offline, facts)


def save_draft(connection: Connection, written: ArticleSource, base: int, author: str, now: datetime) -> DraftRow:
    """Save a draft over revision `base` (0: there was none).

    Raises:
        EditConflict: somebody saved in between.
    """
    fields, body, phrasings = rules.storable(written)
    values: dict[str, Any] = {"fields": fields, "body": body, "phrasings": phrasings}
    values |= {"author": author, "updated_at": now}
    known = repository.draft(connection, written.id)
    if known is None and base == 0:
        repository.insert_draft(connection, article_id=written.id, revision=1, **values)
    elif not repository.update_draft(connection, written.id, base, **values):
        who = f"（{known.author}）" if known is not None else ""
        raise EditConflict(f"您编辑时有同事{who}保存或发布了这篇文章，请刷新后再改，您的文字仍在页面上")
    saved = repository.draft(connection, written.id)
    assert saved is not None
    return saved


def discard_draft(connection: Connection, article_id: str, actor: str, now: datetime) -> None:
    """Throw a draft away; what it said stays in the audit log.

    Raises:
        NotFound: there is none.
    """
    known = repository.draft(connection, article_id)
    if known is None:
        raise NotFound("这篇文章没有草稿")
    repository.delete_draft(connection, article_id)
    agents.audit(connection, actor, "article.discard", article_id, {"body": known.body}, now)


def publish(
    connection: Connection,
    article_id: str,
    base: int,
    note: str,
    actor: str,
    now: datetime,
    *,
    shipped: Mapping[str, ArticleSource],
    facts: BusinessFacts,
    taxonomy: Taxonomy,
) -> int:
    """Make the draft the article in force; returns the number of the new version.

    Raises:
        NotFound: there is no draft.
        EditConflict: the draft is not the one that the editor saw.
        BadArticle: it cannot be published.
    """
    known = repository.draft(connection, article_id)
    if known is None:
        raise NotFound("这篇文章没有草稿，先保存再发布")
    if known.revision != base:
        raise EditConflict(f"草稿在您查看之后被 {known.author} 改过，请刷新后再发布")
    written = rules.source(known.fields, known.body, known.phrasings)
    rules.check(written, facts, taxonomy, knowledge(connection).sources(shipped))
    fields, body, phrasings = rules.storable(written)
    number = repository.insert_version(
        connection, article_id, fields=fields, body=body, phrasings=phrasings, author=actor, note=note, at=now
    )
    repository.delete_draft(connection, article_id)
    _change(connection, "published", article_id, number, actor, note, now)
    return number


def roll_back(
    connection: Connection,
    article_id: str,
    number: int,
    note: str,
    actor: str,
    now: datetime,
    *,
    shipped: Mapping[str, ArticleSource],
    facts: BusinessFacts,
    taxonomy: Taxonomy,
) -> None:
    """Make an earlier version the one in force again; 0 is the article as it ships.

    Raises:
        NotFound: there is no such version.
        BadArticle: it does not fit today's facts and articles any more.
    """
    if number == SHIPPED:
        written = shipped.get(article_id)
    else:
        row = repository.version(connection, article_id, number)
        written = rules.source(row.fields, row.body, row.phrasings) if row is not None else None
    if written is None:
        raise NotFound("没有这个版本")
    rules.check(written, facts, taxonomy, knowledge(connection).sources(shipped))
    _change(connection, "rolled_back", article_id, number, actor, note, now)


def retire(
    connection: Connection,
    article_id: str,
    note: str,
    actor: str,
    now: datetime,
    *,
    shipped: Mapping[str, ArticleSource],
) -> None:
    """Take an article offline; rolling back brings it back.

    Raises:
        NotFound: there is no such article in force.
    """
    if article_id not in knowledge(connection).sources(shipped):
        raise NotFound("没有这篇文章，或者它已经下线")
    _change(connection, "retired", article_id, None, actor, note, now)


def change_fact(
    connection: Connection,
    key: str,
    value: Any,
    say: str,
    note: str,
    actor: str,
    now: datetime,
    *,
    facts: BusinessFacts,
) -> Fact:
    """Change a business figure: articles quote it and flows compute with it from the next message on.

    Raises:
        BadFact: there is no such fact, or value and wording do not fit it.
    """
    fact = rules.checked_fact(key, value, say, facts)
    repository.insert_fact(
        connection, key=key, value=fact.value, unit=fact.unit, say=fact.say, author=actor, note=note, at=now
    )
    repository.add_change(connection, "fact", key, None, actor, note, now)
    agents.audit(connection, actor, "fact.change", key, {"value": fact.value, "say": fact.say, "note": note}, now)
    return fact


def _change(
    connection: Connection, kind: str, article_id: str, number: int | None, actor: str, note: str, now: datetime
) -> None:
    repository.set_live(connection, article_id, number)
    repository.add_change(connection, kind, article_id, number, actor, note, now)
    agents.audit(connection, actor, f"article.{kind}", article_id, {"version": number, "note": note}, now)
