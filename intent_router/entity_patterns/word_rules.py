"""A spaCy pipeline without models: our words as tokens, an EntityRuler over them.

Importing spaCy pulls in torch where torch is installed (thinc looks for it), which costs seconds and 300 MB that
serving does not need: it is hidden from that one import.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from language import segment

_lock = threading.Lock()


@contextmanager
def _torch_hidden() -> Iterator[None]:
    if "torch" in sys.modules or "thinc" in sys.modules:
        yield
        return
    sys.modules["torch"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["torch"]


class Words:
    """A tokenizer for spaCy: the words of `language.segment`, so that all parts of the router cut alike."""

    def __init__(self, vocab: Any, doc_class: Any) -> None:
        self.vocab = vocab
        self._doc_class = doc_class

    def __call__(self, text: str) -> Any:
        words: list[str] = []
        spaces: list[bool] = []
        at = 0
        for word in segment(text):
            start = text.index(word, at)
            if start > at and words:
                spaces[-1] = True
            words.append(word)
            spaces.append(False)
            at = start + len(word)
        return self._doc_class(self.vocab, words=words, spaces=spaces)


def blank_pipeline() -> Any:
    """A blank Chinese pipeline that cuts texts as the whole router does; about 0.6 s the first time."""
    with _lock, _torch_hidden():
        import spacy
        from spacy.tokens import Doc

        nlp = spacy.blank("zh")
    nlp.tokenizer = Words(nlp.vocab, Doc)
    return nlp


def build(patterns: list[dict[str, Any]]) -> Any:
    """A blank pipeline whose EntityRuler has these token patterns."""
    nlp = blank_pipeline()
    nlp.add_pipe("entity_ruler").add_patterns(patterns)
    return nlp
