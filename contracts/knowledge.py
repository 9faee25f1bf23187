"""Articles, as every part reads them, and the business facts that they quote."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Iterable, Mapping, Protocol


@dataclass(frozen=True)
class Article:
    """One answer of the knowledge base.

    `summary` and `body` (Markdown) have their facts filled in; `phrasings` are what customers ask;
    `steps` are the numbered lines of the body.
    """

    id: str
    title: str
    category: str
    summary: str
    body: str
    steps: tuple[str, ...]
    keywords: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    intents: tuple[str, ...] = ()
    phrasings: tuple[str, ...] = ()
    channels: tuple[str, ...] = ("app", "wechat")
    regions: tuple[str, ...] = ("all",)
    valid_from: date | None = None
    valid_until: date | None = None
    review_by: date | None = None
    media: tuple[Mapping[str, Any], ...] = field(default_factory=tuple)


@dataclass(frozen=True)
class Fact:
    """A business figure: machine value, unit, and the customer's wording."""

    value: Any
    unit: str
    say: str


class ArticleStore(Protocol):
    """Where articles come from: files by default, tables as the live truth."""

    def get(self, article_id: str) -> Article | None:
        """The article, or None."""
        ...

    def all(self) -> Iterable[Article]:
        """Every article that is valid today, in the order of the help pages."""
        ...


class BusinessFacts(Protocol):
    """The figures that articles quote and flows compute with."""

    def fact(self, key: str) -> Fact:
        """The fact at `group.key`.

        Raises:
            KeyError: there is no such fact.
        """
        ...
