"""The messages themselves: enough of them, in their places, and training, development and test kept apart."""

from __future__ import annotations

import json
from collections import Counter
from functools import lru_cache
from pathlib import Path

import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import normalize

from contracts.taxonomy import load_taxonomy
from language import normalise

ROOT = Path(__file__).resolve().parent.parent.parent
TAXONOMY = load_taxonomy()
HELD_OUT = ("dev", "test")
# Cosine of binary character 2- and 3-grams from which two messages count as the same one, written twice.
NEAR = 0.8
# Very short messages (是的, 转人工) are what everybody types; they may stand in several splits only if not identical.
SHORT = 6
CHAT = {i for i, spec in TAXONOMY.intents.items() if spec.group == "chat"}


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


@lru_cache(maxsize=1)
def training() -> dict[str, list[str]]:
    """Training lines by label (`intent:x`, `faq:x`, or a feeling)."""
    found = {f"intent:{p.stem}": _lines(p) for p in (ROOT / "nlu_data/intents/train").glob("*.txt")}
    for path in (ROOT / "knowledge_base/articles").glob("*/*.phrasings.txt"):
        found[f"faq:{path.name.removesuffix('.phrasings.txt')}"] = _lines(path)
    for path in (ROOT / "nlu_data/sentiment/train").glob("*.txt"):
        found[path.stem] = _lines(path)
    return found


def held_out(split: str) -> list[dict[str, str]]:
    names = ("intents", "faq", "out_of_scope", "sentiment")
    return [json.loads(line) for name in names for line in _lines(ROOT / f"nlu_data/{split}/{name}.jsonl")]


def test_every_label_has_its_messages() -> None:
    least = {"intent": 300, "faq": 50}
    few = {}
    for label in TAXONOMY.labels:
        kind, name = label.split(":")
        needed = 2000 if name == "out_of_scope" else 100 if name in CHAT else least[kind]
        have = len(training().get(label, []))
        if have < needed:
            few[label] = have
    assert not few
    assert sum(len(training()[feeling]) for feeling in TAXONOMY.sentiments) >= 5000


def test_no_training_file_says_a_thing_twice_or_nothing() -> None:
    for label, lines in training().items():
        assert all(line.strip() == line and line for line in lines), label
        twice = [line for line, count in Counter(lines).items() if count > 1]
        assert not twice, (label, twice)


def test_no_message_has_two_labels() -> None:
    """Intents, questions and out-of-scope messages share one space of labels; feelings are another."""
    seen: dict[str, str] = {}
    clashes = []
    for label in TAXONOMY.labels:
        for line in training().get(label, []):
            if seen.setdefault(line, label) != label:
                clashes.append((line, seen[line], label))
    assert not clashes


@pytest.mark.parametrize("split", HELD_OUT)
def test_held_out_labels_exist_and_are_all_there(split: str) -> None:
    labels = Counter(m["label"] for m in held_out(split))
    known = set(TAXONOMY.labels) | set(TAXONOMY.sentiments)
    assert set(labels) == known


def _far_apart(first: list[str], second: list[str]) -> list[tuple[str, str, float]]:
    """Pairs of the two lists that are the same message in nearly the same words."""
    first, second = [normalise(t) for t in first], [normalise(t) for t in second]
    grams = CountVectorizer(analyzer="char", ngram_range=(2, 3), binary=True)
    everything = normalize(grams.fit_transform([*first, *second]).astype("float32"))
    likeness = (everything[: len(first)] @ everything[len(first) :].T).tocoo()
    pairs = []
    for row, column, value in zip(likeness.row, likeness.col, likeness.data, strict=True):
        one, other = first[row], second[column]
        limit = NEAR if min(len(one), len(other)) > SHORT else 0.999
        if value >= limit:
            pairs.append((one, other, float(value)))
    return pairs


@pytest.mark.parametrize("kind", ["labels", "feelings"])
@pytest.mark.parametrize(("left", "right"), [("train", "dev"), ("train", "test"), ("dev", "test")])
def test_splits_share_no_message_and_nothing_like_it(left: str, right: str, kind: str) -> None:
    feelings = set(TAXONOMY.sentiments)

    def texts(split: str) -> list[str]:
        if split == "train":
            items = [(label, line) for label, lines in training().items() for line in lines]
        else:
            items = [(m["label"], m["text"]) for m in held_out(split)]
        return [t for label, t in items if (label in feelings) == (kind == "feelings")]

    assert not _far_apart(texts(left), texts(right))
