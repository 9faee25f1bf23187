"""What a finder hands in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Found:
    """An entity in the normalised text. Where two overlap the higher rank wins, then the longer one."""

    type: str
    value: Any
    start: int
    end: int
    role: str | None = None
    rank: int = 0

    def with_role(self, role: str | None) -> Found:
        return replace(self, role=role)


class Rank:
    """How sure a family of patterns is of what it found."""

    NUMBERED = 100
    """Numbers with a name or a check digit beside them."""
    IDENTIFIER = 90
    """Numbers known by their shape alone."""
    TIME = 80
    GUN = 75
    FUEL = 70
    QUANTITY = 65
    """A number with a unit."""
    PLACE = 60
    BARE = 40
    """A number whose meaning only the words around it tell."""


def settle(found: Iterable[Found]) -> list[Found]:
    """The findings without overlaps, in the order of the text."""
    kept: list[Found] = []
    for one in sorted(found, key=lambda f: (-f.rank, f.start - f.end, f.start)):
        if all(one.end <= other.start or other.end <= one.start for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda f: f.start)


def without_denied(found: Sequence[Found], text: str, types: frozenset[str]) -> list[Found]:
    """Drop what the customer takes back ("不是昨天是前天") when something of its type is put in its place."""
    denied = [f.type in types and text[max(0, f.start - 4) : f.start].rstrip().endswith(DENIALS) for f in found]
    replaced = {f.type for f, is_denied in zip(found, denied, strict=True) if not is_denied}
    return [f for f, is_denied in zip(found, denied, strict=True) if not is_denied or f.type not in replaced]


DENIALS = ("不是", "并非", "而非", "不是在", "不是说", "不是加", "不是扣", "不是付")
