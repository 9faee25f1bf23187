"""Pure decisions about articles: what is in force, what an editor's text must keep to, what a change would do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Iterable, Mapping, Sequence

from contracts.errors import ContractError
from contracts.knowledge import Article, BusinessFacts, Fact
from contracts.taxonomy import Taxonomy
from knowledge_base.store import ArticleSource, make_article

DATES = ("valid_from", "valid_until", "review_by")
MAX_PHRASINGS = 300
_ID = re.compile(r"[a-z][a-z0-9_]{2,40}")
_PHRASING_LENGTH = range(2, 121)


class BadArticle(Exception):
    """The text cannot be published as it is; `str(error)` tells the editor why and what to do."""


class BadFact(Exception):
    """The figure cannot be changed as asked; `str(error)` tells the editor why."""


@dataclass(frozen=True)
class Knowledge:
    """All that editors decided, at one revision: articles in force as sources, and the figures they changed."""

    revision: int
    changed: Mapping[str, ArticleSource]
    offline: frozenset[str]
    facts: Mapping[str, Fact]

    def sources(self, shipped: Mapping[str, ArticleSource]) -> dict[str, ArticleSource]:
        """The shipped articles with the editors' decisions laid over them."""
        merged = {**shipped, **self.changed}
        return {article_id: source for article_id, source in merged.items() if article_id not in self.offline}


NOTHING_CHANGED = Knowledge(0, {}, frozenset(), {})


def source(fields: Mapping[str, Any], body: str, phrasings: Iterable[str]) -> ArticleSource:
    """An article source from what is stored: dates are texts there."""
    dates = {name: date.fromisoformat(fields[name]) for name in DATES if fields.get(name)}
    return ArticleSource({**fields, **dates}, body, tuple(phrasings))


def storable(written: ArticleSource) -> tuple[dict[str, Any], str, list[str]]:
    """Front matter, body and phrasings as they are stored."""
    fields = {k: v.isoformat() if isinstance(v, date) else v for k, v in written.fields.items()}
    return fields, written.body, list(written.phrasings)


def check(
    written: ArticleSource, facts: BusinessFacts, taxonomy: Taxonomy, others: Mapping[str, ArticleSource]
) -> Article:
    """The article as customers will see it.

    Raises:
        BadArticle: it cannot be published.
    """
    if not _ID.fullmatch(written.id):
        raise BadArticle("编号只能用小写字母、数字和下划线，以字母开头，3 到 41 个字符")
    if written.fields.get("category") not in {c.id for c in taxonomy.categories}:
        raise BadArticle("请选择一个分类")
    if not written.phrasings:
        raise BadArticle("请至少写一条客户的问法，否则没有人能问到这篇文章")
    if len(written.phrasings) > MAX_PHRASINGS:
        raise BadArticle(f"问法最多 {MAX_PHRASINGS} 条，现在有 {len(written.phrasings)} 条")
    wrong = [p for p in written.phrasings if len(p) not in _PHRASING_LENGTH]
    if wrong:
        raise BadArticle(f"每条问法 2 到 120 个字，这一条不符合：{wrong[0][:30]}")
    repeated = [p for p in set(written.phrasings) if written.phrasings.count(p) > 1]
    if repeated:
        raise BadArticle(f"这条问法写了两遍：{repeated[0]}")
    taken = {p: s for s in others.values() if s.id != written.id for p in s.phrasings}
    clash = next((p for p in written.phrasings if p in taken), None)
    if clash is not None:
        raise BadArticle(f"问法“{clash}”已经属于文章“{taken[clash].fields['title']}”，请删掉其中一处")
    missing = [r for r in written.fields.get("related", ()) if r not in others and r != written.id]
    if missing:
        raise BadArticle(f"相关文章里有不存在的编号：{'、'.join(missing)}")
    try:
        return make_article(written, facts, taxonomy)
    except ContractError as error:
        raise BadArticle(f"格式不对：{error}") from error


def checked_fact(key: str, value: Any, say: str, now: BusinessFacts) -> Fact:
    """The fact with a new figure; its unit stays.

    Raises:
        BadFact: there is no such fact, or value and wording do not fit it.
    """
    try:
        old = now.fact(key)
    except KeyError:
        raise BadFact("没有这个业务数据，请从列表里选择") from None
    if isinstance(old.value, (int, float)) != isinstance(value, (int, float)) or isinstance(value, bool):
        raise BadFact("数值的类型和原来不一样：原来是数字就填数字，是文字就填文字")
    if isinstance(value, (int, float)) and value < 0:
        raise BadFact("数值不能是负数")
    if not say.strip():
        raise BadFact("请填写客户看到的说法，例如“30 分钟”")
    return Fact(value, old.unit, say.strip())


@dataclass(frozen=True)
class Hit:
    """Where a message goes before and after a change: labels and confidences."""

    text: str
    before: str
    before_confidence: float
    after: str
    after_confidence: float

    @property
    def changed(self) -> bool:
        return self.before != self.after


def review_due(articles: Sequence[Article], today: date, within_days: int) -> list[Article]:
    """Articles whose review date lies in the past or within so many days, the most overdue first."""
    due = [a for a in articles if a.review_by is not None and (a.review_by - today).days <= within_days]
    return sorted(due, key=lambda a: (a.review_by, a.id))
