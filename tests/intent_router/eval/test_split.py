"""A small router judged as `make eval` judges the trained one, and the report that comes of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from contracts.decision import SentimentReading
from intent_router import Router
from intent_router.corpus import OUT_OF_SCOPE, Example, training_examples
from intent_router.eval import tables
from intent_router.eval.assistant import Heard
from intent_router.eval.baselines import nearest_neighbour
from intent_router.eval.costs import add_costs
from intent_router.eval.document import Document, markdown
from intent_router.eval.html import html
from intent_router.eval.judging import Felt, Message, Row, Talk, Trained, judge
from intent_router.eval.noise import SoundAlikes, changes
from intent_router.eval.resources import Cold
from intent_router.eval.sections import add_split
from intent_router.eval.split import Others, SplitResult, judge_split
from intent_router.fresh import text_key
from intent_router.manifest import Manifest
from knowledge_base.store import FileArticleStore
from tests.intent_router.conftest import Small

LABELS = ("coupon_not_received", "refund_progress", "greet", "out_of_scope", "faq")


class Irritable:
    """Reads an exclamation mark as anger; feelings have tests of their own."""

    def read(self, text: str) -> SentimentReading:
        return SentimentReading("angry" if "！" in text else "calm", 0.9)

    def read_without_blame(self, text: str) -> SentimentReading:
        return self.read(text)


@pytest.fixture(scope="module")
def trained(small: Small) -> Trained:
    known = {text_key(example.text) for example in training_examples()}
    store = FileArticleStore(today=lambda: date(2026, 11, 1))
    manifest = Manifest("h", "f", "static", "held out", None, {"labels": 11}, {"tuning": 3.0, "feelings": 4.0}, {})
    scope = small.tuning.scope
    return Trained(
        Router(small.classifier, small.tuning, Irritable(), store, known),
        small.classifier,
        small.tuning.thresholds,
        None if scope is None else scope.threshold,
        manifest,
        Path("unused"),
    )


@pytest.fixture(scope="module")
def messages(small: Small) -> list[Message]:
    """What the small router has not seen, by the parts of a split."""

    def part(label: str) -> str:
        return "out_of_scope" if label == OUT_OF_SCOPE else "faq" if label.startswith("faq:") else "intents"

    return [Message(example.text, example.label, part(example.label)) for example in small.development]


@pytest.fixture(scope="module")
def heard(messages: list[Message]) -> Heard:
    """An assistant that always thinks of coupons."""
    scores = {label: 0.8 if label == "coupon_not_received" else 0.05 for label in LABELS}
    return Heard({message.text: scores for message in messages}, 900, 12.0, 5.0)


@pytest.fixture(scope="module")
def result(trained: Trained, messages: list[Message], heard: Heard, small: Small) -> SplitResult:
    feelings = [Example("怎么开发票", "calm"), Example("一群骗子", "angry")]
    others = Others([nearest_neighbour(small.train)], [nearest_neighbour(feelings)])
    kinds = changes(SoundAlikes.of(example.text for example in small.train))
    return judge_split("dev", messages, trained, heard, others, kinds, 4.0, lambda stage: None)


def test_every_message_has_its_decision(result: SplitResult, messages: list[Message]) -> None:
    assert [row.message for row in result.rows] == messages
    for row in result.rows:
        assert row.alone.ranked[0] == row.alone.label
        assert 0 <= row.outside <= 1
        assert row.milliseconds > 0
        assert row.guarded or 0 < row.alone.confidence <= 1
    right = sum(row.alone.label == row.message.label for row in result.rows) / len(result.rows)
    assert right > 0.8


def test_out_of_scope_is_likelier_where_it_is_right(result: SplitResult) -> None:
    outside = [row.outside for row in result.rows if row.message.part == "out_of_scope"]
    inside = [row.outside for row in result.rows if row.message.part != "out_of_scope"]
    assert min(len(outside), len(inside)) > 10
    assert sum(outside) / len(outside) > 0.5 > sum(inside) / len(inside)


def test_without_an_assistant_nothing_is_joined(trained: Trained, messages: list[Message]) -> None:
    assert all(row.alone == row.joined for row in judge(trained, messages[:20], {}))


def test_methods_stand_side_by_side(result: SplitResult) -> None:
    methods = {method.name: method for method in result.methods}
    assert {"Youban", "Youban, assistant down", "TF-IDF nearest neighbour"} < set(methods)
    (rasa,) = (method for name, method in methods.items() if "Rasa" in name)
    assert rasa.questions is None
    assert rasa.train_seconds == 12.0
    assert methods["Youban"].intents > rasa.intents


def test_feelings_are_compared_on_the_same_messages(result: SplitResult) -> None:
    assert {len(said) for said in result.felt_by_others.values()} == {len(result.felt)}
    names = [line[0] for line in tables.feelings_compared(result.felt, result.felt_by_others).rows]
    assert names == ["Youban", "TF-IDF nearest neighbour"]


def test_noise_is_tried_on_the_same_messages_for_all_methods(result: SplitResult) -> None:
    assert result.resistance[0].kind == "none"
    assert len(result.resistance) == 1 + len({outcome.capability for outcome in result.noise_labels})
    assert all(set(line.accuracies) == {"Youban", "TF-IDF nearest neighbour"} for line in result.resistance)
    tests = [o for o in result.noise_labels if o.capability == result.resistance[1].kind]
    assert len(tests) == result.resistance[1].messages


def test_the_report_has_every_chapter(result: SplitResult, trained: Trained, heard: Heard) -> None:
    document = Document("Report")
    add_split(document, result, trained)
    add_split(document, result, trained, "Test: ", level=3)
    add_costs(document, result.rows, trained.manifest, heard, Cold(1.0, 2.0, 50, 280), 1.5, reused=False)
    text, page = markdown(document, Path("plots")), html(document)
    for words in (
        "Results in short",
        "Against other methods",
        "Confusions",
        "Reliability",
        "Coverage",
        "Out-of-scope messages caught",
        "Feelings",
        "Handing over",
        "Noise",
        "### Test: Results in short",
        "16 s of the 360 s goal",
    ):
        assert words in text, words
    assert page.count("<svg") == 2 * 6
    assert len({figure.name for figure in document.figures()}) == 6


def test_tables_count_what_they_say(result: SplitResult) -> None:
    summary = tables.summary(result.rows)
    assert [line[1] for line in summary.rows[:3]] == [
        sum(row.message.part == part for row in result.rows) for part in ("intents", "faq", "out_of_scope")
    ]
    tiers = {str(line[0]): line for line in tables.tiers(result.rows).rows}
    assert sum(int(str(tiers[name][1])) for name in tiers if name != "all") == tiers["all"][1] == len(result.rows)
    labels = tables.per_label(result.rows, "faq:", "questions", folded=True)
    assert sum(int(str(line[1])) for line in labels.rows) == sum(row.message.part == "faq" for row in result.rows)
    assert [line[4] for line in labels.rows] == sorted(float(str(line[4])) for line in labels.rows)


def row(text: str, right: str, said: str) -> Row:
    from intent_router.eval.judging import Answer

    answer = Answer(said, (said,), "flow", "retrieval", 0.9)
    return Row(Message(text, right, "intents"), answer, answer, False, 0.0, 1.0)


def test_confusions_name_both_labels_and_the_messages() -> None:
    rows = [row("一", "intent:a", "intent:b"), row("二", "intent:a", "intent:b"), row("三", "intent:a", "intent:a")]
    table = tables.largest_confusions(rows)
    assert table.rows == (("intent:a", "intent:b", 2, "一 ／ 二"),)
    assert table.caption.startswith("2 of 3 messages")


def test_escalation_counts_the_turn() -> None:
    talks = [
        Talk("in time", 1, 1, "anger", ("calm", "angry"), ("一", "二")),
        Talk("late", 0, 1, "anger", ("calm", "angry"), ("三", "四")),
        Talk("missed", 1, None, None, ("calm", "calm"), ("五", "六")),
        Talk("needless", None, 0, "asked", ("calm",), ("七",)),
        Talk("rightly not", None, None, None, ("calm",), ("八",)),
    ]
    at_all, in_time = tables.escalation(talks).rows
    assert at_all[1:] == (3, 3, 2, pytest.approx(2 / 3), pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert in_time[3:] == (1, pytest.approx(1 / 3), pytest.approx(1 / 3), pytest.approx(1 / 3))
    errors = {line[0]: line for line in tables.escalation_errors(talks).rows}
    assert set(errors) == {"late", "missed", "needless"}
    assert errors["late"][5] == "三"
    assert errors["missed"][5] == "六"


def test_feelings_are_counted_by_label() -> None:
    felt = [Felt("一", "calm", "calm"), Felt("二", "calm", "angry"), Felt("三", "angry", "angry")]
    counts = tables.feeling_counts(felt)
    assert sum(map(sum, counts)) == 3
    assert counts[0][-1] == 1
    assert tables.feelings(felt).rows[-1] == ("macro", 3, None, None, pytest.approx(2 / 3))
    assert tables.feeling_errors(felt).rows == (("calm", "angry", "二"),)
