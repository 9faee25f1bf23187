"""Training of the sentiment model; imported by nobody at serving time (it needs scikit-learn, scipy and spaCy)."""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split

from contracts.errors import ContractError
from contracts.taxonomy.loader import SENTIMENT_ORDER
from intent_router.entity_patterns.word_rules import blank_pipeline
from intent_router.fusion import learn_fusion
from intent_router.head_training import BagConfig, LinearConfig, train_bag, train_linear
from intent_router.sentiment import Scores, SentimentModel, Weights
from intent_router.sentiment_cues import CUE_NAMES, cue_values
from intent_router.sentiment_features import bag_tokens, features_of, key, readable
from intent_router.sentiment_rows import Rows
from language import normalise

Labels = npt.NDArray[np.int64]

_LEAST_COUNT = 2
_LINEAR = LinearConfig(penalty=1.0, tolerance=1e-4, rounds=1000)
_NEURAL = BagConfig(
    hidden=128, epochs=8, batch=128, embedding_rate=0.05, feature_dropout=0.65, hidden_dropout=0.5, least_steps=1
)
_BAG_EPOCHS = 5
_BAG_BATCH = 32
_BAG_DROPOUT = 0.3
_BAG_LONGEST = 3
_HELD_OUT = 0.2
_SMALL_TALK = ("greet", "thanks", "goodbye", "affirm", "deny", "bot_identity")
_SMALL_TALK_LENGTH = 4
"""Characters. Longer lines of small talk would make calm the answer to everything short."""
_BINS = 10
"""Of the calibration error."""


@dataclass(frozen=True)
class Labelled:
    """Messages and their labels as places in `SENTIMENT_ORDER`."""

    texts: list[str]
    labels: Labels

    def part(self, places: Sequence[int]) -> Labelled:
        return Labelled([self.texts[i] for i in places], self.labels[list(places)])


def read_training(data_dir: Path) -> Labelled:
    """The training messages, one a line in a file for each label.

    Raises:
        ContractError: a label has no messages.
    """
    texts: list[str] = []
    labels: list[int] = []
    for place, label in enumerate(SENTIMENT_ORDER):
        path = data_dir / "sentiment" / "train" / f"{label}.txt"
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        said = [line.strip() for line in lines if line.strip()]
        if not said:
            raise ContractError(f"no training messages for the feeling {label}: {path.name}")
        texts += said
        labels += [place] * len(said)
    return Labelled(texts, np.array(labels))


def read_small_talk(data_dir: Path) -> list[str]:
    """The briefest lines of the chat intents that show no feeling: 在吗, 嗯, 不是.

    The sentiment files say little about such messages, and a customer who twice answers 没有 is not dissatisfied.
    """
    said: list[str] = []
    for intent in _SMALL_TALK:
        path = data_dir / "intents" / "train" / f"{intent}.txt"
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        said += [line.strip() for line in lines if 0 < len(line.strip()) <= _SMALL_TALK_LENGTH]
    return [text for text in dict.fromkeys(said) if _shows_nothing(text)]


def _shows_nothing(text: str) -> bool:
    return bool(cue_values(text, normalise(text))[CUE_NAMES.index("no cue")])


def read_judged(path: Path) -> Labelled | None:
    """Development or test messages (`{"text", "label"}` a line), or None when there is no such file.

    Raises:
        ContractError: a label is none of the taxonomy's.
    """
    if not path.is_file():
        return None
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    unknown = {str(row["label"]) for row in rows} - set(SENTIMENT_ORDER)
    if unknown:
        raise ContractError(f"{path.name}: unknown feelings {sorted(unknown)}")
    places = np.array([SENTIMENT_ORDER.index(row["label"]) for row in rows])
    return Labelled([row["text"] for row in rows], places) if rows else None


def train(data_dir: Path, out_dir: Path, seed: int) -> dict[str, float]:
    """See `intent_router.sentiment.train_sentiment`."""
    started = time.perf_counter()
    told = read_training(data_dir)
    judged = read_judged(data_dir / "dev" / "sentiment.jsonl")
    if judged is None:
        kept, held = train_test_split(
            range(len(told.texts)), test_size=_HELD_OUT, stratify=told.labels, random_state=seed
        )
        told, judged = told.part(kept), told.part(held)
    small_talk = read_small_talk(data_dir)
    model = fit(told, judged, small_talk, seed)
    metrics = measure(model, judged) | {"train_messages": float(len(told.texts))}
    metrics["seconds"] = round(time.perf_counter() - started, 2)
    model.save(out_dir, {"metrics": metrics, "seed": seed, "data": _digest(told, judged, small_talk)})
    return metrics


def fit(told: Labelled, judged: Labelled, small_talk: Sequence[str], seed: int) -> SentimentModel:
    """The three models from `told`, mixed and calibrated on `judged`; small talk is calm, and not for spaCy's bag."""
    messages = [features_of(text) for text in (*told.texts, *small_talk)]
    calm = np.full(len(small_talk), SENTIMENT_ORDER.index("calm"))
    labels = np.concatenate([told.labels, calm])
    known = Rows.fit(messages, _LEAST_COUNT)
    matrix = known.matrix(messages)
    linear = train_linear(matrix, labels, replace(_LINEAR, seed=seed))
    neural = train_bag(matrix, labels, replace(_NEURAL, seed=seed))
    bag, bag_bias, _ = fit_bag_beside_spacy(told, seed)
    model = SentimentModel(known, linear, neural, bag, bag_bias, (1.0, 1.0, 1.0))
    opinions = model.opinions([features_of(text) for text in judged.texts])
    return replace(model, scales=_fit_scales(opinions, judged.labels))


def measure(model: SentimentModel, judged: Labelled) -> dict[str, float]:
    """Macro-F1, F1 by label, negative log-likelihood and expected calibration error."""
    found = model.probabilities(judged.texts)
    best = found.argmax(axis=1)
    places = range(len(SENTIMENT_ORDER))
    by_label = f1_score(judged.labels, best, labels=list(places), average=None, zero_division=0.0)
    right = found[np.arange(len(best)), judged.labels]
    return {
        "macro_f1": round(float(np.mean(by_label)), 4),
        **{f"f1_{label}": round(float(by_label[i]), 4) for i, label in enumerate(SENTIMENT_ORDER)},
        "nll": round(float(-np.log(np.maximum(right, 1e-9)).mean()), 4),
        "calibration_error": round(_calibration_error(found.max(axis=1), best == judged.labels), 4),
        "judged_messages": float(len(best)),
    }


def fit_bag_beside_spacy(told: Labelled, seed: int) -> tuple[Weights, Scores, Scores]:
    """spaCy's TextCatBOW: its weights and bias as they are served, and its own probabilities of `told`."""
    import spacy
    from spacy.tokens import Doc
    from spacy.training import Example
    from spacy.util import minibatch

    nlp = blank_pipeline()
    spacy.util.fix_random_seed(seed)
    architecture = {
        "@architectures": "spacy.TextCatBOW.v3",
        "exclusive_classes": True,
        "ngram_size": _BAG_LONGEST,
        "no_output_layer": False,
        "length": 262144,
    }
    textcat = nlp.add_pipe("textcat", config={"model": architecture})
    for label in SENTIMENT_ORDER:
        textcat.add_label(label)
    docs = [Doc(nlp.vocab, words=bag_tokens(readable(text))) for text in told.texts]
    cats = [{name: float(i == place) for i, name in enumerate(SENTIMENT_ORDER)} for place in told.labels]
    examples = [Example.from_dict(doc, {"cats": cat}) for doc, cat in zip(docs, cats, strict=True)]
    optimizer = nlp.initialize(lambda: examples)
    shuffler = random.Random(seed)
    for _ in range(_BAG_EPOCHS):
        shuffler.shuffle(examples)
        for batch in minibatch(examples, size=_BAG_BATCH):
            nlp.update(batch, sgd=optimizer, drop=_BAG_DROPOUT)
    weights, bias = _read_out(textcat.model, docs)
    return weights, bias, np.asarray(textcat.model.predict(docs), dtype=np.float32)


def _read_out(model: Any, docs: Sequence[Any]) -> tuple[Weights, Scores]:
    """The weights that a trained bag has for every n-gram of these documents: it is asked about each alone."""
    parts = {node.name: node for node in model.walk()}
    linear, grams = parts["sparse_linear"], parts["extract_ngrams"]
    hashes: dict[int, int] = {}
    for doc in docs:
        tokens = [token.text for token in doc]
        single = doc.to_array([grams.attrs["attr"]]).reshape(-1).astype("uint64")
        for size in range(1, _BAG_LONGEST + 1):
            asked = single if size == 1 else model.ops.ngrams(size, single)
            for start in range(len(tokens) - size + 1):
                hashes[key("\x1f".join(tokens[start : start + size]))] = int(asked[start])
    keys = np.array(sorted(hashes), dtype=np.uint32)
    asked_for = np.array([hashes[int(k)] for k in keys], dtype="uint64")
    ones = np.ones(len(keys), dtype=np.float32)
    bias = np.asarray(linear.get_param("b"), dtype=np.float32)
    scores = linear.predict((asked_for, ones, ones.astype("int32")))
    return Weights(keys, np.asarray(scores, dtype=np.float32) - bias), bias


def _fit_scales(opinions: Sequence[Scores], labels: Labels) -> tuple[float, ...]:
    """How much each model counts, so that the probabilities of the mixture fit the labels best."""
    return learn_fusion(np.stack(opinions).astype(np.float64), labels.tolist()).weights


def _calibration_error(confidence: Scores, right: npt.NDArray[np.bool_]) -> float:
    """Mean distance between confidence and share of right answers, over bins of confidence."""
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gaps = [
        abs(float(confidence[bins == b].mean()) - float(right[bins == b].mean())) * float((bins == b).mean())
        for b in range(_BINS)
        if (bins == b).any()
    ]
    return float(sum(gaps))


def _digest(told: Labelled, judged: Labelled, small_talk: Sequence[str]) -> str:
    """A hash of the messages and labels that the model was made from."""
    rows = [f"{label}\t{text}" for part in (told, judged) for text, label in zip(part.texts, part.labels, strict=True)]
    digest = hashlib.sha256("\n".join([*rows, *small_talk]).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:16]
