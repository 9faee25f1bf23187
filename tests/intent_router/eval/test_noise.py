"""Noise changes how a message looks, and nothing that carries its meaning."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from intent_router.corpus import training_examples
from intent_router.eval.noise import FEELING_STAYS, Change, SoundAlikes, changes
from language import normalise, syllables

TEXTS = (
    "我的加油券还没到账，昨天下午3.5折买的！",
    "钱扣了油枪没反应，枪号是12，时间12:30",
    "App登录不上，验证码收不到",
    "积分怎么抵扣油钱？",
)


@pytest.fixture(scope="module")
def sounds() -> SoundAlikes:
    return SoundAlikes.of(example.text for example in training_examples())


@pytest.fixture(scope="module")
def kinds(sounds: SoundAlikes) -> dict[str, Change]:
    return changes(sounds)


def noisy(kinds: dict[str, Change], name: str) -> list[tuple[str, str]]:
    """Every text with what many throws of the dice make of it."""
    return [(text, kinds[name](text, random.Random(seed))) for text in TEXTS for seed in range(20)]


def test_sound_alikes_sound_alike_and_are_another_character(sounds: SoundAlikes) -> None:
    assert "帐" in sounds.same["账"]
    for character, others in sounds.same.items():
        assert character not in others
        assert {syllables(other)[0] for other in others} == {syllables(character)[0]}
    assert all(syllables(other) != syllables(c) for c, others in sounds.blurred.items() for other in others)


def test_typing_by_sound_keeps_length_figures_and_negation(kinds: dict[str, Change]) -> None:
    for name in ("typo: sound-alike character", "typo: southern sound-alike"):
        for text, changed in noisy(kinds, name):
            assert len(changed) == len(text)
            differing = [(a, b) for a, b in zip(text, changed, strict=True) if a != b]
            assert 1 <= len(differing) <= 3
            assert all("\u4e00" <= a <= "\u9fff" and a not in "没不未" for a, _ in differing)


def test_dropped_doubled_and_transposed_characters(kinds: dict[str, Change]) -> None:
    for text, changed in noisy(kinds, "typo: character missing"):
        assert len(changed) == len(text) - 1
        assert changed.count("没") == text.count("没")
    for text, changed in noisy(kinds, "typo: character doubled"):
        assert len(changed) == len(text) + 1
    for text, changed in noisy(kinds, "typo: characters transposed"):
        assert changed != text
        assert Counter(changed) == Counter(text)
        assert changed.index("没") == text.index("没") if "没" in text else True


def test_marks_inside_numbers_stay(kinds: dict[str, Change]) -> None:
    changed = [after for _, after in noisy(kinds, "punctuation left out")]
    assert any("3.5" in text for text in changed)
    assert any("12:30" in text for text in changed)
    assert not any("，" in text or "？" in text or "！" in text for text in changed)


def test_what_normalising_undoes(kinds: dict[str, Change]) -> None:
    for name in ("traditional characters", "full width"):
        for text, changed in noisy(kinds, name):
            assert changed != text or name == "full width"
            assert normalise(changed) == normalise(text), name
    for text, changed in noisy(kinds, "spaces between characters"):
        assert normalise(changed).replace(" ", "") == normalise(text)


def test_words_around_a_message_leave_it_whole(kinds: dict[str, Change]) -> None:
    for text, changed in noisy(kinds, "small talk before"):
        assert changed.endswith(text)
        assert changed != text
    for name in ("thanks after", "emoji", "particle at the end", "punctuation in abundance"):
        for text, changed in noisy(kinds, name):
            assert changed.startswith(text.rstrip("，。！？!?.~… "))


def test_nothing_to_work_on_leaves_the_text(kinds: dict[str, Change]) -> None:
    for change in (kinds[name] for name in kinds if name.startswith("typo")):
        assert change("OK", random.Random(0)) == "OK"
    assert kinds["punctuation left out"]("？？", random.Random(0)) == "？？"


def test_kinds_that_leave_feelings_are_kinds(kinds: dict[str, Change]) -> None:
    assert set(kinds) > FEELING_STAYS
