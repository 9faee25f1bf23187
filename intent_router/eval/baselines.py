"""Other methods on the same messages: what anybody would try first, without anything of this project."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contracts.errors import ContractError
from intent_router.corpus import Example

Scores = NDArray[np.float64]
"""Messages × labels; only their order within a message counts."""

MOST_MACHINES = 500
"""Labels from which on one support vector machine for each of them would take a quarter of an hour."""
_GROUP = 128
"""Messages whose likeness to all training messages is held at once."""
_TIMED = 100
"""Messages that are asked one by one for the time of one."""


@dataclass(frozen=True)
class Baseline:
    """A trained method. `scores` takes many messages at once."""

    name: str
    labels: tuple[str, ...]
    scores: Callable[[Sequence[str]], Scores]
    train_seconds: float

    def rankings(self, texts: Sequence[str], among: int | None = None) -> list[tuple[str, ...]]:
        """The first `among` labels of each message (all of them when it is left out), the best first."""
        found: list[tuple[str, ...]] = []
        for start in range(0, len(texts), _GROUP):
            order = np.argsort(-self.scores(texts[start : start + _GROUP]), axis=1, kind="stable")
            found.extend(tuple(self.labels[i] for i in row[:among]) for row in order)
        return found

    def milliseconds(self, texts: Sequence[str]) -> float:
        """The mean time of one message, asked one by one."""
        asked = texts[:_TIMED]
        started = time.perf_counter()
        for text in asked:
            self.scores([text])
        return (time.perf_counter() - started) / max(1, len(asked)) * 1000


def support_vectors(train: Sequence[Example]) -> Baseline:
    """TF-IDF of one to three characters and a linear SVM, scikit-learn's defaults otherwise.

    Raises:
        ContractError: there are more than MOST_MACHINES labels, or fewer than two.
    """
    from sklearn.svm import LinearSVC

    started = time.perf_counter()
    names = sorted({example.label for example in train})
    if not 2 <= len(names) <= MOST_MACHINES:
        raise ContractError(f"a support vector machine for each of {len(names)} labels is not trained")
    vectoriser, matrix = _tf_idf(train, longest=3)
    machine = LinearSVC(random_state=0).fit(matrix, [example.label for example in train])

    def scores(texts: Sequence[str]) -> Scores:
        margins: Scores = machine.decision_function(vectoriser.transform(texts))
        return np.stack([-margins, margins], axis=1) if margins.ndim == 1 else margins

    return Baseline("TF-IDF + linear SVM", tuple(machine.classes_), scores, time.perf_counter() - started)


def nearest_neighbour(train: Sequence[Example]) -> Baseline:
    """TF-IDF of one and two characters; a label is as near as its nearest training message (cosine)."""
    started = time.perf_counter()
    names = sorted({example.label for example in train})
    numbers = {name: i for i, name in enumerate(names)}
    own = np.array([numbers[example.label] for example in train])
    vectoriser, matrix = _tf_idf(train, longest=2)
    order = np.argsort(own, kind="stable")
    columns = matrix[order].T.tocsr()
    starts = np.searchsorted(own[order], np.arange(len(names)))

    def scores(texts: Sequence[str]) -> Scores:
        likeness = (vectoriser.transform(texts) @ columns).toarray()
        return np.maximum.reduceat(likeness, starts, axis=1)  # type: ignore[no-any-return]

    return Baseline("TF-IDF nearest neighbour", tuple(names), scores, time.perf_counter() - started)


def _tf_idf(train: Sequence[Example], longest: int) -> tuple[Any, Any]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectoriser = TfidfVectorizer(analyzer="char", ngram_range=(1, longest), sublinear_tf=True)
    return vectoriser, vectoriser.fit_transform([example.text for example in train])
