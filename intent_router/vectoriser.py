"""Texts as sparse vectors: which of the learned vocabulary's features occur, and how much each one says."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contracts.errors import NotReady
from knowledge_base.features import FAMILIES, family

_VOCABULARY, _WEIGHTS = "vocabulary.json", "feature_weights.npz"


@dataclass(frozen=True)
class Row:
    """One text: ids of its known features, their values, and the share of its features that are known."""

    ids: NDArray[np.int32]
    values: NDArray[np.float32]
    known: float


class Vectoriser:
    """Features weighted by rarity; each family (characters, sounds, concepts) has a fixed share of the length.

    Args:
        vocabulary: feature → id.
        rarity: inverse document frequency of each id.
        families: family of each id.
        shares: length of each family's part of a vector.
    """

    def __init__(
        self,
        vocabulary: dict[str, int],
        rarity: NDArray[np.float32],
        families: NDArray[np.int8],
        shares: Sequence[float],
    ) -> None:
        self._vocabulary = vocabulary
        self._rarity = rarity
        self._families = families
        self._shares = np.array(shares, dtype=np.float32)

    @classmethod
    def fit(cls, documents: Iterable[Sequence[str]], least_count: int, shares: Sequence[float]) -> Vectoriser:
        """Learn the vocabulary of documents given as lists of features, each feature once."""
        counts: Counter[str] = Counter()
        total = 0
        for document in documents:
            counts.update(document)
            total += 1
        kept = [feature for feature, count in counts.items() if count >= least_count]
        seen = np.array([counts[feature] for feature in kept], dtype=np.float32)
        return cls(
            {feature: i for i, feature in enumerate(kept)},
            (1 + np.log(total / np.maximum(seen, 1))).astype(np.float32),
            np.array([family(feature) for feature in kept], dtype=np.int8),
            shares,
        )

    def __len__(self) -> int:
        return len(self._vocabulary)

    def row(self, document: Sequence[str]) -> Row:
        """The vector of one document."""
        get = self._vocabulary.get
        found = [i for i in map(get, document) if i is not None]
        ids = np.array(found, dtype=np.int32)
        values = self._rarity[ids]
        families = self._families[ids]
        lengths = np.sqrt(np.bincount(families, weights=values * values, minlength=len(FAMILIES)))
        scale = (self._shares / np.maximum(lengths, 1e-9)).astype(np.float32)
        return Row(ids, values * scale[families], len(found) / len(document) if document else 0.0)

    def matrix(self, documents: Sequence[Sequence[str]]) -> Any:
        """The vectors of many documents as a scipy CSR matrix."""
        from scipy import sparse

        rows = [self.row(document) for document in documents]
        ends = np.cumsum([0, *(len(row.ids) for row in rows)])
        ids = np.concatenate([row.ids for row in rows])
        values = np.concatenate([row.values for row in rows])
        return sparse.csr_matrix((values, ids, ends), shape=(len(rows), len(self)))

    def save(self, folder: Path) -> None:
        """Write into a folder."""
        (folder / _VOCABULARY).write_text(json.dumps(list(self._vocabulary), ensure_ascii=False), encoding="utf-8")
        np.savez(folder / _WEIGHTS, rarity=self._rarity, families=self._families, shares=self._shares)

    @classmethod
    def load(cls, folder: Path) -> Vectoriser:
        """Read what `save` has written.

        Raises:
            NotReady: it is not there.
        """
        try:
            features = json.loads((folder / _VOCABULARY).read_text(encoding="utf-8"))
            with np.load(folder / _WEIGHTS) as stored:
                rarity, families, shares = stored["rarity"], stored["families"], stored["shares"]
        except FileNotFoundError as error:
            raise NotReady(f"the router is not trained: {Path(error.filename).name} is missing") from error
        return cls({feature: i for i, feature in enumerate(features)}, rarity, families, shares.tolist())
