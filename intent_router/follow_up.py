"""What the last turns say about the next: people go on about the same business ("那什么时候到")."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from intent_router.areas import area


@dataclass(frozen=True)
class FollowUp:
    """`odds`: how many times more likely a label of the area of the last turn is than the text alone says."""

    odds: float = 1.0

    def reweigh(
        self, probabilities: NDArray[np.float64], labels: Sequence[str], recent: Sequence[str]
    ) -> NDArray[np.float64]:
        """Probabilities in the light of the last turn that had an area; as they were when none had."""
        last = next((found for found in map(area, reversed(recent)) if found is not None), None)
        if last is None:
            return probabilities
        weighed = probabilities * np.array([self.odds if area(label) == last else 1.0 for label in labels])
        return weighed / weighed.sum()  # type: ignore[no-any-return]


def learn_follow_up(conversations: Iterable[Sequence[str]], label_of: Callable[[str], str | None]) -> FollowUp:
    """Count how much more often two customer turns in a row share an area than two turns at random do.

    Args:
        conversations: the customer's messages of each, in order.
        label_of: the label of a message, None when it is not clear from its words.
    """
    pairs: list[tuple[str, str]] = []
    for messages in conversations:
        areas = [found for label in map(label_of, messages) if label and (found := area(label))]
        pairs.extend(pairwise(areas))
    if not pairs:
        return FollowUp(1.0)
    frequency = Counter(found for pair in pairs for found in pair)
    total = sum(frequency.values())
    chance = sum((count / total) ** 2 for count in frequency.values())
    # One pair of each kind is added, so that a small set does not make certainties.
    same = (sum(one == two for one, two in pairs) + 1) / (len(pairs) + 2)
    odds = (same / (1 - same)) / (chance / (1 - chance)) if chance < 1 else 1.0
    return FollowUp(max(1.0, odds))


def customer_turns(path: Path) -> list[list[str]]:
    """The customers' messages of a file of conversations (`{"turns": [{"role", "text"}]}`); none when it is missing."""
    if not path.exists():
        return []
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [[turn["text"] for turn in line["turns"] if turn["role"] == "customer"] for line in lines]
