"""Articles from files: `articles/<category>/<id>.md`, phrasings beside them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from contracts.errors import ContractError
from contracts.knowledge import Article, BusinessFacts
from contracts.taxonomy import Taxonomy, load_taxonomy
from knowledge_base.facts import FileFacts, fill_in
from knowledge_base.front_matter import check_fields, split_front_matter

ARTICLES_DIR = Path(__file__).with_name("articles")
_PHRASINGS = ".phrasings.txt"
_STEP = re.compile(r"^\s*\d+[.、)]\s*(.+?)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class ArticleSource:
    """An article as it is written: `fields` are its front matter, the facts in its texts are still quoted."""

    fields: Mapping[str, Any]
    body: str
    phrasings: tuple[str, ...]

    @property
    def id(self) -> str:
        return str(self.fields["id"])


class FixedArticleStore:
    """Articles that were put together elsewhere (implements contracts.knowledge.ArticleStore); never changes.

    Args:
        articles: in any order; an id once.
        today: the day that decides which articles are valid.
    """

    def __init__(self, articles: Iterable[Article], today: Callable[[], date] = date.today) -> None:
        self._today = today
        order = _help_page_order(load_taxonomy())
        self._articles = {article.id: article for article in sorted(articles, key=order)}

    def get(self, article_id: str) -> Article | None:
        """The article, or None when there is none of this id that is valid today."""
        article = self._articles.get(article_id)
        return article if article is not None and is_valid(article, self._today()) else None

    def all(self) -> Iterable[Article]:
        """Every article that is valid today, in the order of the help pages."""
        today = self._today()
        return tuple(article for article in self._articles.values() if is_valid(article, today))


class FileArticleStore(FixedArticleStore):
    """All articles of a folder, read once (implements contracts.knowledge.ArticleStore).

    Args:
        root: folder with one folder for each category.
        facts: what the articles' `{{ group.key }}` stand for; the shipped facts by default.
        today: the day that decides which articles are valid.

    Raises:
        ContractError: an article does not keep to the format; its file is named.
    """

    def __init__(
        self,
        root: Path = ARTICLES_DIR,
        facts: BusinessFacts | None = None,
        today: Callable[[], date] = date.today,
    ) -> None:
        taxonomy = load_taxonomy()
        known_facts = FileFacts.load() if facts is None else facts
        articles: list[Article] = []
        for path, source in _sources(root, taxonomy):
            try:
                articles.append(make_article(source, known_facts, taxonomy))
            except ContractError as error:
                raise ContractError(f"{path.relative_to(root)}: {error}") from error
        super().__init__(articles, today)


def is_valid(article: Article, day: date) -> bool:
    """Whether the article may be shown on a day; both ends of its window count."""
    begun = article.valid_from is None or article.valid_from <= day
    return begun and (article.valid_until is None or day <= article.valid_until)


def shipped_sources(root: Path = ARTICLES_DIR) -> dict[str, ArticleSource]:
    """The articles of a folder as they are written, by id.

    Raises:
        ContractError: an article does not keep to the format; its file is named.
    """
    return {source.id: source for _path, source in _sources(root, load_taxonomy())}


def make_article(source: ArticleSource, facts: BusinessFacts, taxonomy: Taxonomy) -> Article:
    """The article with its facts filled in.

    Raises:
        ContractError: a field is missing or wrong, or a quoted fact does not exist.
    """
    fields = source.fields
    check_fields(fields)
    _check_place(fields, taxonomy)
    if not source.body.strip():
        raise ContractError("the body is empty")
    filled = fill_in(source.body, facts)
    return Article(
        id=fields["id"],
        title=fields["title"].strip(),
        category=fields["category"],
        summary=fill_in(fields["summary"].strip(), facts),
        body=filled,
        steps=tuple(_STEP.findall(filled)),
        keywords=tuple(str(keyword) for keyword in fields.get("keywords", ())),
        related=tuple(fields.get("related", ())),
        intents=tuple(fields.get("intents", ())),
        phrasings=source.phrasings,
        channels=tuple(fields.get("channels", ("app", "wechat"))),
        regions=tuple(fields.get("regions", ("all",))),
        valid_from=fields.get("valid_from"),
        valid_until=fields.get("valid_until"),
        review_by=fields.get("review_by"),
        media=tuple(fields.get("media", ())),
    )


def _sources(root: Path, taxonomy: Taxonomy) -> Iterable[tuple[Path, ArticleSource]]:
    seen: set[str] = set()
    for path in sorted(root.glob("*/*.md")):
        try:
            fields, body = split_front_matter(path.read_text(encoding="utf-8"))
            if fields["id"] != path.stem:
                raise ContractError(f"the id {fields['id']!r} is not the file's name")
            if fields["category"] != path.parent.name:
                raise ContractError(f"the category {fields['category']!r} is not the folder's name")
            if fields["id"] in seen:
                raise ContractError("another category has an article of this id")
        except (ContractError, UnicodeDecodeError) as error:
            raise ContractError(f"{path.relative_to(root)}: {error}") from error
        seen.add(fields["id"])
        yield path, ArticleSource(fields, body, read_phrasings(path.with_name(fields["id"] + _PHRASINGS)))


def _check_place(fields: Mapping[str, Any], taxonomy: Taxonomy) -> None:
    unknown = [intent for intent in fields.get("intents", ()) if intent not in taxonomy.intents]
    if unknown:
        raise ContractError(f"intents: {unknown} are not in the taxonomy")
    question = taxonomy.questions.get(fields["id"])
    if question is not None and question.category != fields["category"]:
        raise ContractError(f"the taxonomy has this question in {question.category}")


def read_phrasings(path: Path) -> tuple[str, ...]:
    """What customers ask, one phrasing a line; blank lines are skipped, a missing file is empty."""
    if not path.exists():
        return ()
    return tuple(line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


def all_phrasings(root: Path = ARTICLES_DIR) -> dict[str, tuple[str, ...]]:
    """Phrasings by article id, of every phrasings file, also where the article is not written yet."""
    return {path.name.removesuffix(_PHRASINGS): read_phrasings(path) for path in sorted(root.glob(f"*/*{_PHRASINGS}"))}


def _help_page_order(taxonomy: Taxonomy) -> Callable[[Article], tuple[int, int, str, str]]:
    """Taxonomy order; articles that came later follow at the end of their category, new categories at the end."""
    categories = {category.id: i for i, category in enumerate(taxonomy.categories)}
    questions = {question: i for i, question in enumerate(taxonomy.questions)}

    def key(article: Article) -> tuple[int, int, str, str]:
        return (
            categories.get(article.category, len(categories)),
            questions.get(article.id, len(questions)),
            article.category,
            article.id,
        )

    return key
