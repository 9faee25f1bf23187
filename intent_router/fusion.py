"""One probability for each label out of what the sources say. A weighted sum of their scores, learned as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contracts.errors import ContractError

Table = NDArray[np.float64]
_RIDGE = 1e-3
"""Keeps the weights finite on small development sets."""


def softmax(scores: Table) -> Table:
    """Probabilities along the last axis."""
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Fusion:
    """A log-linear pool: probability ∝ exp(Σ weight · score of the source).

    Its weights are at once the trust in each source and the calibration of the result.
    """

    weights: tuple[float, ...]

    def scores(self, evidence: Table) -> Table:
        """Evidence of shape (sources, …, labels) to scores of shape (…, labels)."""
        return np.tensordot(np.array(self.weights), evidence, axes=1)  # type: ignore[no-any-return]

    def probabilities(self, evidence: Table) -> Table:
        """As `scores`, as probabilities over the labels."""
        return softmax(self.scores(evidence))


def learn_fusion(evidence: Table, labels: Sequence[int]) -> Fusion:
    """The weights under which held-out labels are most probable. No source counts against what it says.

    Args:
        evidence: shape (sources, messages, labels).
        labels: the right label of each message.

    Raises:
        ContractError: there are no messages.
    """
    from scipy.optimize import minimize

    if not len(labels):
        raise ContractError("a fusion needs messages that nothing was trained on")
    right = np.array(labels)
    everyone = np.arange(len(right))

    def loss(weights: Table) -> tuple[float, Table]:
        probabilities = softmax(np.tensordot(weights, evidence, axes=1))
        value = -np.log(np.maximum(probabilities[everyone, right], 1e-12)).mean() + _RIDGE * (weights**2).sum()
        expected = (evidence * probabilities).sum(axis=2)
        slope = (expected - evidence[:, everyone, right]).mean(axis=1) + 2 * _RIDGE * weights
        return float(value), slope

    start = np.full(len(evidence), 1.0 / len(evidence))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * len(evidence))
    return Fusion(tuple(float(weight) for weight in found.x))
