"""How a customer feels: calm, anxious, dissatisfied or angry, with a calibrated probability.

Two linear models that err differently look at each message: a linear SVM over characters, words with negation,
sounds, the last clause and hand-written cues, and spaCy's TextCatBOW over characters. Both are served as arrays of
weights, so that reading a message needs neither spaCy nor torch.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from contracts.decision import SentimentReading
from contracts.errors import ContractError, NotReady
from contracts.taxonomy.loader import SENTIMENT_ORDER
from intent_router.sentiment_cues import CUE_NAMES
from intent_router.sentiment_features import BLOCKS, CUE_WEIGHT, Features, features_of

WEIGHTS_FILE = "sentiment.npz"
ABOUT_FILE = "sentiment.json"
_FORMAT = 1

Scores = npt.NDArray[np.float32]
"""Messages × labels, in the order of `SENTIMENT_ORDER`."""


@dataclass(frozen=True)
class Weights:
    """A linear model over hashed features: sorted keys, a row of weights for each key, a bias."""

    keys: npt.NDArray[np.uint32]
    rows: Scores

    def known(self, wanted: npt.NDArray[np.uint32]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
        """Row numbers of the keys that the model knows, and which of `wanted` they are."""
        if not len(self.keys):
            return np.zeros(0, dtype=np.intp), np.zeros(len(wanted), dtype=np.bool_)
        places = np.searchsorted(self.keys, wanted)
        places[places == len(self.keys)] = 0
        hit = self.keys[places] == wanted
        return places[hit], hit


@dataclass(frozen=True)
class SentimentModel:
    """Reads messages. Immutable and safe to share between threads."""

    blocks: tuple[Weights, ...]
    cue_rows: Scores
    margin_bias: Scores
    bag: Weights
    bag_bias: Scores
    scales: tuple[float, float]
    """Learned on development messages: how much a margin and a score of the bag count, and how sure that makes."""

    @classmethod
    def load(cls, directory: Path) -> SentimentModel:
        """Read a trained model.

        Raises:
            NotReady: there is none in `directory`.
            ContractError: it was written by another version of this code.
        """
        about_path = directory / ABOUT_FILE
        if not about_path.is_file() or not (directory / WEIGHTS_FILE).is_file():
            raise NotReady(f"no sentiment model in {directory}")
        about = json.loads(about_path.read_text(encoding="utf-8"))
        if about.get("format") != _FORMAT or about.get("cues") != list(CUE_NAMES):
            raise ContractError("the sentiment model was trained by another version: train it again")
        with np.load(directory / WEIGHTS_FILE, allow_pickle=False) as arrays:
            blocks = tuple(Weights(arrays[f"{name}_keys"], arrays[f"{name}_rows"]) for name in BLOCKS)
            return cls(
                blocks=blocks,
                cue_rows=arrays["cue_rows"],
                margin_bias=arrays["margin_bias"],
                bag=Weights(arrays["bag_keys"], arrays["bag_rows"]),
                bag_bias=arrays["bag_bias"],
                scales=(float(about["scales"][0]), float(about["scales"][1])),
            )

    def save(self, directory: Path, about: dict[str, object]) -> None:
        """Write the model and what is to be known about it (metrics, data); files are replaced one after the other."""
        directory.mkdir(parents=True, exist_ok=True)
        arrays: dict[str, npt.NDArray[np.generic]] = {
            "cue_rows": self.cue_rows,
            "margin_bias": self.margin_bias,
            "bag_keys": self.bag.keys,
            "bag_rows": self.bag.rows,
            "bag_bias": self.bag_bias,
        }
        for name, block in zip(BLOCKS, self.blocks, strict=True):
            arrays |= {f"{name}_keys": block.keys, f"{name}_rows": block.rows}
        temporary = directory / f".{WEIGHTS_FILE}"
        with temporary.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
        temporary.replace(directory / WEIGHTS_FILE)
        about = {"format": _FORMAT, "cues": list(CUE_NAMES), "scales": list(self.scales), **about}
        (directory / ABOUT_FILE).write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    def read(self, text: str) -> SentimentReading:
        """The feeling of one message."""
        return self.read_many([text])[0]

    def read_many(self, texts: Sequence[str]) -> list[SentimentReading]:
        """The feeling of every message, in their order."""
        if not texts:
            return []
        found = self.probabilities(texts)
        best = found.argmax(axis=1)
        return [SentimentReading(SENTIMENT_ORDER[label], float(found[i, label])) for i, label in enumerate(best)]

    def probabilities(self, texts: Sequence[str]) -> Scores:
        """Calibrated probabilities of all labels."""
        features = [features_of(text) for text in texts]
        return softmax(mixed(self.margins(features), self.bag_scores(features), self.scales))

    def margins(self, features: Sequence[Features]) -> Scores:
        """Decision values of the SVM."""
        found = np.empty((len(features), len(SENTIMENT_ORDER)), dtype=np.float32)
        for i, message in enumerate(features):
            total = self.margin_bias + message.cues @ self.cue_rows
            for weights, wanted in zip(self.blocks, message.blocks, strict=True):
                places, _ = weights.known(wanted)
                if len(places):
                    total = total + weights.rows[places].sum(axis=0) / np.sqrt(len(places))
            found[i] = total
        return found

    def bag_scores(self, features: Sequence[Features]) -> Scores:
        """Scores of the bag of n-grams before its softmax."""
        found = np.empty((len(features), len(SENTIMENT_ORDER)), dtype=np.float32)
        for i, message in enumerate(features):
            places, hit = self.bag.known(message.bag_keys)
            found[i] = self.bag_bias + message.bag_counts[hit] @ self.bag.rows[places]
        return found


def mixed(margins: Scores, bag: Scores, scales: tuple[float, float]) -> Scores:
    """Both models' opinions as one score for each label."""
    return scales[0] * margins + scales[1] * bag


def softmax(scores: Scores) -> Scores:
    """Rows that sum to 1."""
    raised: Scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Scores = raised / raised.sum(axis=1, keepdims=True)
    return shares


def block_scale(name: str) -> float:
    """The weight of a block, or of the cues."""
    return CUE_WEIGHT if name == "cues" else BLOCKS[name]


def train_sentiment(data_dir: Path, out_dir: Path, seed: int = 7) -> dict[str, float]:
    """Train on `data_dir/sentiment/train/<label>.txt` and write the model into `out_dir`.

    Mixing and calibration are learned on `data_dir/dev/sentiment.jsonl`, else on a fifth of the training messages
    that is held out. Returns macro-F1, F1 of each label, negative log-likelihood, expected calibration error (each
    on those messages), their number and the seconds it took.

    Raises:
        ContractError: a label has no messages.
    """
    from intent_router.sentiment_training import train

    return train(data_dir, out_dir, seed)
