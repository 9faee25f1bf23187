"""Figures that can be worked out by hand, and those that scikit-learn works out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import precision_recall_fscore_support, roc_auc_score

from intent_router.eval.measures import (
    accuracy,
    area,
    calibration_error,
    confusions,
    coverage,
    interval,
    label_scores,
    macro_f1,
    percentile,
    precision_recall,
    reliability,
    roc,
)

LABELS = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd")), min_size=1, max_size=60)


@given(LABELS)
def test_scores_of_labels_are_scikit_learns(pairs: list[tuple[str, str]]) -> None:
    right, said = [one for one, _ in pairs], [two for _, two in pairs]
    names = sorted(set(right))
    expected = precision_recall_fscore_support(right, said, labels=names, zero_division=0.0)
    found = label_scores(right, said)
    assert [score.label for score in found] == names
    for place, score in enumerate(found):
        figures = (score.precision, score.recall, score.f1, score.support)
        assert figures == pytest.approx([column[place] for column in expected])
    assert macro_f1(right, said) == pytest.approx(np.mean(expected[2]))


def test_confusions_come_largest_first_with_their_messages() -> None:
    found = confusions(list("aabbc"), list("abaac"), ["1", "2", "3", "4", "5"])
    assert found == [("b", "a", 2, ("3", "4")), ("a", "b", 1, ("2",))]
    assert accuracy(list("aabbc"), list("abaac")) == pytest.approx(0.4)


def test_an_interval_holds_the_share_and_narrows_with_more_messages() -> None:
    low, high = interval(8, 10)
    assert low < 0.8 < high
    assert (low, high) == pytest.approx((0.490, 0.943), abs=0.001)  # Wilson's table
    narrower = interval(800, 1000)
    assert narrower[1] - narrower[0] < high - low
    assert interval(0, 0) == (0.0, 1.0)
    assert interval(0, 10)[0] == 0.0
    assert interval(10, 10)[1] == 1.0


def test_a_confidence_that_keeps_its_word_has_no_calibration_error() -> None:
    confidence = [0.85] * 20 + [1.0] * 5
    right = [True] * 17 + [False] * 3 + [True] * 5
    bins = reliability(confidence, right)
    assert [(b.low, b.high, b.count) for b in bins] == [(0.8, 0.9, 20), (0.9, 1.0, 5)]
    assert calibration_error(bins) == pytest.approx(0.0)
    assert calibration_error(reliability([0.95] * 10, [False] * 10)) == pytest.approx(0.95)


def test_coverage_begins_with_the_surest() -> None:
    curve = coverage([0.2, 0.9, 0.8, 0.6], [False, True, True, False])
    assert curve.x.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert curve.y.tolist() == pytest.approx([1.0, 1.0, 2 / 3, 0.5])


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=60))
def test_the_area_under_the_curve_is_scikit_learns(pairs: list[tuple[int, bool]]) -> None:
    scores, truth = [float(score) for score, _ in pairs], [flag for _, flag in pairs]
    if len(set(truth)) == 2:
        assert area(roc(scores, truth)) == pytest.approx(roc_auc_score(truth, scores))


def test_counts_become_shares() -> None:
    assert precision_recall(3, 4, 6) == pytest.approx((0.75, 0.5, 0.6))
    assert precision_recall(0, 0, 0) == (0.0, 0.0, 0.0)
    assert percentile([1.0, 2.0, 3.0], 0.5) == 2.0
    assert percentile([], 0.99) == 0.0
