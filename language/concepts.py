"""Words that mean alike: `不见了`, `蒸发`, `没影` are all `disappeared`. Hand-written knowledge of the domain."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from contracts.errors import ContractError
from language.lexicon import LEXICON_DIR
from language.normaliser import normalise

CONCEPTS_FILE = LEXICON_DIR / "concepts.txt"
"""One concept a line: name, colon, words; `#` begins a comment line."""


def read_concepts(path: Path = CONCEPTS_FILE) -> dict[str, tuple[str, ...]]:
    """The concepts of each word, words in normalised spelling.

    Raises:
        ContractError: a line has no colon, or a concept stands there twice.
    """
    words: dict[str, list[str]] = {}
    seen: set[str] = set()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, colon, members = line.partition(":")
        if not colon or not members.strip():
            raise ContractError(f"{path.name}:{number}: a name, a colon and words are expected")
        if name in seen:
            raise ContractError(f"{path.name}:{number}: the concept {name} stands there twice")
        seen.add(name)
        for word in members.split():
            normalised = normalise(word)
            if normalised and name not in words.setdefault(normalised, []):
                words[normalised].append(name)
    return {word: tuple(names) for word, names in words.items()}


@lru_cache(maxsize=1)
def _lexicon() -> tuple[dict[str, tuple[str, ...]], int]:
    words = read_concepts()
    return words, max(map(len, words))


def concepts(normalised: str) -> list[tuple[str, ...]]:
    """The concepts found in a normalised text, in its order: for each word found all that it may mean.

    From every position the longest word counts, unless it lies within one that was found before.
    """
    words, longest = _lexicon()
    found: list[tuple[str, ...]] = []
    covered = 0
    length = len(normalised)
    for start in range(length):
        for end in range(min(length, start + longest), max(start, covered), -1):
            names = words.get(normalised[start:end])
            if names is not None:
                found.append(names)
                covered = end
                break
    return found
