"""The router's decisions on a labelled split, with what is needed to explain them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.decision import Decision, RouteContext, Tier
from intent_router.classifier import Classifier
from intent_router.corpus import DATA_DIR, OUT_OF_SCOPE
from intent_router.manifest import Manifest
from intent_router.replay import replay
from intent_router.router import Router, Routing
from intent_router.thresholds import Thresholds
from intent_router.tuning import Tuning
from knowledge_base.facts import FileFacts
from knowledge_base.store import ARTICLES_DIR, FileArticleStore

PARTS = ("intents", "faq", "out_of_scope")
SPLITS = ("dev", "test")
_AMONG = 3

Tick = Callable[[], None]
"""Called after each message."""


@dataclass(frozen=True)
class Message:
    """A message of a split. `part` is one of PARTS."""

    text: str
    label: str
    part: str


@dataclass(frozen=True)
class Answer:
    """One decision. `ranked` are its first candidates, the label first; `kind` and `tier` as in `Decision`."""

    label: str
    ranked: tuple[str, ...]
    kind: str
    tier: str
    confidence: float


@dataclass(frozen=True)
class Row:
    """A message with the decision of tiers 0 and 1 (`alone`) and the one after the assistant was asked (`joined`).

    Where the assistant is not wanted the two are the same. `outside` is tier 1's probability that the message is out
    of scope, 0 or 1 where a guard decided. `milliseconds` is the time of tiers 0 and 1.
    """

    message: Message
    alone: Answer
    joined: Answer
    wants_assistant: bool
    outside: float
    milliseconds: float

    @property
    def guarded(self) -> bool:
        return self.alone.tier == Tier.GUARD.value


@dataclass(frozen=True)
class Trained:
    """A trained router with the parts that evaluation looks into."""

    router: Router
    classifier: Classifier
    thresholds: Thresholds
    scope_threshold: float | None
    manifest: Manifest
    folder: Path

    @classmethod
    def load(cls, models: Path) -> Trained:
        """Read `models/router`.

        Raises:
            NotReady: nothing is trained there.
            ContractError: it was trained by another release.
        """
        home = models / "router"
        manifest = Manifest.load(home)
        folder = home / manifest.folder
        tuning = Tuning.load(folder)
        store = FileArticleStore(ARTICLES_DIR, FileFacts.load(ARTICLES_DIR.parent / "facts.yml"))
        scope = None if tuning.scope is None else tuning.scope.threshold
        return cls(Router.load(home, store), Classifier.load(folder), tuning.thresholds, scope, manifest, folder)


def read_rows(split: str, name: str, data: Path = DATA_DIR) -> list[dict[str, Any]]:
    """The JSON lines of one file of a split."""
    lines = (data / split / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def read_messages(split: str, data: Path = DATA_DIR) -> list[Message]:
    """The messages of all PARTS of a split."""
    return [Message(row["text"], row["label"], part) for part in PARTS for row in read_rows(split, part, data)]


def judge(
    trained: Trained,
    messages: Sequence[Message],
    assistant: Mapping[str, Mapping[str, float]],
    tick: Tick = lambda: None,
) -> list[Row]:
    """Ask the router about every message, as the service does.

    Args:
        assistant: the assistant's probabilities by intent for each text. A text that is missing is decided as when
            the assistant is down.
    """
    rows = []
    for message in messages:
        started = time.perf_counter()
        routing = trained.router.route(message.text, RouteContext(), top=_AMONG)
        took = (time.perf_counter() - started) * 1000
        joined = _joined(trained.router, routing, assistant.get(message.text))
        outside = _outside(trained.classifier.labels, routing)
        wants = routing.wants_assistant
        rows.append(Row(message, _answer(routing.decision), _answer(joined), wants, outside, took))
        tick()
    return rows


def _joined(router: Router, routing: Routing, scores: Mapping[str, float] | None) -> Decision:
    if not routing.wants_assistant or scores is None:
        return routing.decision
    return router.join(routing, scores)


def _answer(decision: Decision) -> Answer:
    others = (candidate.label for candidate in decision.alternatives if candidate.label != decision.label)
    ranked = (decision.label, *others)
    return Answer(decision.label, ranked[:_AMONG], decision.kind.value, decision.tier.value, decision.confidence)


def _outside(labels: Sequence[str], routing: Routing) -> float:
    if routing.probabilities is None or OUT_OF_SCOPE not in labels:
        return float(routing.decision.label == OUT_OF_SCOPE)
    return float(routing.probabilities[labels.index(OUT_OF_SCOPE)])


@dataclass(frozen=True)
class Felt:
    """A message of the sentiment split, its feeling and the one that was read."""

    text: str
    right: str
    said: str


def judge_feelings(trained: Trained, split: str, tick: Tick = lambda: None) -> list[Felt]:
    """What the router reads out of the messages of the sentiment split."""
    found = []
    for row in read_rows(split, "sentiment"):
        found.append(Felt(row["text"], row["label"], trained.router.route(row["text"]).decision.sentiment.label))
        tick()
    return found


@dataclass(frozen=True)
class Talk:
    """A conversation: the customer turn at which it should go to a person, the one at which it went, and why."""

    id: str
    right: int | None
    found: int | None
    reason: str | None
    sentiments: tuple[str, ...]
    said: tuple[str, ...]


def said_in_talks(split: str) -> list[str]:
    """What customers say in the conversations of a split."""
    talks = read_rows(split, "conversations")
    return [turn["text"] for talk in talks for turn in talk["turns"] if turn["role"] == "customer"]


def judge_talks(
    trained: Trained,
    split: str,
    assistant: Mapping[str, Mapping[str, float]],
    tick: Tick = lambda: None,
) -> list[Talk]:
    """The conversations of a split through the real escalation policy."""
    found = []
    for row in read_rows(split, "conversations"):

        def route(text: str, context: RouteContext) -> Decision:
            return _joined(trained.router, trained.router.route(text, context), assistant.get(text))

        judged = replay([row], route)[0]
        said = tuple(turn["text"] for turn in row["turns"] if turn["role"] == "customer")
        at = judged["escalate_at"]
        found.append(Talk(row["id"], row["escalate_at"], at, judged["reason"], tuple(judged["sentiments"]), said))
        tick()
    return found
