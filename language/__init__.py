"""How Chinese text becomes tokens: one behaviour in the service (Python 3.11) and in the assistant (3.10).

`tests/language/vectors.json` holds the promised behaviour and runs under both Pythons.
"""

from __future__ import annotations

from language.alignment import AlignedText
from language.concepts import concepts
from language.courtesy import without_courtesies, without_greeting
from language.grams import character_grams, joined_runs, sound_grams
from language.normaliser import normalise, normalise_aligned
from language.numerals import chinese_number
from language.segmentation import segment, tokens
from language.sound import pinyin, syllables
from language.warmth import warm_up

__all__ = [
    "AlignedText",
    "character_grams",
    "chinese_number",
    "concepts",
    "joined_runs",
    "normalise",
    "normalise_aligned",
    "pinyin",
    "segment",
    "sound_grams",
    "syllables",
    "tokens",
    "warm_up",
    "without_courtesies",
    "without_greeting",
]
