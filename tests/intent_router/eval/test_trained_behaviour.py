"""The trained router, when it is trained: capabilities that it has and must keep. `make eval` shows all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from intent_router import Router
from intent_router.corpus import training_examples
from intent_router.eval.behaviour import Opinion, Outcome, Reader, invariance, minimum_functionality, rates, sample
from intent_router.eval.judging import read_messages
from intent_router.eval.noise import SoundAlikes, changes
from knowledge_base.store import FileArticleStore

TRAINED = Path(__file__).resolve().parents[3] / "models" / "router"
pytestmark = pytest.mark.skipif(not (TRAINED / "manifest.json").exists(), reason="the router is not trained")
SAMPLE = 60


@pytest.fixture(scope="module")
def read() -> Reader:
    router = Router.load(TRAINED, FileArticleStore())

    def opinion(text: str) -> Opinion:
        decision = router.route(text).decision
        return Opinion(decision.label, decision.sentiment.label)

    return opinion


def failed(outcomes: list[Outcome]) -> list[tuple[str, str, str]]:
    return [(o.capability, o.text, o.failed) for o in outcomes if o.failed is not None]


def test_simple_messages_are_understood(read: Reader) -> None:
    outcomes = minimum_functionality(read)
    assert len(failed(outcomes)) / len(outcomes) <= 0.06, failed(outcomes)


@pytest.mark.parametrize("capability", ["danger now", "wish for a person", "traditional characters"])
def test_what_must_never_fail(read: Reader, capability: str) -> None:
    assert not failed([o for o in minimum_functionality(read) if o.capability == capability])


def test_noise_changes_few_decisions(read: Reader) -> None:
    kinds = changes(SoundAlikes.of(example.text for example in training_examples()))
    labels, feelings = invariance(sample(read_messages("dev"), SAMPLE), kinds, read)
    assert {rate.capability for rate in rates(labels)} == set(kinds)
    assert {rate.capability: rate.examples for rate in rates(labels) if rate.share > 0.15} == {}
    for exact in ("traditional characters", "full width"):
        assert not failed([o for o in (*labels, *feelings) if o.capability == exact])
