"""What was learned on held-out messages: fused scores become probabilities, probabilities become decisions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from contracts.errors import NotReady
from intent_router.classifier import SOURCES, Classifier, Evidence
from intent_router.corpus import OUT_OF_SCOPE, Example
from intent_router.follow_up import FollowUp
from intent_router.fusion import learn_fusion, softmax
from intent_router.join import Join, learn_join
from intent_router.scope import ScopeConfig, ScopeDetector, learn_scope, scope_signals
from intent_router.thresholds import CHOICES, ThresholdConfig, Thresholds, learn_thresholds

_FILE = "tuning.json"


@dataclass(frozen=True)
class TuningConfig:
    scope: ScopeConfig = field(default_factory=ScopeConfig)
    thresholds: ThresholdConfig = field(default_factory=ThresholdConfig)


@dataclass(frozen=True)
class Tuning:
    """Everything beside the sources and their fusion. `scope` is None where no label means "not for us"."""

    scope: ScopeDetector | None
    thresholds: Thresholds
    follow_up: FollowUp = field(default_factory=FollowUp)
    join: Join = field(default_factory=Join)

    def probabilities(self, fused: NDArray[np.float64], evidence: Evidence) -> NDArray[np.float64]:
        """Fused scores to calibrated probabilities; the detector's word on what is out of scope stands."""
        if self.scope is None:
            return softmax(fused)
        outside = self.scope.probability(evidence, fused)
        inside = np.arange(len(fused)) != self.scope.column
        shares = np.empty_like(fused)
        shares[inside] = (1 - outside) * softmax(fused[inside])
        shares[~inside] = outside
        return shares

    def ranking(self, probabilities: NDArray[np.float64]) -> NDArray[np.int64]:
        """Labels from best to worst. Out of scope is best from its own threshold on, and never below it."""
        order = np.argsort(-probabilities, kind="stable")
        if self.scope is None:
            return order
        column = self.scope.column
        rest = order[order != column]
        if probabilities[column] >= self.scope.threshold:
            return np.concatenate([[column], rest])
        return np.concatenate([rest[:1], order[(order != rest[0])]])

    def save(self, folder: Path) -> None:
        (folder / _FILE).write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Tuning:
        """Raises NotReady when it was not saved there."""
        try:
            stored = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise NotReady(f"the router is not trained: {_FILE} is missing") from error
        scope = stored["scope"]
        return cls(
            None if scope is None else ScopeDetector.from_dict(scope),
            Thresholds(**stored["thresholds"]),
            FollowUp(**stored["follow_up"]),
            Join(**stored["join"]),
        )


@dataclass(frozen=True)
class Judged:
    """What the sources said about held-out messages whose labels are known."""

    texts: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    right: tuple[int, ...]


def judge(classifier: Classifier, examples: Sequence[Example]) -> Judged:
    """Ask the sources about held-out messages; those of unknown labels are left out."""
    numbers = {label: i for i, label in enumerate(classifier.labels)}
    known = [example for example in examples if example.label in numbers]
    return Judged(
        tuple(example.text for example in known),
        tuple(classifier.evidence(example.text) for example in known),
        tuple(numbers[example.label] for example in known),
    )


def tune(
    classifier: Classifier,
    judged: Judged,
    config: TuningConfig = TuningConfig(),
    follow_up: FollowUp = FollowUp(),
    assistant: Mapping[str, Mapping[str, float]] | None = None,
) -> tuple[Classifier, Tuning]:
    """Learn fusion, scope, thresholds and the join from held-out messages.

    Args:
        assistant: the assistant's probabilities by intent for some of the texts.
    """
    table = np.stack([evidence.table for evidence in judged.evidence], axis=1)
    tuned = classifier.with_fusion(learn_fusion(table, judged.right))
    fused = tuned.fusion.scores(table)
    scope = _learn_scope(tuned, judged, fused, config.scope)
    tuning = Tuning(scope, Thresholds(1.0, 1.0), follow_up)
    pairs = zip(fused, judged.evidence, strict=True)
    probabilities = np.stack([tuning.probabilities(scores, evidence) for scores, evidence in pairs])
    rankings = np.stack([tuning.ranking(row) for row in probabilities])
    places = np.argmax(rankings == np.array(judged.right)[:, None], axis=1)
    ranked = np.take_along_axis(probabilities, rankings[:, :CHOICES], axis=1)
    dense = table[SOURCES.index("dense")]
    nearest_right = dense.argmax(axis=1) == np.array(judged.right)
    thresholds = learn_thresholds(ranked, places, dense.max(axis=1), nearest_right, config.thresholds)
    confidence = np.take_along_axis(probabilities, rankings[:, :1], axis=1)[:, 0]
    join = _learn_join(tuned, judged, probabilities, confidence < thresholds.sure, assistant or {})
    return tuned, Tuning(scope, thresholds, follow_up, join)


def _learn_scope(
    classifier: Classifier, judged: Judged, fused: NDArray[np.float64], config: ScopeConfig
) -> ScopeDetector | None:
    if OUT_OF_SCOPE not in classifier.labels:
        return None
    column = classifier.labels.index(OUT_OF_SCOPE)
    pairs = zip(judged.evidence, fused, strict=True)
    signals = np.stack([scope_signals(evidence, scores, column) for evidence, scores in pairs])
    return learn_scope(signals, [right == column for right in judged.right], column, config)


def _learn_join(
    classifier: Classifier,
    judged: Judged,
    probabilities: NDArray[np.float64],
    unsure: NDArray[np.bool_],
    assistant: Mapping[str, Mapping[str, float]],
) -> Join:
    """From the messages on which the assistant would be asked, and no others."""
    rows = [i for i, text in enumerate(judged.texts) if unsure[i] and text in assistant]
    if not rows:
        return Join()
    said = [assistant[judged.texts[i]] for i in rows]
    return learn_join(probabilities[rows], classifier.labels, said, [judged.right[i] for i in rows])
