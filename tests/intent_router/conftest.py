"""A small tier 1, trained once for all tests that need one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import pytest

from intent_router.classifier import Classifier
from intent_router.classifier_training import ClassifierConfig
from intent_router.corpus import OUT_OF_SCOPE, Example, held_out, training_examples
from intent_router.head_training import BagConfig
from intent_router.training import TrainingConfig, train_and_judge
from intent_router.tuning import Judged, Tuning, tune
from knowledge_base.training import EncoderConfig

LABELS = (
    "intent:coupon_not_received",
    "intent:invoice_problem",
    "intent:refund_progress",
    "intent:points_missing",
    "intent:human_agent",
    "intent:greet",
    "intent:affirm",
    OUT_OF_SCOPE,
    "faq:invoice_how",
    "faq:coupon_arrival_time",
    "faq:close_account",
)
MESSAGES_OF_EACH = 90
SMALL = TrainingConfig(
    ClassifierConfig(bag=BagConfig(hidden=32, epochs=6, batch=64), encoder=EncoderConfig(dimension=32, epochs=4))
)


@dataclass(frozen=True)
class Small:
    """`development` was held out: no source has seen it."""

    classifier: Classifier
    tuning: Tuning
    judged: Judged
    train: list[Example]
    development: list[Example]


@pytest.fixture(scope="session")
def small() -> Small:
    """Tier 1 over a few labels."""
    by_label: dict[str, list[Example]] = defaultdict(list)
    for example in training_examples():
        by_label[example.label].append(example)
    chosen = [example for label in LABELS for example in by_label[label][:MESSAGES_OF_EACH]]
    train, development = held_out(chosen)
    classifier, judged = train_and_judge(train, development, SMALL, lambda stage: None)
    classifier, tuning = tune(classifier, judged)
    return Small(classifier, tuning, judged, train, development)
