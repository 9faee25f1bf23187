"""FAISS at the size of a large knowledge base, on clustered synthetic vectors."""

from __future__ import annotations

import time
from dataclasses import dataclass

import faiss
import numpy as np

DIMENSIONS = 256
QUERIES = 1000
TOP = 5
LINKS, EF_SEARCH, EF_BUILD = 32, 64, 80


@dataclass
class IndexFigures:
    vectors: int
    build_seconds: float
    recall: float
    p50_ms: float
    p99_ms: float


def clustered(count: int, seed: int) -> np.ndarray:
    """`count` unit vectors around `count / 40` centres, as phrasings lie around their questions; float32."""
    chance = np.random.default_rng(seed)
    centres = chance.standard_normal((max(1, count // 40), DIMENSIONS), dtype=np.float32)
    vectors = centres[chance.integers(0, len(centres), count)]
    vectors += 0.6 * chance.standard_normal(vectors.shape, dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def measure(count: int) -> IndexFigures:
    """Build HNSW over `count` vectors; recall@5 against exact search and the time of single searches."""
    vectors = clustered(count, 7)
    chance = np.random.default_rng(8)
    queries = vectors[chance.integers(0, count, QUERIES)]
    queries = queries + 0.3 * chance.standard_normal(queries.shape, dtype=np.float32) / np.sqrt(DIMENSIONS)
    index = faiss.IndexHNSWFlat(DIMENSIONS, LINKS, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction, index.hnsw.efSearch = EF_BUILD, EF_SEARCH
    start = time.perf_counter()
    index.add(vectors)
    build = time.perf_counter() - start
    exact = faiss.IndexFlatIP(DIMENSIONS)
    exact.add(vectors)
    _, truth = exact.search(queries, TOP)
    faiss.omp_set_num_threads(1)
    seconds, hits = [], 0
    for number, query in enumerate(queries):
        start = time.perf_counter()
        _, found = index.search(query[None], TOP)
        seconds.append(time.perf_counter() - start)
        hits += len(set(found[0]) & set(truth[number]))
    ordered = np.sort(seconds) * 1000
    return IndexFigures(
        count, build, hits / (QUERIES * TOP), float(ordered[QUERIES // 2]), float(ordered[int(QUERIES * 0.99)])
    )
