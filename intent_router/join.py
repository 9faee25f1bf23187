"""Tier 2: the assistant's own NLU joins the fusion where tier 1 is unsure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from intent_router.fusion import learn_fusion, softmax

FAQ_INTENT = "faq"
"""The assistant's one intent for all questions that an article answers."""
_FLOOR = 1e-4
"""Probability of what the assistant does not name: it lists its first guesses only."""


Probabilities = NDArray[np.float64]


@dataclass(frozen=True)
class Join:
    """A log-linear pool of tier 1 and the assistant: probability ∝ own^`own` · assistant^`assistant`.

    With `assistant` 0, what it is until scores of the assistant have been learned from, tier 1 decides alone.
    """

    own: float = 1.0
    assistant: float = 0.0

    @property
    def learned(self) -> bool:
        return self.assistant > 0

    def pool(self, own: Probabilities, labels: Sequence[str], scores: Mapping[str, float]) -> Probabilities:
        """The joint probabilities of the labels."""
        if not self.learned or not scores:
            return own
        return softmax(self.own * _log(own) + self.assistant * assistant_column(own, labels, scores))


def assistant_column(own: Probabilities, labels: Sequence[str], scores: Mapping[str, float]) -> Probabilities:
    """The assistant's log-probability of each label; its share for questions is divided among them as tier 1 does."""
    questions = np.array([label.startswith("faq:") for label in labels])
    among = np.where(questions, own, 0.0)
    among = among / max(float(among.sum()), 1e-12)
    named = np.array([scores.get(label.split(":", 1)[1], 0.0) for label in labels])
    shared = scores.get(FAQ_INTENT, 0.0) * among
    return _log(np.where(questions, shared, named))


def learn_join(
    own: NDArray[np.float64], labels: Sequence[str], scores: Sequence[Mapping[str, float]], right: Sequence[int]
) -> Join:
    """The weights under which the right labels of held-out messages are most probable.

    Args:
        own: tier 1's probabilities, shape (messages, labels).
        scores: the assistant's probabilities by intent, one mapping for each message.
        right: the right label of each message.
    """
    theirs = np.stack([assistant_column(row, labels, said) for row, said in zip(own, scores, strict=True)])
    both = np.stack([_log(own), theirs])
    together, alone = learn_fusion(both, right), learn_fusion(both[:1], right)
    # Schwarz's criterion: a second weight must make the messages more probable than it would by chance.
    gain = _log_likelihood(together.probabilities(both), right) - _log_likelihood(alone.probabilities(both[:1]), right)
    return Join(*together.weights) if gain > np.log(len(right)) / 2 else Join()


def read_assistant_scores(path: Path) -> dict[str, dict[str, float]]:
    """The assistant's probabilities by intent for each text of a JSON-lines file; empty when it is missing."""
    if not path.exists():
        return {}
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return {row["text"]: row["scores"] for row in rows}


def _log_likelihood(probabilities: NDArray[np.float64], right: Sequence[int]) -> float:
    return float(_log(probabilities[np.arange(len(right)), list(right)]).sum())


def _log(probabilities: Probabilities) -> Probabilities:
    return np.log(np.maximum(probabilities, _FLOOR))  # type: ignore[no-any-return]
