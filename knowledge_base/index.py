"""Nearest vectors with FAISS. An index is built whole and never changed: to publish is to build a new one
and to swap the reference."""

from __future__ import annotations

import os
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from contracts.errors import ContractError, NotReady

# A second thread makes single queries slower, and the service has other work for it.
faiss.omp_set_num_threads(1)

EXACT_UP_TO = 50_000
"""Vectors that are compared one by one (about 1 ms at 128 dimensions); more are searched through a graph."""
_NEIGHBOURS_IN_GRAPH, _WIDTH_OF_SEARCH, _WIDTH_OF_BUILDING = 32, 64, 80


class VectorIndex:
    """Inner products of unit vectors; rows are numbered in the order in which they were given.

    Searching is safe from several threads at once.
    """

    def __init__(self, index: faiss.Index) -> None:
        self._index = index

    @classmethod
    def build(cls, vectors: NDArray[np.float32]) -> VectorIndex:
        """Index the rows of a matrix.

        Raises:
            ContractError: there are none.
        """
        if vectors.ndim != 2 or not len(vectors):
            raise ContractError("an index needs vectors")
        dimension = vectors.shape[1]
        index = faiss.IndexFlatIP(dimension) if len(vectors) <= EXACT_UP_TO else _graph(dimension)
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        return int(self._index.d)

    def search(self, vectors: NDArray[np.float32], count: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """The nearest rows of each vector: inner products and row numbers, best first, both (queries, count).

        `count` is lowered to the size of the index.
        """
        return self._index.search(np.ascontiguousarray(vectors, dtype=np.float32), min(count, len(self)))  # type: ignore[no-any-return]

    def save(self, path: Path) -> None:
        """Write to a temporary file beside it, then rename: a reader sees the old index or the new one."""
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        faiss.write_index(self._index, str(temporary))
        os.replace(temporary, path)

    @classmethod
    def load(cls, path: Path) -> VectorIndex:
        """Read an index.

        Raises:
            NotReady: there is none at this path.
            ContractError: the file is not an index.
        """
        if not path.exists():
            raise NotReady(f"the index {path.name} is not built yet")
        try:
            return cls(faiss.read_index(str(path)))
        except RuntimeError as error:
            raise ContractError(f"{path.name} is not a FAISS index") from error


def _graph(dimension: int) -> faiss.Index:
    graph = faiss.IndexHNSWFlat(dimension, _NEIGHBOURS_IN_GRAPH, faiss.METRIC_INNER_PRODUCT)
    graph.hnsw.efConstruction = _WIDTH_OF_BUILDING
    graph.hnsw.efSearch = _WIDTH_OF_SEARCH
    return graph
