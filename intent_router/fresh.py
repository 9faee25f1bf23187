"""Phrasings that came after the training: what editors publish answers at once, before anything is trained anew."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contracts.knowledge import ArticleStore
from intent_router.classifier import request
from knowledge_base.encoder import Encoder
from knowledge_base.index import VectorIndex

TRAINED_TEXTS = "trained_texts.npy"
"""The file with the keys of all texts that the classifier was trained on."""


def text_key(text: str) -> int:
    """A number that stands for a text: 64 bits of its hash."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big")


@dataclass(frozen=True)
class Found:
    """The nearest phrasing that was not trained on: its label, and how near it is (-1 to 1)."""

    label: str
    similarity: float


class FreshPhrasings:
    """Titles and phrasings of a store's articles that the classifier was not trained on, as an index of their own.

    Args:
        store: the articles as they are now.
        encoder: the one whose vectors are searched for.
        trained: keys (`text_key`) of all texts that were trained on.
    """

    def __init__(self, store: ArticleStore, encoder: Encoder, trained: Collection[int]) -> None:
        found = [
            (text, f"faq:{article.id}")
            for article in store.all()
            for text in dict.fromkeys((article.title, *article.phrasings))
            if text_key(text) not in trained
        ]
        self._labels = [label for _text, label in found]
        self._index = VectorIndex.build(encoder.encode([request(text) for text, _label in found])) if found else None

    def __len__(self) -> int:
        return len(self._labels)

    def nearest(self, vector: NDArray[np.float32]) -> Found | None:
        """The nearest of them; None when there are none."""
        if self._index is None:
            return None
        scores, rows = self._index.search(vector[None, :], 1)
        return Found(self._labels[int(rows[0, 0])], float(scores[0, 0]))
