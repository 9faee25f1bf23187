"""What the sentiment model sees of a message.

Features are hashed to 32 bits: a quarter of a million of them then fit into sorted arrays of a few megabytes that
load at once and are looked up together. With so few the odd collision does no harm.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from intent_router.sentiment_cues import cue_values
from language import concepts, normalise, segment, syllables, without_greeting

BLOCKS: dict[str, float] = {
    "chars": 1.0,
    "words": 1.0,
    "sounds": 0.5,
    "ending": 0.5,
    "words apart": 0.5,
    "characters apart": 0.4,
    "concepts": 0.5,
}
"""Blocks of binary features and their weights beside one another; each block has length 1 in a message."""
CUE_WEIGHT = 0.15
LONGEST_READ = 2000
"""Characters of a message that are read; who is angry shows it before that."""

_FONDLY = re.compile(r"(?<=[爱笑乐美香爽想兴心慕])死(?!了?个?人|机|锁)")
"""爱死你们, 开心死了: nobody is wished dead."""
_CLAUSE = re.compile(r"[,。!?;~\s]+")
_NEGATION = frozenset(["没", "不", "没有", "别", "未", "无", "不是", "莫", "不会", "不用", "不要", "并非", "甭", "非"])
_NEGATED_WORDS = 3
"""Words after a negation that count as negated, up to the next clause."""
_STOPS = frozenset(",。!?;")
_FARTHEST = 4
"""Words that a pair of words apart may be from one another: 等 … 还 … 没."""


@dataclass(frozen=True)
class Features:
    """One message: distinct keys of every block, keys with counts for the bag of n-grams, and the cues."""

    blocks: tuple[npt.NDArray[np.uint32], ...]
    bag_keys: npt.NDArray[np.uint32]
    bag_counts: npt.NDArray[np.float32]
    cues: npt.NDArray[np.float32]


def key(feature: str) -> int:
    """The 32-bit key of a feature."""
    return zlib.crc32(feature.encode("utf-8", "surrogatepass"))


def features_of(text: str) -> Features:
    """All features of a message as the customer wrote it."""
    plain = readable(text)
    clauses = [clause for clause in _CLAUSE.split(plain) if clause]
    ending = clauses[-1] if clauses else ""
    words = _with_negation(segment(plain))
    sounds = syllables(plain)
    blocks = (
        _keys(_grams(f"^{plain}$", 2)),
        _keys(_grams(words, 2)),
        _keys(_grams(sounds, 2)),
        _keys(_grams(f"^{ending}$", 2)),
        _keys(_words_apart(words)),
        _keys(f"{one}\x1e{two}" for one, two in zip(plain, plain[2:], strict=False)),
        _keys(_concepts_and_pairs(plain)),
    )
    bag, counts = np.unique(
        np.fromiter((key(gram) for gram in _grams(bag_tokens(plain), 3)), dtype=np.uint32), return_counts=True
    )
    cues = np.asarray(cue_values(text[:LONGEST_READ], plain), dtype=np.float32)
    return Features(blocks, bag, counts.astype(np.float32), cues)


def readable(text: str) -> str:
    """The normalised text as both models read it."""
    return _FONDLY.sub("极", without_greeting(normalise(text)[:LONGEST_READ]))


def bag_tokens(plain: str) -> list[str]:
    """The characters of a normalised text, as the bag of n-grams takes them; never empty."""
    return [char for char in plain if char != " "] or ["∅"]


def _grams(items: Sequence[str], longest: int) -> Iterator[str]:
    for size in range(1, longest + 1):
        for start in range(len(items) - size + 1):
            yield "\x1f".join(items[start : start + size])


def _words_apart(words: Sequence[str]) -> Iterator[str]:
    said = [word for word in words if word not in _STOPS and word != " "]
    for distance in range(2, _FARTHEST + 1):
        for one, two in zip(said, said[distance:], strict=False):
            yield f"{one}\x1e{two}"


def _concepts_and_pairs(plain: str) -> list[str]:
    present = sorted({name for names in concepts(plain) for name in names})
    return present + [f"{one}\x1e{two}" for i, one in enumerate(present) for two in present[i + 1 :]]


def _keys(grams: Iterable[str]) -> npt.NDArray[np.uint32]:
    return np.fromiter({key(gram) for gram in grams}, dtype=np.uint32)


def _with_negation(words: Sequence[str]) -> list[str]:
    """Words within a negation are other words: 没 生气 → 没 ¬生气."""
    marked: list[str] = []
    left = 0
    for word in words:
        if word in _NEGATION:
            left = _NEGATED_WORDS
            marked.append(word)
            continue
        if word in _STOPS:
            left = 0
        marked.append("¬" + word if left else word)
        left = max(0, left - 1)
    return marked
