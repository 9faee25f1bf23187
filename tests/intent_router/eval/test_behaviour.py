"""Behavioural tests: what counts as a failure, and that the vectors are sound."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from contracts.errors import ContractError
from contracts.taxonomy import load_taxonomy
from intent_router.corpus import training_examples
from intent_router.eval.behaviour import (
    BEHAVIOUR_DIR,
    Opinion,
    direction,
    invariance,
    minimum_functionality,
    rates,
    sample,
)
from intent_router.eval.judging import Message, read_messages


def reader(text: str) -> Opinion:
    """Knows two words, and shouts when somebody shouts."""
    label = "intent:points_missing" if "积分" in text else "intent:coupon_not_received"
    return Opinion(label, "angry" if text.endswith("！") else "calm")


def write(folder: Path, name: str, *vectors: dict[str, object]) -> Path:
    (folder / name).write_text("".join(json.dumps(v, ensure_ascii=False) + "\n" for v in vectors), encoding="utf-8")
    return folder


def test_a_vector_fails_where_label_or_feeling_is_not_as_said(tmp_path: Path) -> None:
    write(
        tmp_path,
        "minimum.jsonl",
        {"capability": "a", "text": "券没到", "label": "intent:coupon_not_received", "feeling": "calm"},
        {
            "capability": "a",
            "text": "券没到！",
            "label": ["faq:x", "intent:coupon_not_received"],
            "not_feeling": "angry",
        },
        {"capability": "b", "text": "积分没到", "not": ["intent:points_missing"]},
    )
    first, second = rates(minimum_functionality(reader, tmp_path))
    assert (first.capability, first.tests, first.failures, first.share) == ("a", 2, 1, 0.5)
    assert first.examples == (("券没到！", "angry is wrong"),)
    assert second.examples == (("积分没到", "intent:points_missing is wrong"),)


@pytest.mark.parametrize(
    ("changed", "expect", "passes"),
    [
        ("积分没到", "other_label", True),
        ("券没来", "other_label", False),
        ("券没来", "same_label", True),
        ("积分没到", "same_label", False),
        ("券没到！", "stronger", True),
        ("券没来", "stronger", False),
        ("券没来", "calmer", False),
    ],
)
def test_a_pair_must_move_as_said(tmp_path: Path, changed: str, expect: str, passes: bool) -> None:
    write(tmp_path, "direction.jsonl", {"capability": "c", "text": "券没到", "changed": changed, "expect": expect})
    (outcome,) = direction(reader, tmp_path)
    assert (outcome.failed is None) == passes


def test_either_message_of_a_pair_may_have_a_label_of_its_own(tmp_path: Path) -> None:
    pair = {"capability": "c", "text": "券没到", "changed": "积分没到", "expect": "other_label"}
    write(tmp_path, "direction.jsonl", pair | {"changed_label": "intent:points_query"}, pair | {"label": "faq:x"})
    for outcome in direction(reader, tmp_path):
        assert outcome.failed is not None
        assert "expected" in outcome.failed


@pytest.mark.parametrize("vector", [{"text": "券"}, {"capability": "a", "text": "券", "lable": "intent:x"}])
def test_a_line_that_is_no_vector_is_refused(tmp_path: Path, vector: dict[str, object]) -> None:
    with pytest.raises(ContractError, match=r"minimum\.jsonl:1"):
        minimum_functionality(reader, write(tmp_path, "minimum.jsonl", vector))


def test_invariance_compares_with_the_clean_message_not_with_the_right_label() -> None:
    messages = [Message("券没到", "intent:goodbye", "intents"), Message("分没到", "intent:points_missing", "intents")]
    kinds = {"loud": lambda text, chance: text + "！", "emoji": lambda text, chance: text.replace("分", "积分")}
    labels, feelings = invariance(messages, kinds, reader)
    assert [(o.capability, o.failed) for o in labels] == [
        ("loud", None),
        ("loud", None),
        ("emoji", "intent:coupon_not_received → intent:points_missing"),
    ]
    assert feelings == []  # both kinds may change how a message feels
    told = {"punctuation left out": lambda text, chance: text.rstrip("！")}
    _, feelings = invariance([Message("券没到！", "", "intents")], told, reader)
    assert [o.failed for o in feelings] == ["angry → calm"]


def test_samples_are_the_same_every_time() -> None:
    messages = read_messages("dev")
    assert sample(messages, 50) == sample(messages, 50)
    assert len(sample(messages[:10], 50)) == 10


def vectors() -> list[dict[str, object]]:
    lines = [line for name in ("minimum", "direction") for line in _lines(BEHAVIOUR_DIR / f"{name}.jsonl")]
    return [json.loads(line) for line in lines]


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def test_shipped_vectors_name_labels_that_exist() -> None:
    taxonomy = load_taxonomy()
    known = set(taxonomy.labels) | set(taxonomy.sentiments)
    for vector in vectors():
        for key in ("label", "not", "changed_label", "feeling", "not_feeling"):
            value = vector.get(key, [])
            names = {value} if isinstance(value, str) else set(value)
            assert names <= known, vector


def test_shipped_vectors_say_nothing_twice_and_demand_something() -> None:
    assert len({(v["text"], v.get("changed")) for v in vectors()}) == len(vectors())
    for vector in vectors():
        assert {"label", "not", "feeling", "not_feeling", "expect"} & set(vector), vector


def test_most_shipped_vectors_are_not_trained_on() -> None:
    """Short ones (转人工, 在吗) are what everybody types; of the others none is a training message."""
    trained = {example.text for example in training_examples()}
    texts = [str(v[key]) for v in vectors() for key in ("text", "changed") if key in v]
    assert not [text for text in texts if len(text) > 8 and text in trained]
