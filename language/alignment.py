"""Rewriting text while remembering where every character came from."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Replacement = str | Callable[["re.Match[str]"], str]


@dataclass(frozen=True)
class AlignedText:
    """A rewritten text; character `i` of `text` came from `original[offsets[i]:ends[i]]`.

    Every character of a replacement points to the whole span that it replaces. Offsets never decrease.
    """

    text: str
    offsets: tuple[int, ...]
    ends: tuple[int, ...]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Where the characters `text[start:end]` stand in the original; an empty span when `start == end`.

        Raises:
            IndexError: the span does not lie inside the text.
        """
        if not 0 <= start <= end <= len(self.text):
            raise IndexError(f"span {start}:{end} outside a text of {len(self.text)} characters")
        if start == end:
            at = self.offsets[start] if start < len(self.text) else (self.ends[-1] if self.ends else 0)
            return at, at
        return self.offsets[start], max(self.ends[start:end])


@dataclass(frozen=True)
class CharacterRule:
    """Replaces single characters; `""` drops one. `table` maps code points to text."""

    table: Mapping[int, str]

    def apply(self, text: str) -> str:
        return text.translate(self.table)

    def pieces(self, text: str) -> Sequence[tuple[int, int, str]]:
        return [(i, i + 1, self.table[ord(char)]) for i, char in enumerate(text) if ord(char) in self.table]


@dataclass(frozen=True)
class PatternRule:
    """Replaces what a pattern finds; `replacement` as for `re.sub`."""

    pattern: re.Pattern[str]
    replacement: Replacement

    def apply(self, text: str) -> str:
        return self.pattern.sub(self.replacement, text)

    def pieces(self, text: str) -> Sequence[tuple[int, int, str]]:
        replace = self.replacement
        return [
            (m.start(), m.end(), m.expand(replace) if isinstance(replace, str) else replace(m))
            for m in self.pattern.finditer(text)
        ]


Rule = CharacterRule | PatternRule


def identity(text: str) -> AlignedText:
    """The text itself, every character pointing to itself."""
    return AlignedText(text, tuple(range(len(text))), tuple(range(1, len(text) + 1)))


def rewrite(aligned: AlignedText, pieces: Sequence[tuple[int, int, str]]) -> AlignedText:
    """Replace the spans of `pieces` (start, end, new text; ascending, not overlapping) in an aligned text."""
    if not pieces:
        return aligned
    text: list[str] = []
    offsets: list[int] = []
    ends: list[int] = []
    at = 0
    for start, end, new in pieces:
        text.append(aligned.text[at:start])
        offsets.extend(aligned.offsets[at:start])
        ends.extend(aligned.ends[at:start])
        if new == aligned.text[start:end]:
            offsets.extend(aligned.offsets[start:end])
            ends.extend(aligned.ends[start:end])
        elif new:
            first, last = aligned.original_span(start, end)
            offsets.extend([first] * len(new))
            ends.extend([last] * len(new))
        text.append(new)
        at = end
    text.append(aligned.text[at:])
    offsets.extend(aligned.offsets[at:])
    ends.extend(aligned.ends[at:])
    return AlignedText("".join(text), tuple(offsets), tuple(ends))
