"""The learned parts and the articles of this process; loaded in the background, swapped as a whole."""

from __future__ import annotations

import logging
from pathlib import Path

from contracts.errors import NotReady
from contracts.knowledge import ArticleStore
from intent_router import Router
from knowledge_base.search import ArticleSearch
from service.answers.service import Understanding

log = logging.getLogger(__name__)


class Knowledge:
    """Holds the current Understanding. Readers keep the one they got; a swap never changes it under them."""

    def __init__(self, models: Path, articles: ArticleStore) -> None:
        self._models = models
        self._articles = articles
        self._current: Understanding | None = None
        self._stamp: float | None = None
        self._search: tuple[tuple[str, ...], ArticleSearch] | None = None

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

    def find(self, query: str) -> list[tuple[str, float]]:
        """Ids of the articles that fit a query on the help pages, best first, with their scores."""
        valid = tuple(article.id for article in self._articles.all())
        if self._search is None or self._search[0] != valid:
            self._search = (valid, ArticleSearch(self._articles.all()))
        return self._search[1].search(query)

    def refresh(self) -> bool:
        """Load what training has written since; True when something new is in force. Slow: call it in a thread."""
        manifest = self._models / "manifest.json"
        if not manifest.exists():
            return False
        stamp = manifest.stat().st_mtime
        if stamp == self._stamp:
            return False
        self._current = Understanding(Router.load(self._models, self._articles), self._articles)
        self._stamp = stamp
        log.info("router loaded")
        return True
