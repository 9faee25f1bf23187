"""Words: jieba with the fuel lexicon."""

from __future__ import annotations

import logging
import threading
from functools import lru_cache
from typing import Any

from language.lexicon import WORDS_FILE
from language.normaliser import normalise

_lock = threading.Lock()


@lru_cache(maxsize=1)
def _dictionary() -> Any:
    """The process-wide jieba with our words (spaCy and Rasa cut with the same one).

    0.5 to 3 s the first time in a process. `lru_cache` alone would let two threads load at once.
    """
    with _lock:
        import jieba

        jieba.setLogLevel(logging.WARNING)
        jieba.initialize()
        jieba.load_userdict(str(WORDS_FILE))
        return jieba


def segment(normalised: str) -> list[str]:
    """The words of a text that is normalised already; spaces are dropped."""
    if not normalised:
        return []
    jieba = _dictionary()
    # Without the hidden Markov model: its guesses at unknown words (我点|了) are noise in customers' messages.
    return [word for word in jieba.lcut(normalised, HMM=False) if word != " "]


def tokens(text: str) -> list[str]:
    """Normalise and cut into words."""
    return segment(normalise(text))
