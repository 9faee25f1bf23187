"""A message as one sparse row over the known features of all blocks and the cues."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from intent_router.sentiment_cues import CUE_NAMES
from intent_router.sentiment_features import BLOCKS, CUE_WEIGHT, Features
from intent_router.vectoriser import Row

Keys = npt.NDArray[np.uint32]


def found_among(keys: Keys, wanted: Keys) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Places in the sorted `keys` of those that are `wanted`, and which of `wanted` they are."""
    if not len(keys):
        return np.zeros(0, dtype=np.intp), np.zeros(len(wanted), dtype=np.bool_)
    places = np.searchsorted(keys, wanted)
    places[places == len(keys)] = 0
    hit = keys[places] == wanted
    return places[hit], hit


class Rows:
    """The known features. Each block has its weight as length in a row; the cues stand behind all blocks.

    Args:
        blocks: the known keys of each of BLOCKS, ascending.
    """

    def __init__(self, blocks: Sequence[Keys]) -> None:
        self.blocks = tuple(blocks)
        self._starts = np.cumsum([0, *(len(keys) for keys in self.blocks)])

    @classmethod
    def fit(cls, messages: Sequence[Features], least_count: int) -> Rows:
        """Know what stands in at least so many messages."""
        blocks = []
        for number in range(len(BLOCKS)):
            counts = Counter(int(key) for message in messages for key in message.blocks[number])
            blocks.append(np.array(sorted(key for key, n in counts.items() if n >= least_count), dtype=np.uint32))
        return cls(blocks)

    def __len__(self) -> int:
        return int(self._starts[-1]) + len(CUE_NAMES)

    def row(self, message: Features) -> Row:
        """One message; `known` is the share of its features that are known."""
        ids: list[npt.NDArray[np.intp]] = []
        values: list[npt.NDArray[np.floating[Any]]] = []
        blocks = zip(self.blocks, message.blocks, BLOCKS.values(), self._starts, strict=False)
        for keys, wanted, weight, start in blocks:
            places, _hit = found_among(keys, wanted)
            ids.append(places + start)
            values.append(np.full(len(places), weight / np.sqrt(max(1, len(places)))))
        known = sum(map(len, ids)) / max(1, sum(map(len, message.blocks)))
        cues = np.flatnonzero(message.cues)
        ids.append(cues + self._starts[-1])
        values.append(message.cues[cues] * CUE_WEIGHT)
        return Row(np.concatenate(ids).astype(np.int32), np.concatenate(values).astype(np.float32), known)

    def matrix(self, messages: Sequence[Features]) -> Any:
        """Many messages as a scipy CSR matrix."""
        from scipy.sparse import csr_matrix

        rows = [self.row(message) for message in messages]
        ends = np.cumsum([0, *(len(row.ids) for row in rows)])
        ids, values = np.concatenate([row.ids for row in rows]), np.concatenate([row.values for row in rows])
        return csr_matrix((values, ids, ends), shape=(len(rows), len(self)))
