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
from intent_router.eval.baselines import MOST_MACHINES, nearest_neighbour, support_vectors
from intent_router.eval.document import Document, Table, markdown
from intent_router.eval.html import html
from intent_router.eval.measures import confusions, label_scores, macro_f1
from intent_router.training import TrainingConfig, train_and_judge
from intent_router.tuning import tune

KINDS = ("intents", "faq", "sentiment")
OWN = "Youban"
"""The name of the project's own methods beside the others."""


@dataclass(frozen=True)
class Report:
    """How well a method does. `str()` of it is what the command prints.

    `hit_3` and `reciprocal_rank` are None for a method that names one label only; `said` are its labels, one for each
    test message.
    """

    kind: str
    method: str
    train_messages: int
    test_messages: int
    labels: int
    accuracy: float
    macro_f1: float
    hit_3: float | None
    reciprocal_rank: float | None
    train_seconds: float
    ms_a_message: float
    said: tuple[str, ...]

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


def evaluate(kind: str, train_csv: Path, test_csv: Path, report_file: Path | None = None) -> Report:
    """Train the method of `kind` on one file and judge it on another (CSV with the columns text,label).

    Args:
        report_file: where the figures of each label, the confusions and other methods on the same files are written,
            as HTML or Markdown by its name.

    Raises:
        ContractError: a file has not these columns or no rows, or the kind is unknown.
    """
    if kind not in KINDS:
        raise ContractError(f"what to evaluate is one of {', '.join(KINDS)}")
    train, test = read_csv(train_csv), read_csv(test_csv)
    # The reader of feelings knows the four feelings of the taxonomy; other label sets go to the tier-1 method.
    feelings = kind == "sentiment" and {example.label for example in train} == set(SENTIMENT_ORDER)
    own = _sentiment(train, test) if feelings else classification(kind, train, test)
    if report_file is not None:
        document = described([own, *others(kind, train, test)], test)
        as_page = report_file.suffix.lower() in (".html", ".htm")
        report_file.parent.mkdir(parents=True, exist_ok=True)
        report_file.write_text(html(document) if as_page else markdown(document, Path()), encoding="utf-8")
    return own


def described(reports: Sequence[Report], test: Sequence[Example]) -> Document:
    """The report of one evaluation; the first of `reports` is looked at in detail."""
    own = reports[0]
    document = Document(f"{own.kind}: {own.train_messages} training messages, {own.labels} labels")
    lines = tuple(
        (r.method, r.accuracy, r.macro_f1, r.hit_3, r.reciprocal_rank, r.train_seconds, r.ms_a_message) for r in reports
    )
    head = ("method", "accuracy (hit@1)", "macro-F1", "hit@3", "MRR", "training s", "ms a message")
    right = [example.label for example in test]
    scores = sorted(label_scores(right, own.said), key=lambda score: (score.f1, score.label))
    found = confusions(right, own.said, [example.text for example in test])
    document.add(f"Judged on {own.test_messages} messages", Table(head, lines))
    document.add(
        "Labels, the worst first",
        Table(
            ("label", "support", "precision", "recall", "F1"),
            tuple((s.label, s.support, s.precision, s.recall, s.f1) for s in scores),
        ),
    )
    document.add(
        "Confusions",
        Table(
            ("right", "said", "times", "examples"),
            tuple((one, two, times, " ／ ".join(texts[:3])) for one, two, times, texts in found),
            f"{sum(times for _, _, times, _ in found)} of {own.test_messages} messages",
        ),
    )
    return document


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
    rankings = [_ranking(classifier, example.text) for example in test]
    seconds = time.perf_counter() - started
    return _report(kind, OWN, train, test, rankings, trained, seconds / len(test) * 1000)


def _ranking(classifier: Classifier, text: str) -> tuple[str, ...]:
    """All labels, the best first."""
    order = np.argsort(-classifier.probabilities(text), kind="stable")
    return tuple(classifier.labels[i] for i in order)


def others(kind: str, train: Sequence[Example], test: Sequence[Example]) -> list[Report]:
    """What anybody would try first on the same messages; the SVM is left out where there are too many labels."""
    texts = [example.text for example in test]
    methods = [nearest_neighbour(train)]
    if len({example.label for example in train}) <= MOST_MACHINES:
        methods.append(support_vectors(train))
    return [
        _report(kind, m.name, train, test, m.rankings(texts), m.train_seconds, m.milliseconds(texts)) for m in methods
    ]


def _report(
    kind: str,
    method: str,
    train: Sequence[Example],
    test: Sequence[Example],
    rankings: Sequence[tuple[str, ...]],
    train_seconds: float,
    ms_a_message: float,
) -> Report:
    """The figures of a method out of its rankings; one that names one label only has no hit@3 and no MRR."""
    right, said = [example.label for example in test], tuple(ranking[0] for ranking in rankings)
    places = [_place(label, ranking) for label, ranking in zip(right, rankings, strict=True)]
    ranks = np.array(places, dtype=float)
    several = all(len(ranking) > 1 for ranking in rankings)
    return Report(
        kind=kind,
        method=method,
        train_messages=len(train),
        test_messages=len(test),
        labels=len({example.label for example in train}),
        accuracy=float((ranks == 0).mean()),
        macro_f1=macro_f1(right, said),
        hit_3=float((ranks < 3).mean()) if several else None,
        reciprocal_rank=float((1 / (ranks + 1)).mean()) if several else None,
        train_seconds=train_seconds,
        ms_a_message=ms_a_message,
        said=said,
    )


def _place(label: str, ranking: Sequence[str]) -> float:
    """The place of the right label from 0 on, infinite when it was never trained."""
    return ranking.index(label) if label in ranking else float("inf")


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
    return _report("sentiment", OWN, train, test, [(guess,) for guess in guesses], trained, seconds / len(test) * 1000)
