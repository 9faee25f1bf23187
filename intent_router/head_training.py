"""Trains the heads: scikit-learn for the linear one, torch for the neural bag. Nothing of this is imported to serve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intent_router.heads import BagHead, LinearHead

Labels = NDArray[np.int64]


_BATCHES_OF_FEW = 32
"""Batches into which few messages are cut, as far as `BagConfig.least_batch` allows."""


@dataclass(frozen=True)
class LinearConfig:
    """`penalty` is scikit-learn's C; `tolerance` ends the descent.

    With more labels than `most_machines` the centroid of each label's messages takes the place of its machine:
    a thousand machines would take a quarter of an hour.
    """

    most_machines: int = 500
    penalty: float = 0.5
    tolerance: float = 0.01
    rounds: int = 200
    seed: int = 7


@dataclass(frozen=True)
class BagConfig:
    """`feature_dropout`: share of a message's features that are left out each time it is seen.

    Few messages are seen in smaller batches and more often: at least `least_steps` steps, of at least `least_batch`.
    """

    hidden: int = 256
    epochs: int = 8
    batch: int = 256
    least_batch: int = 64
    least_steps: int = 576
    embedding_rate: float = 0.08
    output_rate: float = 0.006
    feature_dropout: float = 0.5
    hidden_dropout: float = 0.3
    seed: int = 7


def train_linear(matrix: Any, labels: Labels, config: LinearConfig = LinearConfig()) -> LinearHead:
    """Fit one machine for each of the labels 0 … max(labels)."""
    from sklearn.svm import LinearSVC

    if int(labels.max()) >= config.most_machines:
        return _centroids(matrix, labels)

    machine = LinearSVC(C=config.penalty, tol=config.tolerance, max_iter=config.rounds, random_state=config.seed)
    machine.fit(matrix, labels)
    weights, bias = machine.coef_.T, machine.intercept_
    if weights.shape[1] == 1:  # two labels share one machine
        weights, bias = np.hstack([-weights, weights]), np.concatenate([-bias, bias])
    return LinearHead(np.ascontiguousarray(weights, dtype=np.float16), bias.astype(np.float32))


def _centroids(matrix: Any, labels: Labels) -> LinearHead:
    from scipy import sparse
    from sklearn.preprocessing import normalize

    count = int(labels.max()) + 1
    members = sparse.csr_matrix((np.ones(len(labels)), (labels, np.arange(len(labels)))), (count, len(labels)))
    centroids = normalize(members @ matrix)
    return LinearHead(centroids.T.toarray().astype(np.float16), np.zeros(count, dtype=np.float32))


def train_bag(matrix: Any, labels: Labels, config: BagConfig = BagConfig()) -> BagHead:
    """Fit the neural bag. One thread: a second one waits more than it works on sparse rows."""
    import torch
    from torch import nn

    torch.manual_seed(config.seed)
    torch.set_num_threads(1)
    random = np.random.default_rng(config.seed)
    count = int(labels.max()) + 1
    embedding = nn.EmbeddingBag(matrix.shape[1], config.hidden, mode="sum", sparse=True)
    nn.init.normal_(embedding.weight, std=0.1)
    hidden_bias = nn.Parameter(torch.zeros(config.hidden))
    output = nn.Linear(config.hidden, count)
    dropout = nn.Dropout(config.hidden_dropout)
    with torch.sparse.check_sparse_tensor_invariants(False):
        optimisers = [
            torch.optim.Adagrad(embedding.parameters(), lr=config.embedding_rate),
            torch.optim.Adam([*output.parameters(), hidden_bias], lr=config.output_rate),
        ]
        targets = torch.from_numpy(labels)
        batch = min(config.batch, max(config.least_batch, len(labels) // _BATCHES_OF_FEW))
        in_epoch = -(-len(labels) // batch)
        epochs = max(config.epochs, -(-config.least_steps // in_epoch))
        steps = epochs * in_epoch
        step = 0
        for _epoch in range(epochs):
            order = random.permutation(len(labels))
            for start in range(0, len(order), batch):
                chosen = order[start : start + batch]
                ids, offsets, values = _thinned(matrix[chosen], config.feature_dropout, random)
                hidden = embedding(
                    torch.from_numpy(ids), torch.from_numpy(offsets), per_sample_weights=torch.from_numpy(values)
                )
                logits = output(dropout(torch.relu(hidden + hidden_bias)))
                loss = nn.functional.cross_entropy(logits, targets[torch.from_numpy(chosen)])
                for optimiser, rate in zip(optimisers, (config.embedding_rate, config.output_rate), strict=True):
                    optimiser.zero_grad()
                    for group in optimiser.param_groups:
                        group["lr"] = rate * (1 - step / steps)
                loss.backward()
                for optimiser in optimisers:
                    optimiser.step()
                step += 1
    return BagHead(
        embedding.weight.detach().numpy().astype(np.float16),
        hidden_bias.detach().numpy().copy(),
        output.weight.detach().numpy().T.copy(),
        output.bias.detach().numpy().copy(),
    )


def _thinned(
    rows: Any, dropout: float, random: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Ids, offsets and values of some sparse rows with a share of the features left out, the others made up for it."""
    kept = random.random(len(rows.indices)) >= dropout
    owner = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))[kept]
    lengths = np.bincount(owner, minlength=rows.shape[0])
    offsets = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    values = rows.data[kept] / (1 - dropout)
    return rows.indices[kept].astype(np.int64), offsets.astype(np.int64), values.astype(np.float32)
