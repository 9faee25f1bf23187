"""What the knowledge page shows, put together from drafts, versions and what is in force."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from typing import Any, Mapping, Sequence

from sqlalchemy import Connection

from contracts.errors import NotFound
from contracts.knowledge import Article
from contracts.taxonomy import Taxonomy
from knowledge_base.facts import quoted_facts
from knowledge_base.search import ArticleSearch
from knowledge_base.store import ArticleSource, make_article
from service.articles import rules
from service.articles import service as articles
from service.articles.rules import Hit
from service.articles.service import SHIPPED
from service.channels.knowledge.schemas import (
    ArticleDetails,
    ArticleLine,
    ArticleText,
    DraftShape,
    EditorArticleList,
    FactList,
    FactShape,
    HitAnswer,
    HitShape,
    VersionShape,
)
from service.clock import CHINA
from service.conversations import service as conversations
from service.feedback import service as feedback
from service.house import House
from service.privacy import mask

REVIEW_DAYS = 30
FEEDBACK_WINDOW = timedelta(days=30)
RECENT_MESSAGES = 300
OUT_OF_SCOPE = "intent:out_of_scope"


def source_of(article_id: str, text: ArticleText) -> ArticleSource:
    """The editor's text as a source; lines without words are dropped."""
    fields: dict[str, Any] = text.model_dump(exclude={"body", "phrasings"})
    phrasings = [line.strip() for line in text.phrasings if line.strip()]
    return ArticleSource({"id": article_id, **fields}, text.body.strip(), tuple(phrasings))


def text_of(source: ArticleSource) -> ArticleText:
    """A source as the editor's text."""
    fields = {name: value for name, value in source.fields.items() if name in ArticleText.model_fields}
    fields["keywords"] = [str(keyword) for keyword in fields.get("keywords", ())]
    return ArticleText(**{**fields, "body": source.body, "phrasings": list(source.phrasings)})


async def listing(
    house: House, query: str, category: str | None, state: str | None, worst_first: bool, now: datetime
) -> EditorArticleList:
    """All articles and drafts, or those that fit; `worst_first`: those that helped customers least before others."""
    today = now.astimezone(CHINA).date()

    def work(
        connection: Connection,
    ) -> tuple[list[articles.DraftRow], list[articles.VersionRow], dict[str, int | None], list[feedback.ArticleCount]]:
        return (
            articles.drafts(connection),
            articles.newest_versions(connection),
            articles.live_pointers(connection),
            feedback.counts(connection, now - FEEDBACK_WINDOW),
        )

    drafted, published, pointers, counted = await house.database.read(work)
    said = {count.article_id: count for count in counted}
    drafts = {row.article_id: row for row in drafted}
    knowledge, taxonomy = house.knowledge, house.taxonomy
    live = knowledge.sources
    texts = [(row.article_id, row.fields, row.body, row.phrasings) for row in published]
    texts += [(row.article_id, row.fields, row.body, row.phrasings) for row in drafted]
    written = {article_id: rules.source(fields, body, phrasings) for article_id, fields, body, phrasings in texts}
    sources = {**written, **knowledge.shipped, **knowledge.decided.changed}
    lines = [
        _line(source, live, drafts, pointers, said.get(source.id), taxonomy, today)
        for source in sources.values()
        if category in (None, source.fields["category"])
    ]
    if query.strip():
        order = {article_id: place for place, article_id in enumerate(await _search(house, sources, query))}
        lines = sorted((line for line in lines if line.id in order), key=lambda line: order[line.id])
    else:
        places = {c.id: i for i, c in enumerate(taxonomy.categories)}
        lines.sort(key=lambda line: (places.get(line.category, 99), line.title))
    if worst_first:
        lines.sort(key=lambda line: feedback.solve_rate(line.solved, line.unsolved))
    kept = [line for line in lines if _fits(line, state)]
    titles = [{"id": c.id, "title": c.title} for c in taxonomy.categories]
    return EditorArticleList(items=kept, categories=titles, revision=knowledge.revision)


async def _search(house: House, sources: Mapping[str, ArticleSource], query: str) -> list[str]:
    facts, taxonomy = house.knowledge.all_facts, house.taxonomy

    def work() -> list[str]:
        made = []
        for source in sources.values():
            try:
                made.append(make_article(source, facts, taxonomy))
            except rules.ContractError:
                continue  # an unfinished draft: found by its category, not by its words
        return [article_id for article_id, _score in ArticleSearch(made).search(query, limit=50)]

    if sources.keys() == house.knowledge.sources.keys():
        return [article_id for article_id, _score in house.knowledge.find(query)]
    return await asyncio.to_thread(work)


def _line(
    source: ArticleSource,
    live: Mapping[str, ArticleSource],
    drafts: Mapping[str, articles.DraftRow],
    pointers: Mapping[str, int | None],
    said: feedback.ArticleCount | None,
    taxonomy: Taxonomy,
    today: date,
) -> ArticleLine:
    begins, ends = source.fields.get("valid_from"), source.fields.get("valid_until")
    review_by = source.fields.get("review_by")
    if source.id not in live:
        state = "offline" if source.id in pointers else "draft"
    elif begins is not None and begins > today:
        state = "scheduled"
    else:
        state = "expired" if ends is not None and ends < today else "live"
    titles = {c.id: c.title for c in taxonomy.categories}
    return ArticleLine(
        id=source.id,
        title=source.fields["title"],
        category=source.fields["category"],
        category_title=titles.get(source.fields["category"], source.fields["category"]),
        state=state,
        has_draft=source.id in drafts,
        version=pointers.get(source.id, SHIPPED) if source.id in live else None,
        phrasings=len(source.phrasings),
        review_by=review_by,
        review_due=review_by is not None and (review_by - today).days <= REVIEW_DAYS,
        solved=said.solved if said is not None else 0,
        unsolved=said.unsolved if said is not None else 0,
    )


def _fits(line: ArticleLine, state: str | None) -> bool:
    if state is None:
        return True
    if state == "review":
        return line.review_due and line.state == "live"
    return line.has_draft if state == "draft" else line.state == state


async def details(house: House, article_id: str) -> ArticleDetails:
    """One article with its draft and all its versions.

    Raises:
        NotFound: nothing of this id was ever written.
    """

    def work(connection: Connection) -> tuple[articles.DraftRow | None, list[articles.VersionRow], dict[str, Any]]:
        pointers = articles.live_pointers(connection)
        return articles.draft(connection, article_id), articles.versions(connection, article_id), pointers

    draft, rows, pointers = await house.database.read(work)
    shipped = house.knowledge.shipped.get(article_id)
    if draft is None and not rows and shipped is None:
        raise NotFound("没有这篇文章")
    live = house.knowledge.sources.get(article_id)
    current = pointers.get(article_id, SHIPPED if shipped is not None else None)
    versions = [
        VersionShape(
            version=row.version,
            live=row.version == current,
            author=row.author,
            note=row.note,
            at=row.at,
            text=text_of(rules.source(row.fields, row.body, row.phrasings)),
        )
        for row in rows
    ]
    if shipped is not None:
        first = VersionShape(
            version=SHIPPED, live=current == SHIPPED, author="", note="随版本发布", at=None, text=text_of(shipped)
        )
        versions.append(first)
    return ArticleDetails(
        id=article_id,
        live=text_of(live) if live is not None else None,
        live_version=current,
        draft=draft_shape(draft) if draft is not None else None,
        versions=versions,
    )


def draft_shape(draft: articles.DraftRow) -> DraftShape:
    text = text_of(rules.source(draft.fields, draft.body, draft.phrasings))
    return DraftShape(revision=draft.revision, text=text, author=draft.author, updated_at=draft.updated_at)


async def hit_test(house: House, written: ArticleSource, typed: Sequence[str]) -> HitAnswer:
    """Which messages reach the article before and after; of recent messages those that would go elsewhere.

    Raises:
        BadArticle: it cannot be published.
        NotReady: nothing is trained yet.
    """
    recent = await house.database.read(lambda c: conversations.recent_texts(c, RECENT_MESSAGES))
    origin = dict.fromkeys(recent, "recent")
    origin |= dict.fromkeys(written.phrasings, "phrasing")
    origin |= {text.strip(): "typed" for text in typed if text.strip()}
    hits = await asyncio.to_thread(house.knowledge.try_out, written, list(origin))
    wanted = f"faq:{written.id}"
    own = [hit for hit in hits if origin[hit.text] == "phrasing"]
    shown = [hit for hit in hits if origin[hit.text] != "recent" or hit.changed]
    rank = {"typed": 0, "recent": 1, "phrasing": 2}
    shown.sort(key=lambda hit: (rank[origin[hit.text]], hit.after == wanted))
    titles = {f"faq:{s.id}": str(s.fields["title"]) for s in (*house.knowledge.sources.values(), written)}
    return HitAnswer(
        phrasings=len(own),
        reached_before=sum(hit.before == wanted for hit in own),
        reached_after=sum(hit.after == wanted for hit in own),
        recent_tried=len(recent),
        items=[_hit_shape(hit, origin[hit.text], titles, house.taxonomy) for hit in shown],
    )


def _hit_shape(hit: Hit, origin: Any, titles: Mapping[str, str], taxonomy: Taxonomy) -> HitShape:
    def title(label: str) -> str:
        if label == OUT_OF_SCOPE:
            return "与加油服务无关"
        intent = taxonomy.intents.get(label.removeprefix("intent:"))
        return titles.get(label) or (intent.title if intent is not None else label)

    return HitShape(
        text=mask(hit.text),
        origin=origin,
        before=hit.before,
        before_title=title(hit.before),
        before_confidence=hit.before_confidence,
        after=hit.after,
        after_title=title(hit.after),
        after_confidence=hit.after_confidence,
        changed=hit.changed,
    )


def fact_list(house: House) -> FactList:
    """Every figure with the articles that quote it."""
    facts, shipped = house.knowledge.all_facts, house.knowledge.shipped_facts
    keys = facts.keys()
    quoting: dict[str, list[str]] = {key: [] for key in keys}
    for source in house.knowledge.sources.values():
        for key in dict.fromkeys(quoted_facts(source.body + str(source.fields["summary"]))):
            quoting[key].append(source.id)
    items = []
    for key in keys:
        fact, first = facts.fact(key), shipped.fact(key)
        items.append(
            FactShape(
                key=key,
                value=fact.value,
                unit=fact.unit,
                say=fact.say,
                shipped_value=first.value,
                shipped_say=first.say,
                articles=quoting[key],
            )
        )
    return FactList(items=items)


def preview(house: House, written: ArticleSource) -> tuple[Article | None, str | None]:
    """The article as customers will see it, and why it cannot be published (yet)."""
    try:
        return rules.check(written, house.knowledge.all_facts, house.taxonomy, house.knowledge.sources), None
    except rules.BadArticle as error:
        problem = str(error)
    try:
        return make_article(written, house.knowledge.all_facts, house.taxonomy), problem
    except rules.ContractError:
        return None, problem
