"""Every intent of the taxonomy has a title of its own, and no title stands for an intent that is not there."""

from __future__ import annotations

from contracts.taxonomy import load_taxonomy
from contracts.titles import INTENT_TITLES


def test_titles_and_intents_are_the_same_set() -> None:
    assert set(INTENT_TITLES) == set(load_taxonomy().intents)


def test_no_two_problems_are_called_the_same() -> None:
    assert len(set(INTENT_TITLES.values())) == len(INTENT_TITLES)


def test_a_title_fits_on_a_button() -> None:
    assert all(2 <= len(title) <= 14 for title in INTENT_TITLES.values())
