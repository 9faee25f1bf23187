"""How a customer feels: calm, anxious, dissatisfied or angry, with a calibrated probability.

Three models that err differently look at each message: a linear SVM and a neural bag over characters, words with
negation, words and characters that stand apart, sounds, concepts, the last clause and hand-written cues, and spaCy's
TextCatBOW over characters. All are served as arrays of weights: reading a message needs neither spaCy nor torch.
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
from intent_router.heads import BagHead, LinearHead
from intent_router.sentiment_cues import CUE_NAMES
from intent_router.sentiment_features import BLOCKS, Features, features_of
from intent_router.sentiment_rows import Keys, Rows, found_among

WEIGHTS_FILE = "sentiment.npz"
ABOUT_FILE = "sentiment.json"
_FORMAT = 2

Scores = npt.NDArray[np.float32]
"""Messages × labels, in the order of `SENTIMENT_ORDER`."""


@dataclass(frozen=True)
class Weights:
    """A linear model over hashed features: sorted keys, a row of weights for each key."""

    keys: Keys
    rows: Scores


@dataclass(frozen=True)
class SentimentModel:
    """Reads messages. Immutable and safe to share between threads."""

    known: Rows
    linear: LinearHead
    neural: BagHead
    bag: Weights
    bag_bias: Scores
    scales: tuple[float, ...]
    """Learned on development messages: how much each of the three counts, and how sure that makes."""

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
        written_by = (about.get("format"), about.get("cues"), about.get("blocks"))
        if written_by != (_FORMAT, list(CUE_NAMES), list(BLOCKS)):
            raise ContractError("the sentiment model was trained by another version: train it again")
        with np.load(directory / WEIGHTS_FILE, allow_pickle=False) as arrays:
            return cls(
                known=Rows([arrays[f"keys_{number}"] for number in range(len(BLOCKS))]),
                linear=LinearHead.load(directory),
                neural=BagHead.load(directory),
                bag=Weights(arrays["bag_keys"], arrays["bag_rows"]),
                bag_bias=arrays["bag_bias"],
                scales=tuple(map(float, about["scales"])),
            )

    def save(self, directory: Path, about: dict[str, object]) -> None:
        """Write the model and what is to be known about it (metrics, data) into a folder of its own."""
        directory.mkdir(parents=True, exist_ok=True)
        arrays: dict[str, npt.NDArray[np.generic]] = {
            "bag_keys": self.bag.keys,
            "bag_rows": self.bag.rows,
            "bag_bias": self.bag_bias,
            **{f"keys_{number}": keys for number, keys in enumerate(self.known.blocks)},
        }
        self.linear.save(directory)
        self.neural.save(directory)
        with (directory / WEIGHTS_FILE).open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
        form = {"format": _FORMAT, "cues": list(CUE_NAMES), "blocks": list(BLOCKS), "scales": list(self.scales)}
        (directory / ABOUT_FILE).write_text(
            json.dumps({**form, **about}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )

    def read(self, text: str) -> SentimentReading:
        """The feeling of one message."""
        return self.read_many([text])[0]

    def read_without_blame(self, text: str) -> SentimentReading:
        """The feeling of a message whose strong words are known to be meant for somebody else: calm or anxious."""
        found = self.probabilities([text])[0]
        label = max(("calm", "anxious"), key=lambda name: found[SENTIMENT_ORDER.index(name)])
        return SentimentReading(label, float(found[SENTIMENT_ORDER.index(label)]))

    def read_many(self, texts: Sequence[str]) -> list[SentimentReading]:
        """The feeling of every message, in their order."""
        if not texts:
            return []
        found = self.probabilities(texts)
        best = found.argmax(axis=1)
        return [SentimentReading(SENTIMENT_ORDER[label], float(found[i, label])) for i, label in enumerate(best)]

    def probabilities(self, texts: Sequence[str]) -> Scores:
        """Calibrated probabilities of all labels."""
        return softmax(mixed(self.opinions([features_of(text) for text in texts]), self.scales))

    def opinions(self, messages: Sequence[Features]) -> tuple[Scores, Scores, Scores]:
        """Scores of the SVM, of the neural bag and of spaCy's bag, each of shape (messages, labels)."""
        rows = [self.known.row(message) for message in messages]
        linear = np.stack([self.linear.scores(row) for row in rows])
        neural = np.stack([self.neural.scores(row) for row in rows])
        return linear, neural, bag_scores(self.bag, self.bag_bias, messages)


def bag_scores(bag: Weights, bias: Scores, messages: Sequence[Features]) -> Scores:
    """Scores of spaCy's bag of n-grams before its softmax."""
    found = np.empty((len(messages), len(SENTIMENT_ORDER)), dtype=np.float32)
    for i, message in enumerate(messages):
        places, hit = found_among(bag.keys, message.bag_keys)
        found[i] = bias + message.bag_counts[hit] @ bag.rows[places]
    return found


def mixed(opinions: Sequence[Scores], scales: Sequence[float]) -> Scores:
    """All opinions as one score for each label."""
    total: Scores = np.tensordot(np.array(scales), np.stack(opinions), axes=1).astype(np.float32)
    return total


def softmax(scores: Scores) -> Scores:
    """Rows that sum to 1."""
    raised: Scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Scores = raised / raised.sum(axis=1, keepdims=True)
    return shares


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
