"""Does a message belong to this service at all? A detector of its own, learned from what all sources say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contracts.errors import ContractError
from intent_router.classifier import SOURCES, Evidence
from intent_router.fusion import softmax

SIGNALS = (
    "log-odds of the fused label out of scope",
    "its log-probability in the bag",
    "its margin in the linear head",
    "largest margin of any other label",
    "similarity of the nearest message out of scope",
    "similarity of the nearest other message",
    "share of messages out of scope among the neighbours",
    "uncertainty among the other labels",
    "share of the text's features that are known",
    "length of the text (logarithm)",
)
_FOLDS = 5
_LINEAR, _BAG, _DENSE = (SOURCES.index(name) for name in ("linear", "bag", "dense"))


@dataclass(frozen=True)
class ScopeConfig:
    """`most_refused`: share of messages in scope that may be refused; within it as many others as can be are caught.

    The promise is six times that: strangers' messages are harder than the held-out ones, and who is refused wrongly
    loses more than who is answered about something else. `penalty` is scikit-learn's C.
    """

    most_refused: float = 0.005
    penalty: float = 0.3


@dataclass(frozen=True)
class ScopeDetector:
    """A logistic regression over SIGNALS.

    Attributes:
        column: which label is the one out of scope.
        centre, scale: standardise the signals.
        weights, bias: of the regression.
        threshold: from this probability on a message is out of scope.
    """

    column: int
    centre: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float
    threshold: float

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> ScopeDetector:
        """The detector that `dataclasses.asdict` and JSON have stored."""
        lists = {name: tuple(stored[name]) for name in ("centre", "scale", "weights")}
        return cls(column=stored["column"], bias=stored["bias"], threshold=stored["threshold"], **lists)

    def probability(self, evidence: Evidence, fused: NDArray[np.float64]) -> float:
        """That a message is out of scope; `fused` are its fused scores, one for each label."""
        signals = (scope_signals(evidence, fused, self.column) - np.array(self.centre)) / np.array(self.scale)
        return float(1 / (1 + np.exp(-(signals @ np.array(self.weights) + self.bias))))


def scope_signals(evidence: Evidence, fused: NDArray[np.float64], column: int) -> NDArray[np.float64]:
    """The values of SIGNALS for one message."""
    others = np.arange(len(fused)) != column
    inside = softmax(fused[others])
    top = fused[others].max()
    log_sum = top + np.log(np.exp(fused[others] - top).sum())
    table = evidence.table
    return np.array(
        [
            fused[column] - log_sum,
            table[_BAG, column],
            table[_LINEAR, column],
            table[_LINEAR, others].max(),
            table[_DENSE, column],
            table[_DENSE, others].max(),
            evidence.near.votes[column],
            -(inside * np.log(np.maximum(inside, 1e-12))).sum(),
            evidence.known,
            np.log1p(evidence.length),
        ]
    )


def learn_scope(
    signals: NDArray[np.float64], outside: Sequence[bool], column: int, config: ScopeConfig = ScopeConfig()
) -> ScopeDetector:
    """Fit the detector on held-out messages; its threshold is set on predictions for messages it did not see.

    Args:
        signals: shape (messages, SIGNALS).
        outside: which messages are out of scope.

    Raises:
        ContractError: fewer than ten messages on either side.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    truth = np.array(outside, dtype=bool)
    if min(truth.sum(), (~truth).sum()) < 2 * _FOLDS:
        raise ContractError("the scope detector needs messages on both sides")
    centre, scale = signals.mean(axis=0), np.maximum(signals.std(axis=0), 1e-9)
    standard = (signals - centre) / scale
    model = LogisticRegression(C=config.penalty, max_iter=1000)
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    unseen = cross_val_predict(model, standard, truth, cv=folds, method="predict_proba")[:, 1]
    model.fit(standard, truth)
    return ScopeDetector(
        column,
        tuple(map(float, centre)),
        tuple(map(float, scale)),
        tuple(map(float, model.coef_[0])),
        float(model.intercept_[0]),
        _threshold(unseen, truth, config),
    )


def _threshold(probabilities: NDArray[np.float64], outside: NDArray[np.bool_], config: ScopeConfig) -> float:
    """The lowest threshold at which no more messages in scope are refused than may be."""
    inside = np.sort(probabilities[~outside])[::-1]
    first_kept = inside[min(int(config.most_refused * len(inside)), len(inside) - 1)]
    # Halfway to the next message that must not be refused, or that is to be caught.
    above = probabilities[probabilities > first_kept]
    return float((first_kept + above.min()) / 2) if len(above) else float(np.nextafter(first_kept, 1.0))
