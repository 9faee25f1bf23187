"""Search over articles: spelling, sounds, typing errors."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge_base.search import ArticleSearch
from knowledge_base.store import FileArticleStore


@pytest.fixture(scope="module")
def search() -> ArticleSearch:
    return ArticleSearch(FileArticleStore(today=lambda: date(2026, 11, 1)).all())


@pytest.mark.parametrize(
    ("query", "article"),
    [
        ("怎么申请发票", "invoice_how"),
        ("發漂怎麼開", "invoice_how"),
        ("fapiao", "invoice_how"),
        ("zhuxiao", "close_account"),
        ("注消账号", "close_account"),
        ("大字版", "elder_mode"),
        ("卡丢了", "card_lost_steps"),
        ("加油卷多久到帐", "coupon_arrival_time"),
    ],
)
def test_the_right_article_is_among_the_first(search: ArticleSearch, query: str, article: str) -> None:
    found = search.search(query, 5)
    assert article in [name for name, _score in found]
    scores = [score for _name, score in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)


@pytest.mark.parametrize("query", ["", "   ", "???", "😀", "ξψ"])
def test_nothing_is_found_for_nothing(search: ArticleSearch, query: str) -> None:
    assert search.search(query) == []


def test_no_articles_no_results() -> None:
    assert ArticleSearch([]).search("发票") == []
