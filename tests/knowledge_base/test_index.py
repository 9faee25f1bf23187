"""The vector index: right neighbours, atomic file, clear errors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from contracts.errors import ContractError, NotReady
from knowledge_base import index as index_module
from knowledge_base.index import VectorIndex


def unit_vectors(count: int, dimension: int = 16, seed: int = 0) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_every_vector_finds_itself() -> None:
    vectors = unit_vectors(50)
    scores, rows = VectorIndex.build(vectors).search(vectors, 3)
    assert list(rows[:, 0]) == list(range(50))
    assert scores[:, 0] == pytest.approx(1.0, abs=1e-5)
    assert (np.diff(scores, axis=1) <= 0).all()


def test_count_is_lowered_to_the_size() -> None:
    vectors = unit_vectors(2)
    assert VectorIndex.build(vectors).search(vectors[:1], 10)[1].shape == (1, 2)


def test_saved_and_loaded(tmp_path: Path) -> None:
    vectors, path = unit_vectors(20), tmp_path / "index.faiss"
    VectorIndex.build(vectors[:10]).save(path)
    VectorIndex.build(vectors).save(path)
    loaded = VectorIndex.load(path)
    assert (len(loaded), loaded.dimension) == (20, 16)
    assert [p.name for p in tmp_path.iterdir()] == ["index.faiss"]


def test_what_cannot_be_an_index(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match=r"index\.faiss"):
        VectorIndex.load(tmp_path / "index.faiss")
    (tmp_path / "index.faiss").write_bytes(b"not an index")
    with pytest.raises(ContractError):
        VectorIndex.load(tmp_path / "index.faiss")
    with pytest.raises(ContractError):
        VectorIndex.build(np.zeros((0, 4), dtype=np.float32))


def test_many_vectors_are_searched_through_a_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_module, "EXACT_UP_TO", 100)
    vectors = unit_vectors(500)
    _scores, rows = VectorIndex.build(vectors).search(vectors, 1)
    assert (rows[:, 0] == np.arange(500)).mean() > 0.98
