"""Behavioural tests in the manner of CheckList: what noise must not change, what a word must change, what must work.

Invariance is measured on the messages of a split: the decision on the noisy message must be that on the clean one,
right or wrong. Direction and minimum functionality are judged on hand-written vectors in `nlu_data/behaviour`.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.errors import ContractError
from contracts.taxonomy.loader import SENTIMENT_ORDER
from intent_router.corpus import DATA_DIR
from intent_router.eval.judging import Message, Tick
from intent_router.eval.noise import FEELING_STAYS, Change

BEHAVIOUR_DIR = DATA_DIR / "behaviour"
_SEED = 20251122
_VECTOR = frozenset({"capability", "text", "label", "not", "feeling", "not_feeling"})
_PAIR = frozenset({"capability", "text", "changed", "label", "changed_label", "expect"})
EXPECTATIONS = ("other_label", "same_label", "calmer", "stronger")


@dataclass(frozen=True)
class Outcome:
    """One test of one capability. `failed` says what went wrong, None when nothing did."""

    capability: str
    text: str
    failed: str | None


@dataclass(frozen=True)
class Rate:
    """How often a capability failed. `examples` are texts with what went wrong."""

    capability: str
    tests: int
    failures: int
    examples: tuple[tuple[str, str], ...]

    @property
    def share(self) -> float:
        return self.failures / max(1, self.tests)


@dataclass(frozen=True)
class Opinion:
    """What is judged of a decision: its label and the feeling."""

    label: str
    feeling: str


Reader = Callable[[str], Opinion]


def rates(outcomes: Sequence[Outcome]) -> list[Rate]:
    """The failure rates of all capabilities, in the order of their first test."""
    by_capability: defaultdict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_capability[outcome.capability].append(outcome)
    found = []
    for capability, tests in by_capability.items():
        wrong = tuple((test.text, test.failed) for test in tests if test.failed is not None)
        found.append(Rate(capability, len(tests), len(wrong), wrong))
    return found


def sample(messages: Sequence[Message], count: int) -> list[Message]:
    """A random part of the messages, the same every time."""
    return random.Random(_SEED).sample(list(messages), min(count, len(messages)))


def noisy(messages: Sequence[Message], change: Change) -> list[tuple[Message, str]]:
    """The messages that a change has something to work on, each with its noisy text; the same every time."""
    chance = random.Random(_SEED)
    pairs = [(message, change(message.text, chance)) for message in messages]
    return [(message, text) for message, text in pairs if text != message.text]


def invariance(
    messages: Sequence[Message], kinds: Mapping[str, Change], read: Reader, tick: Tick = lambda: None
) -> tuple[list[Outcome], list[Outcome]]:
    """Whether label (first) and feeling (second, for FEELING_STAYS alone) survive each kind of noise."""
    labels: list[Outcome] = []
    feelings: list[Outcome] = []
    clean = {message.text: read(message.text) for message in messages}
    for name, change in kinds.items():
        for message, text in noisy(messages, change):
            before, after = clean[message.text], read(text)
            labels.append(Outcome(name, text, _differs(before.label, after.label)))
            if name in FEELING_STAYS:
                feelings.append(Outcome(name, text, _differs(before.feeling, after.feeling)))
        tick()
    return labels, feelings


def _differs(before: str, after: str) -> str | None:
    return None if before == after else f"{before} → {after}"


def minimum_functionality(read: Reader, folder: Path = BEHAVIOUR_DIR) -> list[Outcome]:
    """The vectors of `minimum.jsonl`: simple messages that must be understood.

    `label` (one or several that are right), `not` (labels that are wrong), `feeling` and `not_feeling` likewise.

    Raises:
        ContractError: a line is not a vector.
    """
    found = []
    for vector in _vectors(folder / "minimum.jsonl", _VECTOR):
        opinion = read(vector["text"])
        wrong = [
            *_unwanted(opinion.label, vector.get("label"), vector.get("not")),
            *_unwanted(opinion.feeling, vector.get("feeling"), vector.get("not_feeling")),
        ]
        found.append(Outcome(vector["capability"], vector["text"], "; ".join(wrong) or None))
    return found


def _unwanted(said: str, wanted: str | list[str] | None, unwanted: str | list[str] | None) -> Iterator[str]:
    if wanted is not None and said not in _listed(wanted):
        yield f"{said}, expected {' or '.join(_listed(wanted))}"
    if unwanted is not None and said in _listed(unwanted):
        yield f"{said} is wrong"


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def direction(read: Reader, folder: Path = BEHAVIOUR_DIR) -> list[Outcome]:
    """The pairs of `direction.jsonl`: a message, the same with one thing `changed`, and what that must do.

    `expect` is one of EXPECTATIONS; `label` and `changed_label` are right for either message where they are given.

    Raises:
        ContractError: a line is not a pair.
    """
    found = []
    for pair in _vectors(folder / "direction.jsonl", _PAIR):
        before, after = read(pair["text"]), read(pair["changed"])
        wrong = [
            *_unwanted(before.label, pair.get("label"), None),
            *_unwanted(after.label, pair.get("changed_label"), None),
        ]
        if not _went(pair["expect"], before, after):
            wrong.append(f"{_seen(pair['expect'], before)} → {_seen(pair['expect'], after)}, expected {pair['expect']}")
        text = f"{pair['text']} ⇒ {pair['changed']}"
        found.append(Outcome(pair["capability"], text, "; ".join(wrong) or None))
    return found


def _went(expected: str, before: Opinion, after: Opinion) -> bool:
    if expected in ("other_label", "same_label"):
        return (before.label == after.label) == (expected == "same_label")
    rise = SENTIMENT_ORDER.index(after.feeling) - SENTIMENT_ORDER.index(before.feeling)
    return rise > 0 if expected == "stronger" else rise < 0


def _seen(expected: str, opinion: Opinion) -> str:
    return opinion.label if expected.endswith("label") else opinion.feeling


def _vectors(path: Path, known: frozenset[str]) -> list[dict[str, Any]]:
    """The lines of a file of vectors.

    Raises:
        ContractError: a line has no capability or text, or a key or expectation that nobody knows.
    """
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        vector = json.loads(line)
        expected = vector.get("expect", EXPECTATIONS[0])
        if not {"capability", "text"} <= set(vector) <= known or expected not in EXPECTATIONS:
            raise ContractError(f"{path.name}:{number}: not a vector")
        found.append(vector)
    return found
