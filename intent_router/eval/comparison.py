"""Methods side by side on the same messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from intent_router.classifier import SOURCES, Classifier
from intent_router.corpus import DATA_DIR, OUT_OF_SCOPE, Example
from intent_router.eval.assistant import Heard, coarse, first
from intent_router.eval.baselines import Baseline, nearest_neighbour, support_vectors
from intent_router.eval.judging import Message, Row
from intent_router.eval.measures import accuracy, macro_f1

_AMONG = 3
_SOURCE_NAMES = {"linear": "linear head", "bag": "neural bag", "dense": "own encoder, nearest neighbour"}

Ranking = tuple[str, ...]


@dataclass(frozen=True)
class MethodScore:
    """How one method does, in shares.

    `coarse` is the share right where all questions are one label, as the assistant has it; a method that knows only
    those labels has None for `questions` and `among_three`. `caught` is of the messages out of scope, `refused` of
    all others. `train_seconds` is None where the method was not trained by itself.
    """

    name: str
    intents: float
    intents_f1: float
    questions: float | None
    among_three: float | None
    coarse: float
    caught: float
    refused: float
    train_seconds: float | None
    ms_a_message: float | None


def score(
    name: str,
    messages: Sequence[Message],
    rankings: Sequence[Ranking],
    train_seconds: float | None = None,
    ms_a_message: float | None = None,
    only_coarse: bool = False,
) -> MethodScore:
    """Judge the labels that a method ranks first for each message."""
    pairs = list(zip(messages, rankings, strict=True))
    parts = {part: [(m, r) for m, r in pairs if m.part == part] for part in ("intents", "faq", "out_of_scope")}
    right, said = [m.label for m, _ in parts["intents"]], [r[0] for _, r in parts["intents"]]
    inside = parts["intents"] + parts["faq"]
    questions = None if only_coarse else _share(m.label == r[0] for m, r in parts["faq"])
    among = None if only_coarse else _share(m.label in r[:_AMONG] for m, r in parts["faq"])
    return MethodScore(
        name=name,
        intents=accuracy(right, said),
        intents_f1=macro_f1(right, said),
        questions=questions,
        among_three=among,
        coarse=_share(coarse(m.label) == coarse(r[0]) for m, r in pairs),
        caught=_share(r[0] == OUT_OF_SCOPE for _, r in parts["out_of_scope"]),
        refused=_share(r[0] == OUT_OF_SCOPE for _, r in inside),
        train_seconds=train_seconds,
        ms_a_message=ms_a_message,
    )


def _share(flags: Iterable[bool]) -> float:
    found = list(flags)
    return float(np.mean(found)) if found else 0.0


def baselines(train: Sequence[Example]) -> list[Baseline]:
    """The other methods, trained on the router's own training messages."""
    return [support_vectors(train), nearest_neighbour(train)]


def feeling_baselines(data: Path = DATA_DIR) -> list[Baseline]:
    """The other methods, trained on the feelings' own training messages."""
    files = sorted((data / "sentiment" / "train").glob("*.txt"))
    lines = ((path.stem, line.strip()) for path in files for line in path.read_text(encoding="utf-8").splitlines())
    return baselines([Example(line, feeling) for feeling, line in lines if line])


def compare(
    rows: Sequence[Row],
    others: Sequence[Baseline],
    heard: Heard,
    classifier: Classifier,
    router_seconds: float | None,
) -> list[MethodScore]:
    """The router with and without the assistant, its sources one by one, plain Rasa and the other methods."""
    messages = [row.message for row in rows]
    texts = [message.text for message in messages]
    took = float(np.mean([row.milliseconds for row in rows]))
    # The assistant is asked about a part of the messages only.
    asked = float(np.mean([row.wants_assistant for row in rows]))
    found = [
        score(
            "Youban", messages, [row.joined.ranked for row in rows], router_seconds, took + asked * heard.ms_a_message
        ),
        score("Youban, assistant down", messages, [row.alone.ranked for row in rows], router_seconds, took),
    ]
    found += _sources(classifier, messages)
    rankings = [(first(heard.scores[text]),) for text in texts]
    found.append(
        score(
            "Rasa DIET (the assistant's NLU alone)",
            messages,
            rankings,
            heard.train_seconds,
            heard.ms_a_message,
            only_coarse=True,
        )
    )
    for other in others:
        ms = other.milliseconds(texts)
        found.append(score(other.name, messages, other.rankings(texts, _AMONG), other.train_seconds, ms))
    return found


def _sources(classifier: Classifier, messages: Sequence[Message]) -> list[MethodScore]:
    """What each source of tier 1 says alone, without fusion and scope detector."""
    tables = [classifier.evidence(message.text).table for message in messages]
    found = []
    for place, name in enumerate(SOURCES):
        orders = [np.argsort(-table[place], kind="stable")[:_AMONG] for table in tables]
        rankings = [tuple(classifier.labels[i] for i in order) for order in orders]
        found.append(score(f"– {_SOURCE_NAMES.get(name, name)} alone", messages, rankings))
    return found
