"""The project's methods on any labelled file: train on one, judge on another (`youban evaluate`)."""

from __future__ import annotations

import csv
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from contracts.errors import ContractError
from contracts.taxonomy.loader import SENTIMENT_ORDER
from intent_router.classifier import Classifier
from intent_router.corpus import Example
from intent_router.training import TrainingConfig, train_and_judge
from intent_router.tuning import tune

KINDS = ("intents", "faq", "sentiment")


@dataclass(frozen=True)
class Report:
    """How well a method does. `str()` of it is what the command prints.

    `hit_3` and `reciprocal_rank` are None for a method that names one label only.
    """

    kind: str
    train_messages: int
    test_messages: int
    labels: int
    accuracy: float
    macro_f1: float
    hit_3: float | None
    reciprocal_rank: float | None
    train_seconds: float
    ms_a_message: float

    def __str__(self) -> str:
        lines = [
            f"{self.kind}: trained on {self.train_messages} messages of {self.labels} labels, "
            f"judged on {self.test_messages}",
            f"  accuracy (hit@1)  {self.accuracy:.4f}",
            f"  macro-F1          {self.macro_f1:.4f}",
        ]
        if self.hit_3 is not None and self.reciprocal_rank is not None:
            lines += [f"  hit@3             {self.hit_3:.4f}", f"  MRR               {self.reciprocal_rank:.4f}"]
        lines += [
            f"  training          {self.train_seconds:.1f} s",
            f"  a message         {self.ms_a_message:.2f} ms",
        ]
        return "\n".join(lines)


def evaluate(kind: str, train_csv: Path, test_csv: Path) -> Report:
    """Train the method of `kind` on one file and judge it on another (CSV with the columns text,label).

    Raises:
        ContractError: a file has not these columns or no rows, or the kind is unknown.
    """
    if kind not in KINDS:
        raise ContractError(f"what to evaluate is one of {', '.join(KINDS)}")
    train, test = read_csv(train_csv), read_csv(test_csv)
    # The reader of feelings knows the four feelings of the taxonomy; other label sets go to the tier-1 method.
    if kind == "sentiment" and {example.label for example in train} == set(SENTIMENT_ORDER):
        return _sentiment(train, test)
    return classification(kind, train, test)


def read_csv(path: Path) -> list[Example]:
    """The rows of a CSV file with a header; a column `topic` stands for `label`.

    Raises:
        ContractError: a column is missing or there are no rows.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        columns = reader.fieldnames or ()
        label = "label" if "label" in columns else "topic"
        if "text" not in columns or label not in columns:
            raise ContractError(f"{path.name}: the columns text and label are expected")
        rows = [Example(row["text"], row[label]) for row in reader]
    if not rows:
        raise ContractError(f"{path.name}: there are no rows")
    return rows


def classification(
    kind: str, train: Sequence[Example], test: Sequence[Example], config: TrainingConfig = TrainingConfig()
) -> Report:
    """Tier 1 on these messages; its fusion is learned on a held-out fifth of the training messages."""
    started = time.perf_counter()
    classifier, judged = train_and_judge(train, (), config, lambda stage: None)
    classifier, _tuning = tune(classifier, judged, config.tuning)
    trained = time.perf_counter() - started
    started = time.perf_counter()
    places = [_place(classifier, example) for example in test]
    seconds = time.perf_counter() - started
    guesses = [guess for guess, _place_of_right in places]
    ranks = np.array([place for _guess, place in places], dtype=float)
    right = [example.label for example in test]
    return Report(
        kind=kind,
        train_messages=len(train),
        test_messages=len(test),
        labels=len(classifier.labels),
        accuracy=float((ranks == 0).mean()),
        macro_f1=macro_f1(right, guesses),
        hit_3=float((ranks < 3).mean()),
        reciprocal_rank=float((1 / (ranks + 1)).mean()),
        train_seconds=trained,
        ms_a_message=seconds / len(test) * 1000,
    )


def _place(classifier: Classifier, example: Example) -> tuple[str, float]:
    """The best label, and the place of the right one from 0 on (infinite when it was never trained)."""
    order = np.argsort(-classifier.probabilities(example.text), kind="stable")
    names = [classifier.labels[i] for i in order]
    return names[0], names.index(example.label) if example.label in names else float("inf")


def _sentiment(train: Sequence[Example], test: Sequence[Example]) -> Report:
    """The reader of feelings on these messages, which carry the labels of the taxonomy."""
    from intent_router.sentiment import SentimentModel, train_sentiment

    with tempfile.TemporaryDirectory() as temporary:
        data, out = Path(temporary) / "data", Path(temporary) / "model"
        folder = data / "sentiment" / "train"
        folder.mkdir(parents=True)
        out.mkdir()
        by_label: dict[str, list[str]] = defaultdict(list)
        for example in train:
            by_label[example.label].append(" ".join(example.text.split()))
        for label, texts in by_label.items():
            (folder / f"{label}.txt").write_text("\n".join(texts) + "\n", encoding="utf-8")
        started = time.perf_counter()
        train_sentiment(data, out)
        trained = time.perf_counter() - started
        model = SentimentModel.load(out)
        started = time.perf_counter()
        guesses = [model.read(example.text).label for example in test]
        seconds = time.perf_counter() - started
    right = [example.label for example in test]
    return Report(
        kind="sentiment",
        train_messages=len(train),
        test_messages=len(test),
        labels=len(by_label),
        accuracy=float(np.mean([one == two for one, two in zip(right, guesses, strict=True)])),
        macro_f1=macro_f1(right, guesses),
        hit_3=None,
        reciprocal_rank=None,
        train_seconds=trained,
        ms_a_message=seconds / len(test) * 1000,
    )


def macro_f1(right: Sequence[str], guessed: Sequence[str]) -> float:
    """The mean of the labels' F1 scores, over the labels that occur in `right`."""
    scores = []
    for label in sorted(set(right)):
        hits = sum(one == two == label for one, two in zip(right, guessed, strict=True))
        named, there = list(guessed).count(label), list(right).count(label)
        scores.append(2 * hits / (named + there))
    return float(np.mean(scores))
