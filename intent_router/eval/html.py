"""A report as one HTML file that needs nothing else: style and plots stand in it."""

from __future__ import annotations

import re
from html import escape

from intent_router.eval.document import Block, Document, Figure, Section, Table, numeric, shown

_CODE = re.compile(r"`([^`]+)`")
_STRONG = re.compile(r"\*\*([^*]+)\*\*")
_STYLE = """
:root { --ink: #1c2430; --faint: #64748b; --line: #e2e8f0; --paper: #ffffff; --band: #f8fafc; --mark: #0b5cad; }
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: var(--paper);
  font: 15px/1.55 system-ui, "Noto Sans", "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; }
nav { position: fixed; inset: 0 auto 0 0; width: 15.5rem; padding: 1.5rem 1rem; overflow-y: auto;
  background: var(--band); border-right: 1px solid var(--line); font-size: 13.5px; }
nav b { display: block; margin-bottom: .8rem; font-size: 15px; }
nav a { display: block; padding: .18rem .4rem; color: inherit; text-decoration: none; border-radius: 4px; }
nav a:hover { background: var(--line); }
nav a.deep { padding-left: 1.3rem; color: var(--faint); }
main { max-width: 68rem; margin-left: 15.5rem; padding: 1.5rem 2rem 5rem; }
h1 { margin: 0 0 1rem; font-size: 1.75rem; line-height: 1.25; }
h2 { margin: 2.8rem 0 .8rem; padding-top: .8rem; border-top: 2px solid var(--line); font-size: 1.3rem; }
h3 { margin: 1.8rem 0 .6rem; font-size: 1.08rem; }
p { max-width: 46rem; margin: .6rem 0; }
code { padding: .05em .3em; background: var(--band); border: 1px solid var(--line); border-radius: 3px;
  font-size: .9em; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; margin: .8rem 0 1.2rem; }
table { border-collapse: collapse; font-size: 13.5px; }
caption { padding: .3rem 0; text-align: left; color: var(--faint); }
th { background: var(--band); text-align: left; vertical-align: bottom; font-weight: 600; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); }
td { vertical-align: top; }
th:first-child, td:first-child { min-width: 9.5rem; }
tbody tr:hover { background: var(--band); }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
figure { margin: 1rem 0 1.4rem; }
figure svg { display: block; max-width: 100%; height: auto; }
figcaption { max-width: 44rem; color: var(--faint); font-size: 13px; }
details { margin: .8rem 0; }
summary { cursor: pointer; color: var(--mark); }
@media (max-width: 60rem) {
  nav { position: static; width: auto; border-right: 0; border-bottom: 1px solid var(--line); }
  main { margin-left: 0; padding: 1rem; }
}
@media print { nav { display: none; } main { margin: 0; } }
"""


def html(document: Document) -> str:
    """The page as text."""
    places = [(section, f"s{number}") for number, section in enumerate(document.sections)]
    links = "".join(_link(section, place) for section, place in places)
    body = "".join(_section(section, place) for section, place in places)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(document.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<nav><b>{escape(document.title)}</b>{links}</nav>\n"
        f"<main>\n<h1>{escape(document.title)}</h1>\n{body}</main>\n</body>\n</html>\n"
    )


def _link(section: Section, place: str) -> str:
    deep = ' class="deep"' if section.level > 2 else ""
    return f'<a href="#{place}"{deep}>{escape(section.title)}</a>'


def _section(section: Section, place: str) -> str:
    heading = f'<h{section.level} id="{place}">{escape(section.title)}</h{section.level}>\n'
    return heading + "".join(_block(block) for block in section.blocks)


def _block(block: Block) -> str:
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Figure):
        return f"<figure>{_inline(block)}<figcaption>{escape(block.caption)}</figcaption></figure>\n"
    return f"<p>{_words(block)}</p>\n"


def _words(text: str) -> str:
    """Text with the two marks of Markdown that the report uses."""
    return _STRONG.sub(r"<strong>\1</strong>", _CODE.sub(r"<code>\1</code>", escape(text, quote=False)))


def _inline(figure: Figure) -> str:
    """The SVG without its XML head; ids get the figure's name, for several figures share one page."""
    svg = figure.svg[figure.svg.index("<svg") :]
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{figure.name}-\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{figure.name}-\1)", svg)
    svg = re.sub(r'href="#([^"]+)"', rf'href="#{figure.name}-\1"', svg)
    return svg.replace("<svg", f'<svg role="img" aria-label="{escape(figure.caption)}"', 1)


def _table(table: Table) -> str:
    right = numeric(table)
    head = "".join(_cell("th", escape(name), number) for name, number in zip(table.head, right, strict=True))
    rows = "".join(
        "<tr>" + "".join(_cell("td", _words(shown(c)), n) for c, n in zip(row, right, strict=True)) + "</tr>\n"
        for row in table.rows
    )
    caption = f"<caption>{escape(table.caption)}</caption>" if table.caption and not table.folded else ""
    made = (
        f'<div class="scroll"><table>{caption}<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody></table></div>\n'
    )
    if not table.folded:
        return made
    return f"<details><summary>{escape(table.caption)} ({len(table.rows)} rows)</summary>{made}</details>\n"


def _cell(tag: str, content: str, number: bool) -> str:
    return f"<{tag} class=number>{content}</{tag}>" if number else f"<{tag}>{content}</{tag}>"
