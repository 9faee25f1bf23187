"""Everything that is judged on one split."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from intent_router.eval import behaviour
from intent_router.eval.assistant import Heard
from intent_router.eval.baselines import Baseline
from intent_router.eval.behaviour import Opinion, Outcome
from intent_router.eval.comparison import MethodScore, compare
from intent_router.eval.judging import Felt, Message, Row, Talk, Trained, judge, judge_feelings, judge_talks
from intent_router.eval.measures import accuracy
from intent_router.eval.noise import Change

NOISY = 200
"""Messages that each kind of noise is tried on."""


@dataclass(frozen=True)
class Resistance:
    """Accuracy under one kind of noise: of the router (tiers 0 and 1) and of each other method, by name."""

    kind: str
    messages: int
    accuracies: Mapping[str, float]


@dataclass(frozen=True)
class Others:
    """The other methods, for labels and for feelings."""

    labels: Sequence[Baseline]
    feelings: Sequence[Baseline]


@dataclass(frozen=True)
class SplitResult:
    """`felt_by_others` are the feelings that other methods read, by name, in the order of `felt`.

    `noise_labels` and `noise_feelings` are outcomes of invariance tests; `resistance` has one line a kind.
    """

    split: str
    rows: list[Row]
    felt: list[Felt]
    felt_by_others: Mapping[str, list[str]]
    talks: list[Talk]
    methods: list[MethodScore]
    noise_labels: list[Outcome]
    noise_feelings: list[Outcome]
    resistance: list[Resistance]


def judge_split(
    split: str,
    messages: Sequence[Message],
    trained: Trained,
    heard: Heard,
    others: Others,
    kinds: Mapping[str, Change],
    router_seconds: float | None,
    say: Callable[[str], None],
) -> SplitResult:
    """Judge the router and the other methods on a split; `say` is told what is being done."""
    say(f"{split}: {len(messages)} messages")
    rows = judge(trained, messages, heard.scores)
    say(f"{split}: feelings and conversations")
    felt = judge_feelings(trained, split)
    texts = [one.text for one in felt]
    felt_by_others = {other.name: [ranking[0] for ranking in other.rankings(texts, 1)] for other in others.feelings}
    talks = judge_talks(trained, split, heard.scores)
    say(f"{split}: other methods")
    methods = compare(rows, others.labels, heard, trained.classifier, router_seconds)
    say(f"{split}: noise")
    chosen = behaviour.sample(messages, NOISY)
    read = opinion_of(trained)
    labels, feelings = behaviour.invariance(chosen, kinds, read)
    resistance = _resistance(chosen, kinds, read, others.labels)
    return SplitResult(split, rows, felt, felt_by_others, talks, methods, labels, feelings, resistance)


def opinion_of(trained: Trained) -> behaviour.Reader:
    """The router as behavioural tests ask it: tiers 0 and 1, no context. What was asked once is remembered."""

    @cache
    def read(text: str) -> Opinion:
        decision = trained.router.route(text).decision
        return Opinion(decision.label, decision.sentiment.label)

    return read


def _resistance(
    messages: Sequence[Message], kinds: Mapping[str, Change], read: behaviour.Reader, others: Sequence[Baseline]
) -> list[Resistance]:
    found = [_accuracies("none", [(message, message.text) for message in messages], read, others)]
    return found + [
        _accuracies(name, behaviour.noisy(messages, change), read, others) for name, change in kinds.items()
    ]


def _accuracies(
    kind: str, pairs: Sequence[tuple[Message, str]], read: behaviour.Reader, others: Sequence[Baseline]
) -> Resistance:
    right, texts = [message.label for message, _ in pairs], [text for _, text in pairs]
    found = {"Youban": accuracy(right, [read(text).label for text in texts])}
    for other in others:
        found[other.name] = accuracy(right, [ranking[0] for ranking in other.rankings(texts, 1)])
    return Resistance(kind, len(pairs), found)
