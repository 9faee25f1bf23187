"""The report's chapters about one split: tables and plots with a sentence that says what is to be seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from contracts.taxonomy.loader import SENTIMENT_ORDER
from intent_router.eval import plots, tables
from intent_router.eval.behaviour import rates
from intent_router.eval.document import Document, Figure, Table
from intent_router.eval.judging import Row, Trained
from intent_router.eval.measures import area, calibration_error, coverage, reliability, roc
from intent_router.eval.split import SplitResult

_ABOUT_METHODS = (
    "All methods are judged on the same messages and learn from the same training messages (the assistant from a part "
    "of them: at most 300 an intent and 1,500 questions, for Rasa's training time). `intents`, `questions` and "
    "`caught` (out of scope) are shares right, `refused` is the share of messages in scope that were called out of "
    "scope, `ms` the time of one message. The assistant knows one label for all questions: `50 labels` is the share "
    "right when every method is judged by its labels. The two scikit-learn methods are what anybody would try first: "
    "character TF-IDF (1–3) with a linear SVM, character TF-IDF (1–2) with the nearest training message, both with "
    "default settings; the router and the assistant's configuration were tuned on the development messages."
)


def add_split(document: Document, result: SplitResult, trained: Trained, mark: str = "", level: int = 2) -> None:
    """Append all chapters, headings of this level; `mark` goes before every heading."""
    split = Document(document.title)
    _add_chapters(split, result, trained, mark)
    document.sections += [replace(section, level=level) for section in split.sections]


def _add_chapters(document: Document, result: SplitResult, trained: Trained, mark: str) -> None:
    rows, name = result.rows, result.split
    document.add(
        f"{mark}Results in short",
        tables.summary(rows),
        f"With the assistant asked where the router wants it. Without it (assistant down): "
        f"{_share_right(rows, joined=False):.3f} of all messages right instead of {_share_right(rows):.3f}.",
    )
    document.add(f"{mark}Against other methods", _ABOUT_METHODS, tables.comparison(result.methods), _bars(result))
    document.add(
        f"{mark}Intents and questions, one by one",
        tables.per_label(rows, "intent:", "Intents, the worst first", folded=False),
        tables.per_label(rows, "faq:", "Questions, the worst first", folded=True),
    )
    document.add(f"{mark}Confusions", tables.largest_confusions(rows))
    _add_confidence(document, rows, trained, mark, name)
    _add_scope(document, rows, trained, mark, name)
    document.add(
        f"{mark}Feelings",
        tables.feelings(result.felt),
        tables.feelings_compared(result.felt, result.felt_by_others),
        Figure(
            f"{name}-feelings",
            plots.matrix(SENTIMENT_ORDER, tables.feeling_counts(result.felt)),
            "Feelings: rows are right, columns were read; shades are shares of the row.",
        ),
        tables.feeling_errors(result.felt),
    )
    document.add(
        f"{mark}Handing over to a person",
        "Whole conversations through the policy of `contracts/taxonomy/sentiment.yml`; turns are counted from 0.",
        tables.escalation(result.talks),
        tables.escalation_errors(result.talks),
    )
    _add_noise(document, result, mark)


def _add_confidence(document: Document, rows: list[Row], trained: Trained, mark: str, name: str) -> None:
    open_rows = [row for row in rows if not row.guarded]
    alone = [(row.alone.confidence, row.alone.label == row.message.label) for row in open_rows]
    joined = [(row.joined.confidence, row.joined.label == row.message.label) for row in open_rows]
    bins = [reliability(*zip(*pairs, strict=True)) for pairs in (alone, joined)]
    errors = [calibration_error(part) for part in bins]
    curves = [coverage(*zip(*pairs, strict=True)) for pairs in (alone, joined)]
    sure = [right for confidence, right in alone if confidence >= trained.thresholds.sure]
    share, precision = len(sure) / max(1, len(alone)), float(np.mean(sure)) if sure else 0.0
    document.add(
        f"{mark}Confidence and tiers",
        "A confidence of 0.9 should be right nine times in ten. Messages that a guard decided are left out.",
        Table(
            ("confidence of", "expected calibration error", "mean confidence", "share right"),
            tuple(
                (title, error, float(np.mean([c for c, _ in pairs])), float(np.mean([r for _, r in pairs])))
                for title, error, pairs in zip(("tier 1 alone", "joined"), errors, (alone, joined), strict=True)
            ),
        ),
        Figure(
            f"{name}-reliability",
            plots.reliability((("tier 1 alone", bins[0]), ("joined with the assistant", bins[1]))),
            "Reliability: on the dashed line confidence is what it says. Below: messages in each tenth.",
        ),
        f"From a confidence of {trained.thresholds.sure:.3f} on tier 1 decides without the assistant; from a chance of "
        f"{trained.thresholds.ask:.3f} on that another candidate is meant, the customer is asked.",
        tables.tiers(rows),
        Figure(
            f"{name}-coverage",
            plots.coverage(
                (("tier 1 alone", curves[0]), ("joined with the assistant", curves[1])),
                (share, precision, f"tier 1 decides alone: {share:.1%}, right {precision:.2%}"),
            ),
            "Coverage against accuracy: how right the surest part of the messages is, and the threshold in force.",
        ),
    )


def _add_scope(document: Document, rows: list[Row], trained: Trained, mark: str, name: str) -> None:
    outside = [row.message.part == "out_of_scope" for row in rows]
    curve = roc([row.outside for row in rows], outside)
    said = [row.joined.label == "intent:out_of_scope" for row in rows]
    caught = float(np.mean([s for s, o in zip(said, outside, strict=True) if o]))
    refused = float(np.mean([s for s, o in zip(said, outside, strict=True) if not o]))
    threshold = "none" if trained.scope_threshold is None else f"{trained.scope_threshold:.3f}"
    document.add(
        f"{mark}Out of scope",
        f"Caught {caught:.3f}, in scope and refused {refused:.3f}, area under the curve {area(curve):.4f}. "
        f"Threshold of the detector in force: {threshold}.",
        Figure(
            f"{name}-scope",
            plots.roc(curve, area(curve), (refused, caught, "in force, assistant asked")),
            "Out-of-scope messages caught against in-scope messages refused; the axes show the part that matters.",
        ),
    )


def _add_noise(document: Document, result: SplitResult, mark: str) -> None:
    methods = list(result.resistance[0].accuracies)
    document.add(
        f"{mark}Noise",
        "Each kind of noise is put on the same random sample of messages (those that it changes). The decision must "
        "be that on the clean message, right or wrong; sound-alike characters come from the project's own table of "
        "syllables, out of characters that customers use.",
        tables.behaviour(rates(result.noise_labels)),
        tables.failures(rates(result.noise_labels), "Every decision that noise changed"),
        "The same for feelings, where noise says nothing about them:",
        tables.behaviour(rates(result.noise_feelings)),
        "Share right under noise, beside the other methods:",
        Table(
            ("noise", "messages", *methods),
            tuple((line.kind, line.messages, *line.accuracies.values()) for line in result.resistance),
        ),
        Figure(
            f"{result.split}-noise",
            plots.bars(
                [line.kind for line in result.resistance],
                [(method, [line.accuracies[method] for line in result.resistance]) for method in methods],
                "share right",
            ),
            "Share right under each kind of noise.",
        ),
    )


def _bars(result: SplitResult) -> Figure:
    names = [method.name.removeprefix("– ") for method in result.methods]
    series = [
        ("intents", [method.intents for method in result.methods]),
        ("questions", [method.questions or 0.0 for method in result.methods]),
        ("out of scope caught", [method.caught for method in result.methods]),
    ]
    caption = "Share right by method; a method without a bar for questions does not tell them apart."
    return Figure(f"{result.split}-methods", plots.bars(names, series, "share right"), caption)


def _share_right(rows: list[Row], joined: bool = True) -> float:
    return float(np.mean([row.message.label == (row.joined if joined else row.alone).label for row in rows]))
