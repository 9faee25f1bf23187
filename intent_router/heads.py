"""The two learned heads over sparse features, as they are served: numpy alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from contracts.errors import NotReady
from intent_router.vectoriser import Row

Scores = NDArray[np.float32]
_LINEAR, _BAG = "linear_head", "bag_head"


class LinearHead:
    """One linear support vector machine for each label.

    Args:
        weights: shape (features, labels); half precision is enough and halves the memory.
        bias: one for each label.
    """

    def __init__(self, weights: NDArray[np.float16], bias: Scores) -> None:
        self._weights = weights
        self._bias = bias

    def scores(self, row: Row) -> Scores:
        """The margin of each label; above 0 its machine says yes."""
        return row.values @ self._weights[row.ids].astype(np.float32) + self._bias

    def save(self, folder: Path) -> None:
        np.save(folder / f"{_LINEAR}_weights.npy", self._weights)
        np.save(folder / f"{_LINEAR}_bias.npy", self._bias)

    @classmethod
    def load(cls, folder: Path) -> LinearHead:
        """Raises NotReady when it was not saved there."""
        return cls(_mapped(folder, f"{_LINEAR}_weights.npy"), _read(folder, f"{_LINEAR}_bias.npy"))


class BagHead:
    """A neural bag of features: the weighted sum of their embeddings, one hidden layer, softmax over the labels.

    Args:
        embedding: shape (features, hidden), half precision.
        hidden_bias: one for each hidden unit.
        output: shape (hidden, labels).
        bias: one for each label.
    """

    def __init__(self, embedding: NDArray[np.float16], hidden_bias: Scores, output: Scores, bias: Scores) -> None:
        self._embedding = embedding
        self._hidden_bias = hidden_bias
        self._output = output
        self._bias = bias

    def scores(self, row: Row) -> Scores:
        """Log-probabilities of the labels."""
        hidden = row.values @ self._embedding[row.ids].astype(np.float32) + self._hidden_bias
        logits = np.maximum(hidden, 0) @ self._output + self._bias
        logits -= logits.max()
        return logits - np.log(np.exp(logits).sum())  # type: ignore[no-any-return]

    def save(self, folder: Path) -> None:
        np.save(folder / f"{_BAG}_embedding.npy", self._embedding)
        np.save(folder / f"{_BAG}_hidden_bias.npy", self._hidden_bias)
        np.save(folder / f"{_BAG}_output.npy", self._output)
        np.save(folder / f"{_BAG}_bias.npy", self._bias)

    @classmethod
    def load(cls, folder: Path) -> BagHead:
        """Raises NotReady when it was not saved there."""
        return cls(
            _mapped(folder, f"{_BAG}_embedding.npy"),
            _read(folder, f"{_BAG}_hidden_bias.npy"),
            _read(folder, f"{_BAG}_output.npy"),
            _read(folder, f"{_BAG}_bias.npy"),
        )


def _read(folder: Path, name: str) -> NDArray[np.float32]:
    try:
        return np.load(folder / name)  # type: ignore[no-any-return]
    except FileNotFoundError as error:
        raise NotReady(f"the router is not trained: {name} is missing") from error


def _mapped(folder: Path, name: str) -> NDArray[np.float16]:
    """Mapped, not read: the processes of one machine share the pages, and start in no time."""
    try:
        return np.load(folder / name, mmap_mode="r")  # type: ignore[no-any-return]
    except FileNotFoundError as error:
        raise NotReady(f"the router is not trained: {name} is missing") from error
