"""Encoders: texts to unit vectors, so that near means alike."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from contracts.errors import ContractError, NotReady
from knowledge_base.features import encoder_tokens
from language import normalise

Vectors = NDArray[np.float32]

SETTING = "YOUBAN_ENCODER"
"""The setting that names a pretrained encoder."""
_MATRIX, _VOCABULARY, _PRETRAINED = "encoder_matrix.npy", "encoder_vocabulary.json", "encoder_pretrained.json"


class Encoder(Protocol):
    """Texts to vectors."""

    @property
    def name(self) -> str:
        """Which encoder this is: vectors of different names must not be compared."""
        ...

    @property
    def dimension(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Shape (number of texts, dimension); rows have length 1, or 0 when nothing in the text is known."""
        ...

    def save(self, folder: Path) -> None:
        """Leave in a folder what `load_encoder` needs."""
        ...


class StaticEncoder:
    """The mean of learned token vectors; needs numpy alone.

    Equal to a sentence-transformers model of `StaticEmbedding` and `Normalize` over the same matrix
    (tests/knowledge_base/test_training.py proves it); unknown tokens count for nothing.

    Args:
        vocabulary: token → row of the matrix.
        matrix: one vector for each token.
    """

    name = "static"

    def __init__(self, vocabulary: Mapping[str, int], matrix: Vectors) -> None:
        if matrix.ndim != 2 or len(vocabulary) != matrix.shape[0]:
            raise ContractError(f"{len(vocabulary)} tokens do not fit a matrix of shape {matrix.shape}")
        self.vocabulary = vocabulary
        self.matrix = matrix

    @property
    def dimension(self) -> int:
        return int(self.matrix.shape[1])

    def known_tokens(self, text: str) -> list[str]:
        """The tokens of a text that the matrix has a vector for."""
        return [token for token in encoder_tokens(normalise(text)) if token in self.vocabulary]

    def encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            ids = [self.vocabulary[token] for token in self.known_tokens(text)]
            if ids:
                mean = self.matrix[ids].mean(axis=0)
                length = float(np.linalg.norm(mean))
                if length > 0:
                    vectors[row] = mean / length
        return vectors

    def save(self, folder: Path) -> None:
        """Write matrix and vocabulary into a folder."""
        np.save(folder / _MATRIX, self.matrix)
        (folder / _VOCABULARY).write_text(json.dumps(list(self.vocabulary), ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> StaticEncoder:
        """Read what `save` has written.

        Raises:
            NotReady: nothing has been written there.
            ContractError: matrix and vocabulary do not fit together.
        """
        try:
            matrix = np.load(folder / _MATRIX)
            tokens = json.loads((folder / _VOCABULARY).read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise NotReady(f"the encoder is not trained: {Path(error.filename).name} is missing") from error
        return cls({token: row for row, token in enumerate(tokens)}, matrix)


class PretrainedEncoder:
    """A pretrained model, served by sentence-transformers itself.

    Args:
        model: a local folder or a hub name such as `BAAI/bge-small-zh-v1.5` (the setting `YOUBAN_ENCODER`).

    Raises:
        NotReady: the model is not there and cannot be fetched.
    """

    def __init__(self, model: str) -> None:
        from sentence_transformers import SentenceTransformer

        try:
            self._model: Any = SentenceTransformer(model, device="cpu")
        except (OSError, ValueError) as error:
            reason = str(error).strip().partition("\n")[0]
            raise NotReady(f"the encoder {model!r} ({SETTING}) cannot be loaded: {reason}") from error
        self.name = model

    @property
    def dimension(self) -> int:
        return int(self._model.get_embedding_dimension())

    def encode(self, texts: Sequence[str]) -> Vectors:
        vectors = self._model.encode(
            [normalise(text) for text in texts],
            batch_size=64,
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
        )
        return np.asarray(vectors, dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Note the model's name; its weights stay where they are."""
        (folder / _PRETRAINED).write_text(json.dumps({"model": self.name}), encoding="utf-8")


def load_encoder(folder: Path) -> Encoder:
    """The encoder that training left in a folder: the pretrained one when it names one, else the static one.

    Raises:
        NotReady: there is none.
    """
    noted = folder / _PRETRAINED
    if noted.exists():
        return PretrainedEncoder(json.loads(noted.read_text(encoding="utf-8"))["model"])
    return StaticEncoder.load(folder)
