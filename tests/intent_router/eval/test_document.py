"""Reports as Markdown and HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from intent_router.eval import plots
from intent_router.eval.document import Document, Figure, Table, markdown, shown
from intent_router.eval.html import html
from intent_router.eval.measures import Curve, coverage, reliability, roc

VOID = {"meta", "br", "img", "input", "path", "use", "line", "rect"}


class Balance(HTMLParser):
    """Every element that opens closes, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.ids += [value for name, value in attributes if name == "id" and value]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.ids += [value for name, value in attributes if name == "id" and value]

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture(scope="module")
def document() -> Document:
    confidence, right = [0.3, 0.7, 0.95, 0.99], [False, True, True, True]
    svg = plots.reliability((("tier 1", reliability(confidence, right)), ("joined", reliability(confidence, right))))
    made = Document("A report")
    table = Table(("label", "F1"), (("a|b <c>", 0.91234), ("d", None)), "Scores", folded=True)
    made.add("First", "Some `code` and **weight**, 1 < 2.", table)
    made.add("Second", Figure("one", svg, "How sure"), Figure("two", svg, "The same"), level=3)
    return made


def test_cells_as_text() -> None:
    assert [shown(cell) for cell in (None, 3, 0.12345, 12.345, "x")] == ["–", "3", "0.123", "12.3", "x"]


def test_markdown_links_plots_and_keeps_tables_whole(document: Document) -> None:
    text = markdown(document, Path("plots"))
    assert text.startswith("# A report\n\n## First\n")
    assert "| a\\|b <c> | 0.912 |" in text
    assert "| --- | ---: |" in text
    assert "### Second" in text
    assert "![How sure](plots/one.svg)" in text


def test_html_needs_nothing_else_and_is_well_formed(document: Document) -> None:
    page = html(document)
    checked = Balance()
    checked.feed(page)
    assert checked.open == []
    assert len(checked.ids) == len(set(checked.ids)), "plots share a page: their ids must differ"
    assert not re.search(r'(?:src|href)="(?!#)', page.split("<body>")[1])
    assert "url(http" not in page
    assert "a|b &lt;c&gt;" in page
    assert "<code>code</code>" in page
    assert "<strong>weight</strong>" in page
    assert "1 &lt; 2." in page
    assert "<details><summary>Scores (2 rows)</summary>" in page


def test_every_reference_inside_a_plot_finds_its_target(document: Document) -> None:
    page = html(document)
    ids = set(re.findall(r'\bid="([^"]+)"', page))
    wanted = set(re.findall(r'href="#([^"]+)"', page)) | set(re.findall(r"url\(#([^)]+)\)", page))
    assert wanted
    assert wanted <= ids


def test_all_plots_draw() -> None:
    curve = coverage([0.9, 0.8, 0.2], [True, True, False])
    made = (
        plots.coverage((("tier 1", curve),), (0.5, 0.99, "in force")),
        plots.roc(roc([0.9, 0.1], [True, False]), 1.0, (0.0, 1.0, "in force")),
        plots.matrix(["calm", "angry"], [[3, 1], [0, 0]]),
        plots.bars(["a", "b"], [("one", [0.1, 0.2]), ("two", [0.3, 0.4])], "share"),
    )
    for svg, words in zip(made, ("in force", "in force", "angry", "share"), strict=True):
        assert svg.startswith("<?xml")
        assert words in svg


def test_the_same_figures_give_the_same_plot() -> None:
    curve = Curve(coverage([0.9], [True]).x, coverage([0.9], [True]).y)
    first, second = (plots.coverage((("t", curve),), (1.0, 1.0, "p")) for _ in range(2))
    assert first == second
