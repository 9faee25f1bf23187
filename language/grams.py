"""Runs of characters and of syllables: what spelling, sound and word order leave behind in a text."""

from __future__ import annotations

from collections.abc import Sequence

from language.sound import syllables


def character_grams(normalised: str, longest: int) -> list[str]:
    """All runs of 1 to `longest` characters of a text; its beginning and end count as a space."""
    text = f" {normalised} "
    size = len(text)
    return [text[i : i + n] for n in range(1, longest + 1) for i in range(size - n + 1)]


def sound_grams(normalised: str, longest: int) -> list[str]:
    """All runs of 1 to `longest` syllables of a text's Chinese characters, joined by `_`."""
    return joined_runs(syllables(normalised), longest)


def joined_runs(parts: Sequence[str], longest: int) -> list[str]:
    """All runs of 1 to `longest` parts, joined by `_`."""
    size = len(parts)
    return ["_".join(parts[i : i + n]) for n in range(1, longest + 1) for i in range(size - n + 1)]
