"""Trains the sources of tier 1 on labelled messages."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

import numpy as np

from contracts.errors import ContractError
from intent_router.classifier import SOURCES, Classifier, request
from intent_router.corpus import Example
from intent_router.fusion import Fusion
from intent_router.head_training import BagConfig, LinearConfig, train_bag, train_linear
from intent_router.neighbours import Neighbours
from intent_router.vectoriser import Vectoriser
from knowledge_base.encoder import Encoder, PretrainedEncoder
from knowledge_base.features import features
from knowledge_base.training import EncoderConfig, train_encoder

PROCESSES = max(1, min(3, os.cpu_count() or 1))

Report = Callable[[str], None]
"""Called with the name of each stage when it is done."""


@dataclass(frozen=True)
class ClassifierConfig:
    """`shares`: length of the parts of a vector for characters, sounds and concepts.

    `pretrained` names an encoder (the setting YOUBAN_ENCODER) that is served instead of one trained here.
    """

    least_count: int = 2
    shares: tuple[float, float, float] = (1.0, 0.7, 0.5)
    linear: LinearConfig = field(default_factory=LinearConfig)
    bag: BagConfig = field(default_factory=BagConfig)
    encoder: EncoderConfig = field(default_factory=EncoderConfig)
    pretrained: str | None = None


def train_sources(
    examples: Sequence[Example],
    config: ClassifierConfig = ClassifierConfig(),
    report: Report = lambda stage: None,
) -> Classifier:
    """A classifier with all sources trained, side by side in as many processes as there are cores.

    Its fusion counts each source the same; `intent_router.tuning` learns a better one.

    Raises:
        ContractError: there are fewer than two labels.
    """
    names = sorted({example.label for example in examples})
    if len(names) < 2:
        raise ContractError("a classifier needs two labels")
    numbers = {name: i for i, name in enumerate(names)}
    labels = np.array([numbers[example.label] for example in examples], dtype=np.int64)
    texts = [request(example.text) for example in examples]
    # Spawned, not forked: a fork of a process with threads (torch, faiss) may hang.
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        encoder_job = pool.submit(_encoder, texts, [e.label for e in examples], config)
        documents = [features(text) for text in texts]
        vectoriser = Vectoriser.fit(documents, config.least_count, config.shares)
        matrix = vectoriser.matrix(documents)
        del documents
        report("features")
        bag_job = pool.submit(train_bag, matrix, labels, config.bag)
        linear_job = pool.submit(train_linear, matrix, labels, config.linear)
        _report_when_done(encoder_job, "encoder", report)
        _report_when_done(bag_job, "neural bag", report)
        _report_when_done(linear_job, "linear head", report)
        encoder = encoder_job.result()
        neighbours = Neighbours.build(encoder, texts, labels.astype(np.int32), len(names))
        report("index")
        bag, linear = bag_job.result(), linear_job.result()
    equal = Fusion(tuple(1.0 for _ in SOURCES))
    return Classifier(names, vectoriser, linear, bag, encoder, neighbours, equal)


def _encoder(texts: Sequence[str], labels: Sequence[str], config: ClassifierConfig) -> Encoder:
    if config.pretrained:
        return PretrainedEncoder(config.pretrained)
    import torch

    torch.set_num_threads(1)
    return train_encoder(texts, labels, config.encoder)


def _report_when_done(job: Future[Any], stage: str, report: Report) -> None:
    job.add_done_callback(lambda done: report(stage) if done.exception() is None else None)
