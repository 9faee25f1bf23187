"""The labelled messages."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.errors import ContractError
from contracts.taxonomy import load_taxonomy
from intent_router.corpus import Example, development_examples, held_out, read_labelled, training_examples


def test_every_label_has_training_messages_and_no_text_stands_twice_under_it() -> None:
    examples = training_examples()
    assert {example.label for example in examples} == set(load_taxonomy().labels)
    assert len(set(examples)) == len(examples)


def test_development_messages_are_of_known_labels() -> None:
    development = development_examples()
    assert development
    assert {example.label for example in development} <= set(load_taxonomy().labels)


def test_a_file_of_an_unknown_intent_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "intents" / "train"
    folder.mkdir(parents=True)
    (folder / "coupon_lost.txt").write_text("券呢\n", encoding="utf-8")
    with pytest.raises(ContractError, match=r"coupon_lost\.txt"):
        training_examples(tmp_path, tmp_path)


@pytest.mark.parametrize("line", ['{"text": "券"}', "券", "[1]"])
def test_a_line_that_is_not_labelled_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "intents.jsonl"
    path.write_text('{"text": "a", "label": "b"}\n' + line + "\n", encoding="utf-8")
    with pytest.raises(ContractError, match=r"intents\.jsonl:2"):
        read_labelled(path)


def test_a_fifth_of_every_label_is_held_out() -> None:
    examples = [Example(f"{label}{i}", label) for label in "ab" for i in range(10)]
    kept, out = held_out(examples)
    assert sorted(kept + out, key=str) == sorted(examples, key=str)
    assert [example.label for example in out] == ["a", "a", "b", "b"]
