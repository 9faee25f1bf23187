"""Measures of classification and calibration. Pure functions over sequences of equal length."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 10
"""Of equal width, over confidences from 0 to 1."""
_NORMAL = 1.96
"""Standard deviations that hold 95 % of a normal distribution."""

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class LabelScore:
    """How one label fares. `support` messages carry it, `named` were given it."""

    label: str
    support: int
    named: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class Bin:
    """Messages whose confidence lies between `low` and `high`: how sure one was, and how often that was right."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


@dataclass(frozen=True)
class Curve:
    """Points to draw; both have the same length."""

    x: Numbers
    y: Numbers


def label_scores(right: Sequence[str], said: Sequence[str]) -> list[LabelScore]:
    """Scores of every label that occurs in `right`, in alphabetical order. What cannot be divided is 0."""
    hits = Counter(one for one, two in zip(right, said, strict=True) if one == two)
    support, named = Counter(right), Counter(said)
    return [
        LabelScore(
            label,
            support[label],
            named[label],
            hits[label] / named[label] if named[label] else 0.0,
            hits[label] / support[label],
            2 * hits[label] / (named[label] + support[label]),
        )
        for label in sorted(support)
    ]


def accuracy(right: Sequence[str], said: Sequence[str]) -> float:
    """The share of messages whose label was found; 0 for none."""
    return sum(one == two for one, two in zip(right, said, strict=True)) / max(1, len(right))


def macro_f1(right: Sequence[str], said: Sequence[str]) -> float:
    """The mean of the labels' F1 scores, over the labels that occur in `right`."""
    return float(np.mean([score.f1 for score in label_scores(right, said)]))


def confusions(
    right: Sequence[str], said: Sequence[str], texts: Sequence[str]
) -> list[tuple[str, str, int, tuple[str, ...]]]:
    """Pairs of right and given label that differ, the largest first, with the messages that were confused."""
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for one, two, text in zip(right, said, texts, strict=True):
        if one != two:
            found[one, two].append(text)
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return [(one, two, len(examples), tuple(examples)) for (one, two), examples in ordered]


def interval(successes: int, messages: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share; the whole range when there are no messages."""
    if not messages:
        return 0.0, 1.0
    share, square = successes / messages, _NORMAL**2
    centre = (share + square / (2 * messages)) / (1 + square / messages)
    half = _NORMAL / (1 + square / messages) * np.sqrt(share * (1 - share) / messages + square / (4 * messages**2))
    return float(max(0.0, centre - half)), float(min(1.0, centre + half))


def reliability(confidence: Iterable[float], right: Iterable[bool]) -> list[Bin]:
    """The bins that have messages, from the least sure to the surest."""
    sure, good = np.array(list(confidence), dtype=float), np.array(list(right), dtype=bool)
    places = np.minimum((sure * BINS).astype(int), BINS - 1)
    return [
        Bin(
            place / BINS,
            (place + 1) / BINS,
            int((places == place).sum()),
            float(sure[places == place].mean()),
            float(good[places == place].mean()),
        )
        for place in range(BINS)
        if (places == place).any()
    ]


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error: the mean distance between confidence and accuracy of the bins, by their messages."""
    total = sum(one.count for one in bins)
    return sum(abs(one.confidence - one.accuracy) * one.count for one in bins) / max(1, total)


def coverage(confidence: Iterable[float], right: Iterable[bool]) -> Curve:
    """x: the share of messages that are answered, surest first; y: the share of those that are right."""
    sure, good = np.array(list(confidence), dtype=float), np.array(list(right), dtype=bool)
    order = np.argsort(-sure, kind="stable")
    answered = np.arange(1, len(sure) + 1)
    return Curve(answered / max(1, len(sure)), np.cumsum(good[order]) / answered)


def roc(score: Iterable[float], positive: Iterable[bool]) -> Curve:
    """x: share of negatives that are taken for positive, y: share of positives found, over all thresholds."""
    scores, truth = np.array(list(score), dtype=float), np.array(list(positive), dtype=bool)
    order = np.argsort(-scores, kind="stable")
    # Messages of equal score stand or fall together: only the last of them is a point.
    last = np.append(np.diff(scores[order]) != 0, True)
    found = np.cumsum(truth[order])[last] / max(1, int(truth.sum()))
    taken = np.cumsum(~truth[order])[last] / max(1, int((~truth).sum()))
    return Curve(np.concatenate([[0.0], taken]), np.concatenate([[0.0], found]))


def area(curve: Curve) -> float:
    """The area under a curve by trapezoids."""
    return float(np.trapezoid(curve.y, curve.x))


def percentile(values: Iterable[float], share: float) -> float:
    """The value under which this share of all values lies (linear interpolation); 0 for none."""
    found = np.array(list(values), dtype=float)
    return float(np.percentile(found, share * 100)) if len(found) else 0.0


def precision_recall(hits: int, named: int, there: int) -> tuple[float, float, float]:
    """Precision, recall and F1 out of counts; what cannot be divided is 0."""
    return hits / max(1, named), hits / max(1, there), 2 * hits / max(1, named + there)
