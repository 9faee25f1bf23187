"""How a text sounds: tone-less syllables, so that 未到帐 and 未到账 are neighbours."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache


@lru_cache(maxsize=1)
def _readings() -> dict[int, str]:
    """Code point → its most common reading without tone.

    One reading a character: features need the same syllable for the same character every time,
    more than the right one of several; and a table is forty times quicker than phrase lookup.
    """
    from pypinyin.pinyin_dict import pinyin_dict

    table: dict[int, str] = {}
    for code, readings in pinyin_dict.items():
        letters = unicodedata.normalize("NFD", readings.split(",")[0])
        table[code] = "".join(c for c in letters if not unicodedata.combining(c))
    table[ord("券")] = "juan"  # as most customers say it, and type it
    return table


_FUZZY = (
    (re.compile(r"^([zcs])h"), r"\1"),
    (re.compile(r"^n(?=[aeiou])"), "l"),
    (re.compile(r"^r(?=[aeiou])"), "l"),
    (re.compile(r"^hu(?=[aio])"), "f"),
    (re.compile(r"^f(?=[aeo])"), "f"),
    (re.compile(r"(?<=[aei])ng$"), "n"),
)


@lru_cache(maxsize=4096)
def fuzzy(syllable: str) -> str:
    """The syllable as southern speakers and their input methods blur it (zh=z, n=l, -ng=-n, hu=f)."""
    for pattern, replacement in _FUZZY:
        syllable = pattern.sub(replacement, syllable)
    return syllable


def syllables(normalised: str) -> list[str]:
    """One syllable for each Chinese character of a normalised text, in order; other characters are left out."""
    readings = _readings()
    return [readings[code] for code in map(ord, normalised) if code > 0x33FF and code in readings]


def pinyin(text: str) -> list[str]:
    """Tone-less syllables of the Chinese characters of a text, normalised first."""
    from language.normaliser import normalise

    return syllables(normalise(text))
