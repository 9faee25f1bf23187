"""A report as data: sections of paragraphs, tables and figures, and the same report as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

Cell = str | int | float | None
"""Text, a count, a share or time with its fraction, or nothing."""


@dataclass(frozen=True)
class Table:
    """`folded` tables are long: HTML shows them on demand, under `caption`."""

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""
    folded: bool = False


@dataclass(frozen=True)
class Figure:
    """A plot as SVG. `name` is its file's stem, `caption` says what is to be seen."""

    name: str
    svg: str
    caption: str


Block = str | Table | Figure


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it."""

    title: str
    blocks: tuple[Block, ...]
    level: int = 2


@dataclass
class Document:
    """Sections in their order."""

    title: str
    sections: list[Section] = field(default_factory=list)

    def add(self, title: str, *blocks: Block, level: int = 2) -> None:
        self.sections.append(Section(title, blocks, level))

    def figures(self) -> Iterable[Figure]:
        return (block for section in self.sections for block in section.blocks if isinstance(block, Figure))


def shown(cell: Cell) -> str:
    """A cell as text: fractions with three digits, or one from 10 on; nothing as a dash."""
    if cell is None:
        return "–"
    if isinstance(cell, float):
        return f"{cell:.1f}" if abs(cell) >= 10 else f"{cell:.3f}"
    return str(cell)


def numeric(table: Table) -> tuple[bool, ...]:
    """Which columns hold numbers (or nothing) alone."""
    columns = range(len(table.head))
    return tuple(
        all(row[c] is None or isinstance(row[c], int | float) for row in table.rows) and bool(table.rows)
        for c in columns
    )


def markdown(document: Document, figures: Path) -> str:
    """The report; figures are linked as files of the folder `figures`, a path relative to the report's own."""
    parts = [f"# {document.title}"]
    for section in document.sections:
        parts.append(f"{'#' * section.level} {section.title}")
        parts.extend(_block(block, figures) for block in section.blocks)
    return "\n\n".join(part for part in parts if part) + "\n"


def _block(block: Block, figures: Path) -> str:
    if isinstance(block, str):
        return block
    if isinstance(block, Figure):
        return f"![{block.caption}]({(figures / f'{block.name}.svg').as_posix()})\n\n*{block.caption}*"
    return _table(block)


def _table(table: Table) -> str:
    rules = ["---:" if right else "---" for right in numeric(table)]
    lines = [_line(table.head), _line(rules), *(_line([shown(cell) for cell in row]) for row in table.rows)]
    return (f"*{table.caption}*\n\n" if table.caption else "") + "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in cells) + " |"
