"""Vectors, fusion, scope, thresholds, follow-up and join, each on its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from contracts.errors import ContractError, NotReady
from intent_router.follow_up import FollowUp, customer_turns, learn_follow_up
from intent_router.fusion import Fusion, learn_fusion, softmax
from intent_router.join import Join, assistant_column, learn_join, read_assistant_scores
from intent_router.scope import SIGNALS, ScopeDetector, learn_scope
from intent_router.thresholds import learn_thresholds
from intent_router.vectoriser import Vectoriser
from knowledge_base.features import features
from language import normalise


def documents(*texts: str) -> list[list[str]]:
    return [features(normalise(text)) for text in texts]


def test_a_row_equals_its_row_of_the_matrix() -> None:
    known = documents("券没到账", "券用不了", "发票没收到")
    vectoriser = Vectoriser.fit(known, 1, (1.0, 0.7, 0.5))
    matrix = vectoriser.matrix(known)
    row = vectoriser.row(known[1])
    np.testing.assert_allclose(matrix[1].toarray()[0][row.ids], row.values)
    assert float((row.values**2).sum()) == pytest.approx(1 + 0.7**2 + 0.5**2, rel=1e-5)
    assert row.known == 1.0
    assert vectoriser.row(documents("火锅")[0]).known < 0.5
    assert len(vectoriser.row([]).ids) == 0


def test_a_vectoriser_survives_its_folder(tmp_path: Path) -> None:
    known = documents("券没到账", "券用不了")
    vectoriser = Vectoriser.fit(known, 1, (1.0, 0.7, 0.5))
    with pytest.raises(NotReady):
        Vectoriser.load(tmp_path)
    vectoriser.save(tmp_path)
    loaded = Vectoriser.load(tmp_path)
    np.testing.assert_array_equal(loaded.row(known[0]).values, vectoriser.row(known[0]).values)


def test_fusion_trusts_the_source_that_is_right() -> None:
    random = np.random.default_rng(0)
    right = random.integers(0, 4, 200)
    good, noise = random.normal(size=(200, 4)), random.normal(size=(200, 4))
    good[np.arange(200), right] += 3
    fusion = learn_fusion(np.stack([good, noise]), right.tolist())
    assert fusion.weights[0] > 0.5
    assert fusion.weights[1] < 0.1
    probabilities = fusion.probabilities(np.stack([good, noise]))
    assert probabilities.sum(axis=1) == pytest.approx(1.0)
    calibrated = probabilities.max(axis=1).mean() - (probabilities.argmax(axis=1) == right).mean()
    assert abs(calibrated) < 0.05


def test_fusion_needs_messages() -> None:
    with pytest.raises(ContractError):
        learn_fusion(np.zeros((2, 0, 3)), [])


def test_scope_catches_what_it_may() -> None:
    random = np.random.default_rng(1)
    outside = np.arange(400) < 100
    signals = random.normal(size=(400, len(SIGNALS)))
    signals[outside, 0] += 4
    detector = learn_scope(signals, outside.tolist(), 0)
    raw = (signals - detector.centre) / np.array(detector.scale) @ np.array(detector.weights) + detector.bias
    probability = 1 / (1 + np.exp(-raw))
    assert (probability[outside] >= detector.threshold).mean() > 0.9
    assert (probability[~outside] >= detector.threshold).mean() < 0.03
    assert ScopeDetector.from_dict(detector.__dict__) == detector
    with pytest.raises(ContractError):
        learn_scope(signals[:50], outside[:50].tolist(), 0)


def test_thresholds_follow_from_the_messages() -> None:
    sure = np.tile([0.95, 0.03, 0.01], (90, 1))
    torn = np.tile([0.4, 0.4, 0.2], (12, 1))
    ranked = np.concatenate([sure, torn])
    place = np.concatenate([np.zeros(90, int), np.tile([0, 1, 1], 4)])
    thresholds = learn_thresholds(ranked, place, ranked[:, 0], place == 0)
    assert 0.4 < thresholds.sure <= 0.95
    assert 0.04 < thresholds.ask < 0.61
    assert 0.4 < thresholds.near <= 0.95


def test_nothing_is_asked_when_the_first_is_always_right() -> None:
    ranked = np.random.default_rng(0).dirichlet([5, 1, 1], 100)
    thresholds = learn_thresholds(
        np.sort(ranked, axis=1)[:, ::-1], np.zeros(100, int), ranked[:, 0], np.ones(100, bool)
    )
    assert thresholds.ask == 1.0


def test_follow_up_prefers_the_business_that_is_open() -> None:
    labels = ("intent:redeem_logistics", "intent:refund_progress", "intent:greet")
    text_alone = np.array([0.5, 0.3, 0.2])
    weighed = FollowUp(4.0).reweigh(text_alone, labels, ("intent:refund_request", "intent:thanks"))
    assert labels[int(weighed.argmax())] == "intent:refund_progress"
    assert weighed.sum() == pytest.approx(1.0)
    assert FollowUp(4.0).reweigh(text_alone, labels, ("intent:greet",)) is text_alone


def test_follow_up_is_counted_from_conversations(tmp_path: Path) -> None:
    kinds = {"券": "intent:coupon_unusable", "票": "intent:invoice_apply", "嗨": "intent:greet"}
    same = learn_follow_up([["券", "嗨", "券"], ["票", "票"], ["券", "券"], ["票", "票"]], kinds.get)
    mixed = learn_follow_up([["券", "票"], ["票", "券"], ["券", "票", "券"]], kinds.get)
    assert same.odds > 2
    assert mixed.odds == 1.0
    assert learn_follow_up([], kinds.get).odds == 1.0
    assert customer_turns(tmp_path / "none.jsonl") == []


LABELS = ("intent:refund_progress", "faq:refund_time", "faq:refund_how", "intent:out_of_scope")


def test_the_assistants_share_for_questions_is_divided_as_tier_1_does() -> None:
    own = np.array([0.1, 0.6, 0.2, 0.1])
    column = np.exp(assistant_column(own, LABELS, {"faq": 0.8, "refund_progress": 0.2}))
    assert column[:3] == pytest.approx([0.2, 0.6, 0.2])
    assert column[3] < 0.001


def test_an_assistant_that_is_right_gets_weight_and_one_that_guesses_gets_none() -> None:
    random = np.random.default_rng(0)
    right = random.integers(0, 4, 120)
    own = softmax(random.normal(size=(120, 4)) + 1.5 * np.eye(4)[right])
    names = ("refund_progress", "faq", "faq", "out_of_scope")
    knows = [{names[label]: 0.9} for label in right]
    guesses = [{names[label]: 0.9} for label in random.integers(0, 4, 120)]
    assert learn_join(own, LABELS, knows, right.tolist()).learned
    assert not learn_join(own, LABELS, guesses, right.tolist()).learned


def test_without_learned_weights_tier_1_decides() -> None:
    own = np.array([0.4, 0.3, 0.2, 0.1])
    assert Join().pool(own, LABELS, {"out_of_scope": 1.0}) is own
    assert Join(1.0, 1.0).pool(own, LABELS, {"out_of_scope": 0.99}).argmax() == 3


def test_no_file_no_scores(tmp_path: Path) -> None:
    assert read_assistant_scores(tmp_path / "dev_scores.jsonl") == {}
    (tmp_path / "dev_scores.jsonl").write_text('{"text": "券", "scores": {"faq": 0.5}}\n', encoding="utf-8")
    assert read_assistant_scores(tmp_path / "dev_scores.jsonl") == {"券": {"faq": 0.5}}


def test_fusion_without_learning_counts_sources_the_same() -> None:
    evidence = np.array([[1.0, 0.0], [0.0, 2.0]])
    assert Fusion((1.0, 1.0)).scores(evidence).tolist() == [1.0, 2.0]
