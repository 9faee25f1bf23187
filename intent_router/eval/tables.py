"""The report's tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from contracts.taxonomy.loader import SENTIMENT_ORDER
from intent_router.corpus import OUT_OF_SCOPE
from intent_router.eval.behaviour import Rate
from intent_router.eval.comparison import MethodScore
from intent_router.eval.document import Cell, Table
from intent_router.eval.judging import PARTS, Answer, Felt, Row, Talk
from intent_router.eval.measures import accuracy, confusions, interval, label_scores, macro_f1, precision_recall

_LARGEST = 25
"""Pairs of the table of confusions."""
_EXAMPLES = 2
_TITLES = {"intents": "intents", "faq": "questions (articles)", "out_of_scope": "out of scope"}
_GOALS = {"intents": "≥ 0.95", "faq": "≥ 0.93, three ≥ 0.98", "out_of_scope": "≥ 0.90"}

Chosen = Callable[[Row], Answer]
"""Which of a row's answers is judged."""


def joined(row: Row) -> Answer:
    return row.joined


def alone(row: Row) -> Answer:
    return row.alone


def summary(rows: Sequence[Row], chosen: Chosen = joined) -> Table:
    """Shares right by kind of message, with their 95 % intervals and the goals of the design."""
    lines: list[tuple[Cell, ...]] = []
    for part in PARTS:
        found = [(row.message.label, chosen(row)) for row in rows if row.message.part == part]
        hits = sum(label == answer.label for label, answer in found)
        low, high = interval(hits, len(found))
        three = sum(label in answer.ranked for label, answer in found) / max(1, len(found))
        asked = sum(answer.kind == "clarify" for _, answer in found) / max(1, len(found))
        share = hits / max(1, len(found))
        lines.append((_TITLES[part], len(found), share, f"{low:.3f} – {high:.3f}", _GOALS[part], three, asked))
    inside = [row for row in rows if row.message.part != "out_of_scope"]
    refused = sum(chosen(row).label == OUT_OF_SCOPE for row in inside)
    low, high = interval(refused, len(inside))
    lines.append(
        (
            "in scope, wrongly refused",
            len(inside),
            refused / max(1, len(inside)),
            f"{low:.3f} – {high:.3f}",
            "≤ 0.03",
            None,
            None,
        )
    )
    return Table(
        ("messages", "count", "right first", "95 % interval", "goal", "right among three", "asked back"), tuple(lines)
    )


def per_label(rows: Sequence[Row], kind: str, caption: str, folded: bool, chosen: Chosen = joined) -> Table:
    """Support, precision, recall and F1 of every label that begins with `kind`, the worst first.

    Precision counts all messages that were given the label, whatever part they are from.
    """
    scores = label_scores([row.message.label for row in rows], [chosen(row).label for row in rows])
    wanted = sorted((score for score in scores if score.label.startswith(kind)), key=lambda s: (s.f1, s.label))
    lines = tuple((s.label.partition(":")[2], s.support, s.precision, s.recall, s.f1) for s in wanted)
    return Table(("label", "support", "precision", "recall", "F1"), lines, caption, folded)


def largest_confusions(rows: Sequence[Row], chosen: Chosen = joined) -> Table:
    """The pairs of labels that are confused most, with example messages."""
    found = confusions(
        [row.message.label for row in rows], [chosen(row).label for row in rows], [row.message.text for row in rows]
    )
    lines = tuple(
        (right, said, times, " ／ ".join(_short(text) for text in examples[:_EXAMPLES]))
        for right, said, times, examples in found[:_LARGEST]
    )
    wrong = sum(times for _, _, times, _ in found)
    caption = f"{wrong} of {len(rows)} messages, {len(found)} pairs; the largest {len(lines)}"
    return Table(("right", "said", "times", "examples"), lines, caption)


def tiers(rows: Sequence[Row]) -> Table:
    """How many messages each tier decides, and how well."""
    guarded = [row for row in rows if row.guarded]
    asked = [row for row in rows if row.wants_assistant]
    sure = [row for row in rows if not row.guarded and not row.wants_assistant]
    lines: list[tuple[Cell, ...]] = []
    for name, part in (
        ("0 guard", guarded),
        ("1 retrieval, sure", sure),
        ("2 assistant asked", asked),
        ("all", list(rows)),
    ):
        before, after = (_right(part, choice) for choice in (alone, joined))
        back = sum(row.joined.kind == "clarify" for row in part) / max(1, len(part))
        lines.append((name, len(part), len(part) / max(1, len(rows)), before, after, back))
    head = ("tier", "messages", "share", "right, tiers 0–1", "right, with the assistant", "asked back")
    return Table(head, tuple(lines))


def _right(rows: Sequence[Row], chosen: Chosen) -> float | None:
    return sum(row.message.label == chosen(row).label for row in rows) / len(rows) if rows else None


def comparison(scores: Sequence[MethodScore]) -> Table:
    """All methods on the same messages."""
    lines = tuple(
        (
            s.name,
            s.intents,
            s.intents_f1,
            s.questions,
            s.among_three,
            s.caught,
            s.refused,
            s.coarse,
            s.train_seconds,
            s.ms_a_message,
        )
        for s in scores
    )
    head = (
        *("method", "intents", "macro-F1", "questions", "top 3", "caught", "refused"),
        *("50 labels", "training s", "ms"),
    )
    return Table(head, lines)


def feelings(felt: Sequence[Felt]) -> Table:
    """Support, precision, recall and F1 of the four feelings."""
    right, said = [one.right for one in felt], [one.said for one in felt]
    scores = {score.label: score for score in label_scores(right, said)}
    known = [scores[label] for label in SENTIMENT_ORDER if label in scores]
    lines: list[tuple[Cell, ...]] = [(s.label, s.support, s.precision, s.recall, s.f1) for s in known]
    lines.append(("macro", len(felt), None, None, macro_f1(right, said)))
    return Table(("feeling", "support", "precision", "recall", "F1"), tuple(lines))


def feelings_compared(felt: Sequence[Felt], others: Mapping[str, Sequence[str]]) -> Table:
    """Share right and macro-F1 of the router's reader and of the other methods on the same messages."""
    right = [one.right for one in felt]
    said = {"Youban": [one.said for one in felt], **others}
    lines = tuple((name, accuracy(right, labels), macro_f1(right, labels)) for name, labels in said.items())
    return Table(("method", "share right", "macro-F1"), lines)


def feeling_counts(felt: Sequence[Felt]) -> list[list[int]]:
    """Rows are right, columns were said, in the order of the taxonomy."""
    return [[sum(f.right == one and f.said == two for f in felt) for two in SENTIMENT_ORDER] for one in SENTIMENT_ORDER]


def feeling_errors(felt: Sequence[Felt]) -> Table:
    """Every message whose feeling was misread."""
    lines = tuple((one.right, one.said, _short(one.text, 80)) for one in felt if one.right != one.said)
    return Table(("right", "said", "message"), lines, "Misread feelings", folded=True)


def escalation(talks: Sequence[Talk]) -> Table:
    """Whether a conversation goes to a person at all, and whether at the right customer turn."""
    there = sum(talk.right is not None for talk in talks)
    named = sum(talk.found is not None for talk in talks)
    at_all = sum(talk.right is not None and talk.found is not None for talk in talks)
    in_time = sum(talk.right is not None and talk.right == talk.found for talk in talks)
    lines = tuple(
        (name, there, named, hits, *precision_recall(hits, named, there))
        for name, hits in (("handed over at all", at_all), ("handed over at the right turn", in_time))
    )
    return Table(("conversations", "should be", "were", "hits", "precision", "recall", "F1"), lines)


def escalation_errors(talks: Sequence[Talk]) -> Table:
    """Conversations that were handed over at another turn than they should be."""
    lines = tuple(
        (talk.id, talk.right, talk.found, talk.reason, " → ".join(talk.sentiments), _short(_decisive(talk), 60))
        for talk in talks
        if talk.right != talk.found
    )
    head = ("conversation", "right turn", "handed over at", "reason", "feelings", "said at the first of the two")
    return Table(head, lines)


def _decisive(talk: Talk) -> str:
    """What the customer said where the two first part."""
    places = [place for place in (talk.right, talk.found) if place is not None]
    return talk.said[min(places)] if places else ""


def behaviour(rates: Iterable[Rate]) -> Table:
    """Failure rates by capability with an example of a failure."""
    lines = tuple(
        (rate.capability, rate.tests, rate.failures, rate.share, _example(rate.examples[0]) if rate.examples else "")
        for rate in rates
    )
    return Table(("capability", "tests", "failures", "failure rate", "for example"), lines)


def failures(rates: Iterable[Rate], caption: str) -> Table:
    """Every test that failed."""
    lines = tuple((rate.capability, _short(text, 80), wrong) for rate in rates for text, wrong in rate.examples)
    return Table(("capability", "message", "what went wrong"), lines, caption, folded=True)


def _example(example: tuple[str, str]) -> str:
    text, wrong = example
    return f"{_short(text)} ({wrong})"


def _short(text: str, longest: int = 42) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= longest else flat[: longest - 1] + "…"
