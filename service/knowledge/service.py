"""The learned parts, the articles and the figures of this process; read in the background, swapped as a whole."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path

from contracts.errors import NotReady
from contracts.knowledge import Article, ArticleStore, Fact
from contracts.taxonomy import Taxonomy
from intent_router import Router
from knowledge_base.facts import FileFacts
from knowledge_base.search import ArticleSearch
from knowledge_base.store import ArticleSource, FixedArticleStore, make_article, shipped_sources
from service.answers.service import Understanding
from service.articles import rules
from service.articles.rules import NOTHING_CHANGED, Hit

log = logging.getLogger(__name__)


class Knowledge:
    """Holds what is in force. Readers keep what they got; a swap never changes it under them.

    Args:
        models: folder of the trained router.
        root: folder of the shipped knowledge base: `articles/` and `facts.yml`.
    """

    def __init__(self, models: Path, root: Path, taxonomy: Taxonomy) -> None:
        self._models = models
        self._taxonomy = taxonomy
        self._shipped_facts = FileFacts.load(root / "facts.yml")
        self.shipped: Mapping[str, ArticleSource] = shipped_sources(root / "articles")
        self._decided = NOTHING_CHANGED
        self._facts = self._shipped_facts
        self._store: ArticleStore = self._read(NOTHING_CHANGED, self._facts)
        self._current: Understanding | None = None
        self._stamp: float | None = None
        self._search: tuple[tuple[Article, ...], ArticleSearch] | None = None
        self._swap = threading.Lock()

    def current(self) -> Understanding:
        """The Understanding in force.

        Raises:
            NotReady: nothing is trained or loaded yet.
        """
        if self._current is None:
            raise NotReady("the router is not loaded yet")
        return self._current

    @property
    def ready(self) -> bool:
        return self._current is not None

    @property
    def revision(self) -> int:
        """The revision of the editors' decisions that is in force here."""
        return self._decided.revision

    @property
    def decided(self) -> rules.Knowledge:
        return self._decided

    @property
    def sources(self) -> dict[str, ArticleSource]:
        """The articles in force as they are written."""
        return self._decided.sources(self.shipped)

    @property
    def all_facts(self) -> FileFacts:
        """The figures in force."""
        return self._facts

    @property
    def shipped_facts(self) -> FileFacts:
        """The figures as they ship."""
        return self._shipped_facts

    def fact(self, key: str) -> Fact:
        """The figure in force (implements contracts.knowledge.BusinessFacts)."""
        return self._facts.fact(key)

    def get(self, article_id: str) -> Article | None:
        """The article in force (implements contracts.knowledge.ArticleStore)."""
        return self._store.get(article_id)

    def all(self) -> Iterable[Article]:
        """Every article that is valid today, in the order of the help pages."""
        return self._store.all()

    def find(self, query: str) -> list[tuple[str, float]]:
        """Ids of the articles that fit a query on the help pages, best first, with their scores."""
        valid = tuple(self._store.all())
        if self._search is None or self._search[0] != valid:
            self._search = (valid, ArticleSearch(valid))
        return self._search[1].search(query)

    def refresh(self, decided: rules.Knowledge) -> bool:
        """Take over what editors decided and what training has written since; True when something is new.

        Slow: call it in a thread. What cannot be read leaves everything as it was.
        """
        with self._swap:
            manifest = self._models / "manifest.json"
            stamp = manifest.stat().st_mtime if manifest.exists() else None
            edited = decided.revision != self._decided.revision
            trained = stamp is not None and stamp != self._stamp
            if not edited and not trained:
                return False
            facts = self._shipped_facts.changed(decided.facts) if edited else self._facts
            store = self._read(decided, facts) if edited else self._store
            if trained:
                self._current = Understanding(Router.load(self._models, store), store)
                self._stamp = stamp
            elif self._current is not None:
                self._current = Understanding(self._current.router.with_articles(store), store)
            self._decided, self._facts, self._store = decided, facts, store
            log.info("knowledge of revision %s in force%s", decided.revision, ", router loaded" if trained else "")
            return True

    def try_out(self, written: ArticleSource, texts: Iterable[str]) -> list[Hit]:
        """Where messages would go if this article were published, against where they go now. Slow: use a thread.

        Raises:
            BadArticle: it cannot be published.
            NotReady: nothing is trained yet.
        """
        sources = self.sources
        rules.check(written, self._facts, self._taxonomy, sources)
        now = self.current().router
        store = self._made({**sources, written.id: written}, self._facts)
        then = now.with_articles(store)
        hits = []
        for text in texts:
            before, after = now.route(text).decision, then.route(text).decision
            hits.append(Hit(text, before.label, before.confidence, after.label, after.confidence))
        return hits

    def _read(self, decided: rules.Knowledge, facts: FileFacts) -> ArticleStore:
        return self._made(decided.sources(self.shipped), facts)

    def _made(self, sources: Mapping[str, ArticleSource], facts: FileFacts) -> ArticleStore:
        return FixedArticleStore(make_article(source, facts, self._taxonomy) for source in sources.values())
