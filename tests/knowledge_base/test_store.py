"""The article store: the shipped articles, validity by date, and bad files named."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest

from contracts.errors import ContractError
from contracts.taxonomy import load_taxonomy
from knowledge_base.store import ARTICLES_DIR, FileArticleStore, all_phrasings

GOOD = """---
id: coupon_where
title: 我的优惠券在哪里看？
category: coupon
summary: 在“我的 → 卡包”里，{{ coupon.arrival }}内到账。
keywords: [优惠券, 92]
related: [coupon_validity]
intents: [coupon_not_received]
channels: [app]
regions: [all]
valid_from: 2026-01-01
valid_until: 2026-12-31
review_by: 2027-05-31
media: []
---
打开卡包就能看到。

## 步骤
1. 打开 App。
2. 点“卡包”，{{ coupon.arrival }}内都会到。

## 请注意
- 过期的券在“已过期”里。
"""


def write(root: Path, content: str, name: str = "coupon/coupon_where") -> Path:
    path = root / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def store(root: Path, day: date = date(2026, 6, 1)) -> FileArticleStore:
    return FileArticleStore(root, today=lambda: day)


def test_an_article_is_read_whole(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    path.with_name("coupon_where.phrasings.txt").write_text("券在哪\n\n 卡包找不到券 \n", encoding="utf-8")
    article = store(tmp_path).get("coupon_where")
    assert article is not None
    assert article.summary == "在“我的 → 卡包”里，30 分钟内到账。"
    assert article.steps == ("打开 App。", "点“卡包”，30 分钟内都会到。")
    assert article.keywords == ("优惠券", "92")
    assert article.phrasings == ("券在哪", "卡包找不到券")
    assert article.channels == ("app",)
    assert "{{" not in article.body


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        (date(2025, 12, 31), False),
        (date(2026, 1, 1), True),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), False),
    ],
)
def test_validity_window(tmp_path: Path, day: date, shown: bool) -> None:
    write(tmp_path, GOOD)
    articles = store(tmp_path, day)
    assert (articles.get("coupon_where") is not None) is shown
    assert len(list(articles.all())) == int(shown)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("---\nid", "id", "front matter is missing"),
        ("media: []\n---\n", "media: []\n", "not closed"),
        ("id: coupon_where", "id: coupon_wher", "file's name"),
        ("category: coupon", "category: points", "folder's name"),
        ("title: 我的优惠券在哪里看？", "title:", "title"),
        ("keywords: [优惠券, 92]", "keywords: 优惠券", "keywords"),
        ("valid_from: 2026-01-01", "valid_from: soon", "valid_from"),
        ("valid_until: 2026-12-31", "valid_until: 2025-12-31", "before"),
        ("[coupon_not_received]", "[coupon_lost]", "coupon_lost"),
        ("channels: [app]", "channels: [fax]", "channels"),
        ("media: []", "media: []\ncolour: red", "colour"),
        ("{{ coupon.arrival }}", "{{ coupon.arival }}", "coupon.arival"),
        ("title: 我的", "title: [我的", "YAML"),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, old: str, new: str, named: str) -> None:
    assert old in GOOD
    write(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(ContractError, match=rf"coupon_where\.md: .*{named}"):
        store(tmp_path)


def test_a_question_stays_in_its_category(tmp_path: Path) -> None:
    write(tmp_path, GOOD.replace("category: coupon", "category: points"), "points/coupon_where")
    with pytest.raises(ContractError, match="the taxonomy has this question in coupon"):
        store(tmp_path)


def test_shipped_articles_load_quickly_in_the_order_of_the_help_pages() -> None:
    started = time.perf_counter()
    articles = list(FileArticleStore(today=lambda: date(2026, 11, 1)).all())
    assert time.perf_counter() - started < 1.5
    order = {question: i for i, question in enumerate(load_taxonomy().questions)}
    places = [order[article.id] for article in articles if article.id in order]
    assert places
    assert places == sorted(places)
    known = set(order) | {article.id for article in articles}
    wrong = [(article.id, other) for article in articles for other in article.related if other not in known]
    assert not wrong


def test_phrasings_are_found_without_their_article() -> None:
    assert set(all_phrasings(ARTICLES_DIR)) >= set(load_taxonomy().questions)
