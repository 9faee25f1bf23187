"""Properties of normalising that hold for any text."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import ContractError
from language import AlignedText, chinese_number, normalise, normalise_aligned, tokens, warm_up
from language.alignment import identity, rewrite
from language.lexicon import LEXICON_DIR, read_variants
from language.sound import fuzzy

MESSAGES = [
    line
    for path in sorted((LEXICON_DIR.parent / "intents" / "train").glob("*.txt"))
    for line in path.read_text(encoding="utf-8").splitlines()[::40]
]
CUSTOMER_TEXT = st.text(
    st.one_of(st.sampled_from("加了油92#5九十二号發票冇到賬！！ 　ＡＢ卷帐嗰\u200b𝟗é点解决"), st.characters()),
    max_size=60,
)


@given(CUSTOMER_TEXT)
def test_aligned_agrees_and_points_into_the_original(text: str) -> None:
    aligned = normalise_aligned(text)
    assert aligned.text == normalise(text)
    assert len(aligned.offsets) == len(aligned.ends) == len(aligned.text)
    assert all(0 <= start < end <= len(text) for start, end in zip(aligned.offsets, aligned.ends, strict=True))
    assert list(aligned.offsets) == sorted(aligned.offsets)


def test_original_span_recovers_what_was_written() -> None:
    text = "我個　發漂 ９２＃"
    aligned = normalise_aligned(text)
    for wanted, written in (("发票", "發漂"), ("92号", "９２＃")):
        at = aligned.text.index(wanted)
        start, end = aligned.original_span(at, at + len(wanted))
        assert text[start:end] == written


def test_original_span_outside_the_text_is_refused() -> None:
    with pytest.raises(IndexError):
        AlignedText("ab", (0, 1), (1, 2)).original_span(1, 3)


def test_rewrite_keeps_what_a_piece_leaves_alone() -> None:
    again = rewrite(identity("内卷"), [(0, 2, "内卷")])
    assert again == identity("内卷")


def test_messages_of_the_training_data_are_stable() -> None:
    changed = [m for m in MESSAGES if normalise(normalise(m)) != normalise(m)]
    assert len(changed) <= len(MESSAGES) // 200, changed


def test_every_variant_means_something_stable() -> None:
    for written, meant in read_variants().items():
        assert normalise(meant) == meant, (written, meant)


def test_a_broken_variants_file_is_named(tmp_path: Path) -> None:
    bad = tmp_path / "variants.tsv"
    bad.write_text("卷\t券\n卷 券\n", encoding="utf-8")
    with pytest.raises(ContractError, match=r"variants\.tsv:2"):
        read_variants(bad)
    bad.write_text("卷\t券\n卷\t卷\n", encoding="utf-8")
    with pytest.raises(ContractError, match="twice"):
        read_variants(bad)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("二百", 200),
        ("两千三", 2300),
        ("一百零五", 105),
        ("一百一十二", 112),
        ("三万五", 35000),
        ("十五", 15),
        ("九二", 92),
        ("二十", 20),
        ("一千零一十", 1010),
        ("", None),
        ("二百块", None),
        ("二三百", None),
    ],
)
def test_chinese_number(written: str, value: int | None) -> None:
    assert chinese_number(written) == value


def test_southern_ears_hear_no_difference() -> None:
    assert fuzzy("zhang") == fuzzy("zan")
    assert fuzzy("neng") == fuzzy("len")
    assert fuzzy("ka") != fuzzy("juan")


def test_a_message_takes_less_than_a_millisecond() -> None:
    """The aim is 0.1 ms; the bound leaves room for a busy machine."""
    warm_up()
    started = time.perf_counter()
    for message in MESSAGES:
        tokens(message)
    assert (time.perf_counter() - started) / len(MESSAGES) < 0.001
