"""Concepts: different words for one thing meet."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.errors import ContractError
from language import character_grams, concepts, normalise, sound_grams
from language.concepts import read_concepts


def names(text: str) -> set[str]:
    return {name for word in concepts(normalise(text)) for name in word}


def test_words_of_one_meaning_meet() -> None:
    for text in ("刚抢的满减券没影", "領嘅優惠券冇到賬", "买的油卷空空如也"):
        assert {"coupon", "not_received"} <= names(text), text


def test_the_longest_word_counts() -> None:
    assert "insurance" in names("车险理赔")
    assert "danger" not in names("火锅")


def test_nothing_known_is_empty() -> None:
    assert concepts("") == []
    assert concepts("zzz") == []


@pytest.mark.parametrize("content", ["coupon 券\n", "coupon:\n", "coupon: 券\ncoupon: 油券\n"])
def test_a_broken_file_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "concepts.txt"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ContractError, match=r"concepts\.txt:"):
        read_concepts(path)


def test_grams() -> None:
    assert character_grams("油卡", 2) == [" ", "油", "卡", " ", " 油", "油卡", "卡 "]
    assert sound_grams("发漂A", 2) == ["fa", "piao", "fa_piao"]
