"""When tier 1 is sure, and when a question is cheaper than a guess; both learned on development messages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CHOICES = 3
"""Candidates that a clarifying question offers."""


@dataclass(frozen=True)
class ThresholdConfig:
    """What a mistake is worth. These are aims of the service, the thresholds follow from them and the data.

    `sure_precision`: share of right labels that tier 1 must reach to decide without asking the assistant.
    `question_cost`: what a clarifying question costs the customer, in wrong answers.
    `near_precision`: share of right labels that the nearest known message must reach to decide by itself.
    """

    sure_precision: float = 0.99
    question_cost: float = 0.35
    near_precision: float = 0.97


@dataclass(frozen=True)
class Thresholds:
    """`sure`: from this confidence on tier 1 decides alone.

    `ask`: from this chance on that one of the other candidates is meant, the customer is asked.
    `near`: from this similarity on the nearest message alone says what is meant, with probability `near_precision`.
    """

    sure: float
    ask: float
    near: float = 1.0
    near_precision: float = 1.0


def learn_thresholds(
    ranked: NDArray[np.float64],
    place: NDArray[np.int64],
    nearest: NDArray[np.float64],
    nearest_right: NDArray[np.bool_],
    config: ThresholdConfig = ThresholdConfig(),
) -> Thresholds:
    """Learn all of them from held-out messages.

    Args:
        ranked: shape (messages, CHOICES), the largest probabilities of each message, descending.
        place: where the right label stands in the ranking of each message, 0 for the first.
        nearest: similarity of the nearest known message of each.
        nearest_right: whether that message has the right label.
    """
    return Thresholds(
        sure=_lowest_with(ranked[:, 0], place == 0, config.sure_precision),
        ask=_ask(ranked, place, config.question_cost),
        near=_lowest_with(nearest, nearest_right, config.near_precision),
        near_precision=config.near_precision,
    )


def _lowest_with(confidence: NDArray[np.float64], right: NDArray[np.bool_], precision: float) -> float:
    """The lowest confidence from which on everything surer is right often enough; 1 when there is none."""
    order = np.argsort(-confidence)
    reached = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    # Messages of equal confidence stand or fall together: only the last of them counts.
    last = np.append(np.diff(confidence[order]) != 0, True)
    good = np.flatnonzero((reached >= precision) & last)
    return float(confidence[order[good[-1]]]) if len(good) else 1.0


def _ask(ranked: NDArray[np.float64], place: NDArray[np.int64], cost: float) -> float:
    """The threshold on the chance of the second and third candidate under which asking costs least in all."""
    gain = ranked[:, 1:].sum(axis=1)
    wrong = (place > 0).astype(float)
    asked = cost + (place >= CHOICES)
    candidates = np.concatenate([np.unique(gain), [1.0]])
    costs = [float(np.where(gain >= at, asked, wrong).sum()) for at in candidates]
    best = min(costs)
    # Of several equally cheap thresholds the highest: it asks least.
    return float(max(at for at, value in zip(candidates, costs, strict=True) if value <= best))
