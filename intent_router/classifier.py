"""Tier 1 as a classifier of any label set: dense retrieval, a linear head and a neural bag, fused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from contracts.errors import NotReady
from intent_router.fusion import Fusion, Table, softmax
from intent_router.heads import BagHead, LinearHead
from intent_router.neighbours import Near, Neighbours
from intent_router.vectoriser import Vectoriser
from knowledge_base.encoder import Encoder, load_encoder
from knowledge_base.features import features
from language import normalise, without_courtesies

SOURCES = ("linear", "bag", "dense")
_FILE = "classifier.json"


def request(text: str) -> str:
    """What is read of a message, in training as in service: normalised, without greetings and thanks around it."""
    return without_courtesies(normalise(text))


@dataclass(frozen=True)
class Evidence:
    """What the sources say about one text.

    `table` has a row for each of SOURCES and a column for each label; `vector` is what the encoder makes of the text;
    `known` is the share of the text's features that the training messages have, `length` its characters.
    """

    table: Table
    near: Near
    vector: NDArray[np.float32]
    known: float
    length: int


class Classifier:
    """Texts to probabilities over labels. Thread-safe; about a millisecond a text."""

    def __init__(
        self,
        labels: Sequence[str],
        vectoriser: Vectoriser,
        linear: LinearHead,
        bag: BagHead,
        encoder: Encoder,
        neighbours: Neighbours,
        fusion: Fusion,
    ) -> None:
        self.labels = tuple(labels)
        self.fusion = fusion
        self.encoder = encoder
        self._vectoriser = vectoriser
        self._linear = linear
        self._bag = bag
        self._neighbours = neighbours

    def evidence(self, text: str) -> Evidence:
        """What each source says, before fusion."""
        plain = request(text)
        row = self._vectoriser.row(features(plain))
        vector = self.encoder.encode([plain])[0]
        near = self._neighbours.near(vector)
        table = np.stack([self._linear.scores(row), self._bag.scores(row), near.similarity]).astype(np.float64)
        return Evidence(table, near, vector, row.known, len(plain))

    def evidence_table(self, texts: Sequence[str]) -> Table:
        """Shape (sources, texts, labels)."""
        return np.stack([self.evidence(text).table for text in texts], axis=1)

    def probabilities(self, text: str) -> NDArray[np.float64]:
        """One for each of `labels`; they sum to 1."""
        return softmax(self.fusion.scores(self.evidence(text).table))

    def with_fusion(self, fusion: Fusion) -> Classifier:
        """The same sources under other weights."""
        return Classifier(
            self.labels, self._vectoriser, self._linear, self._bag, self.encoder, self._neighbours, fusion
        )

    def save(self, folder: Path) -> None:
        """Write all parts into a folder."""
        self._vectoriser.save(folder)
        self._linear.save(folder)
        self._bag.save(folder)
        self._neighbours.save(folder)
        self.encoder.save(folder)
        described = {"labels": self.labels, "sources": SOURCES, "fusion": self.fusion.weights}
        (folder / _FILE).write_text(json.dumps(described, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Classifier:
        """Read what `save` has written.

        Raises:
            NotReady: a part is missing.
        """
        try:
            described = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise NotReady(f"the router is not trained: {_FILE} is missing") from error
        labels = tuple(described["labels"])
        return cls(
            labels,
            Vectoriser.load(folder),
            LinearHead.load(folder),
            BagHead.load(folder),
            load_encoder(folder),
            Neighbours.load(folder, len(labels)),
            Fusion(tuple(described["fusion"])),
        )
