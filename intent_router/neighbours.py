"""Dense retrieval: for each label the similarity of its nearest known message."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from contracts.errors import NotReady
from knowledge_base.encoder import Encoder
from knowledge_base.index import VectorIndex

NEIGHBOURS = 50
"""Known messages that are looked at; a label that is not among them is as far as the last of them."""
_INDEX, _LABELS = "neighbours.faiss", "neighbour_labels.npy"


@dataclass(frozen=True)
class Near:
    """What the neighbourhood of a message says.

    `similarity` has one entry for each label, -1 to 1; `best` is the largest; `votes` is the share of each label
    among the neighbours.
    """

    similarity: NDArray[np.float32]
    votes: NDArray[np.float32]
    best: float


class Neighbours:
    """The known messages with their labels. Searching is safe from several threads."""

    def __init__(self, index: VectorIndex, labels: NDArray[np.int32], count: int) -> None:
        self._index = index
        self._labels = labels
        self._count = count

    def near(self, vector: NDArray[np.float32]) -> Near:
        """The neighbourhood of a unit vector; of a zero vector (nothing is known) one that says nothing."""
        scores, rows = self._index.search(vector[None, :], NEIGHBOURS)
        labels = self._labels[rows[0]]
        similarity = np.full(self._count, scores[0, -1], dtype=np.float32)
        np.maximum.at(similarity, labels, scores[0])
        votes = (np.bincount(labels, minlength=self._count) / len(labels)).astype(np.float32)
        return Near(similarity, votes, float(scores[0, 0]))

    def save(self, folder: Path) -> None:
        self._index.save(folder / _INDEX)
        np.save(folder / _LABELS, self._labels)

    @classmethod
    def load(cls, folder: Path, count: int) -> Neighbours:
        """Raises NotReady when it was not saved there."""
        if not (folder / _LABELS).exists():
            raise NotReady(f"the router is not trained: {_LABELS} is missing")
        return cls(VectorIndex.load(folder / _INDEX), np.load(folder / _LABELS), count)

    @classmethod
    def build(cls, encoder: Encoder, texts: list[str], labels: NDArray[np.int32], count: int) -> Neighbours:
        """Encode and index known messages."""
        return cls(VectorIndex.build(encoder.encode(texts)), labels, count)
