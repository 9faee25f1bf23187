"""Trains the default encoder with sentence-transformers from the project's own messages and exports its matrix.

A message and another one of the same label belong together; one of a confusable label (a hard negative) and those of
all other labels in the batch do not.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contracts.errors import ContractError
from knowledge_base.encoder import StaticEncoder
from knowledge_base.features import encoder_tokens
from language import normalise

UNKNOWN = "[UNK]"
Ids = NDArray[np.int64]


@dataclass(frozen=True)
class EncoderConfig:
    """`epochs` counts how often each message is an anchor, on the average."""

    dimension: int = 128
    epochs: int = 10
    learning_rate: float = 0.02
    least_count: int = 2
    token_dropout: float = 0.3
    confusable_labels: int = 8
    largest_batch: int = 256
    seed: int = 7


Progress = Callable[[int, int], None]
"""Called with the steps done and all steps."""


def train_encoder(
    texts: Sequence[str],
    labels: Sequence[str],
    config: EncoderConfig = EncoderConfig(),
    progress: Progress = lambda done, total: None,
) -> StaticEncoder:
    """A static encoder for texts like these.

    Raises:
        ContractError: fewer than two labels have two messages, so there is nothing to learn from.
    """
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import WhitespaceSplit

    torch.manual_seed(config.seed)
    tokens = [encoder_tokens(normalise(text)) for text in texts]
    vocabulary = _vocabulary(tokens, config.least_count)
    batches = _Batches(tokens, labels, vocabulary, config)

    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    module = StaticEmbedding(tokenizer, embedding_dim=config.dimension)
    # Only the rows of a batch's tokens get gradients: an epoch takes seconds instead of minutes.
    module.embedding.sparse = True
    torch.nn.init.normal_(module.embedding.weight, std=0.1)
    model = SentenceTransformer(modules=[module], device="cpu")
    loss = MultipleNegativesRankingLoss(model)
    optimiser = torch.optim.SparseAdam(list(model.parameters()), lr=config.learning_rate)
    model.train()
    for step in range(batches.steps):
        for group in optimiser.param_groups:
            group["lr"] = config.learning_rate * (1 - step / batches.steps)
        columns = [_bag(column, torch) for column in batches.next()]
        optimiser.zero_grad()
        loss(columns, None).backward()
        optimiser.step()
        progress(step + 1, batches.steps)
    return StaticEncoder(vocabulary, module.embedding.weight.detach().numpy().copy())


def as_sentence_transformer(encoder: StaticEncoder) -> Any:
    """The same encoder as a sentence-transformers model over space-joined tokens.

    Texts must be given as `" ".join(encoder.known_tokens(text))`: its tokenizer turns unknown tokens into `[UNK]`,
    which has a vector of its own, where the static encoder leaves them out.
    """
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import WhitespaceSplit

    tokenizer = Tokenizer(WordLevel(dict(encoder.vocabulary), unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    module = StaticEmbedding(tokenizer, embedding_weights=encoder.matrix)
    return SentenceTransformer(modules=[module, Normalize()], device="cpu")


def _vocabulary(tokens: Sequence[Sequence[str]], least_count: int) -> dict[str, int]:
    counts = Counter(token for message in tokens for token in message)
    kept = [token for token, count in counts.items() if count >= least_count]
    return {token: row for row, token in enumerate([UNKNOWN, *kept])}


def _bag(rows: Sequence[Ids], torch: Any) -> dict[str, Any]:
    """What StaticEmbedding's own tokenizer would return for these token ids."""
    lengths = [len(row) for row in rows]
    offsets = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    return {"input_ids": torch.from_numpy(np.concatenate(rows)), "offsets": torch.from_numpy(offsets)}


class _Batches:
    """Columns anchor, positive, hard negative; every label stands in a batch at most once, so that no other row of
    the batch is a positive in disguise."""

    def __init__(
        self,
        tokens: Sequence[Sequence[str]],
        labels: Sequence[str],
        vocabulary: dict[str, int],
        config: EncoderConfig,
    ) -> None:
        self._random = np.random.default_rng(config.seed)
        self._dropout = config.token_dropout
        members: dict[str, list[Ids]] = defaultdict(list)
        for message, label in zip(tokens, labels, strict=True):
            ids = [vocabulary[token] for token in message if token in vocabulary]
            if ids:
                members[label].append(np.array(ids, dtype=np.int64))
        names = sorted(label for label, found in members.items() if len(found) >= 2)
        if len(names) < 2:
            raise ContractError("an encoder needs two labels with two messages each")
        self._members = [members[name] for name in names]
        self._confusable = _confusable(self._members, len(vocabulary), config.confusable_labels)
        self._size = min(config.largest_batch, len(names))
        total = sum(map(len, self._members))
        self.steps = max(1, config.epochs * total // self._size)

    def next(self) -> tuple[list[Ids], list[Ids], list[Ids]]:
        """The next batch; each column has one message for each of the batch's labels."""
        anchors, positives, negatives = [], [], []
        for label in self._random.permutation(len(self._members))[: self._size]:
            own = self._members[label]
            one, two = self._random.choice(len(own), 2, replace=False)
            other = self._members[self._random.choice(self._confusable[label])]
            anchors.append(self._thinned(own[one]))
            positives.append(self._thinned(own[two]))
            negatives.append(self._thinned(other[self._random.integers(len(other))]))
        return anchors, positives, negatives

    def _thinned(self, ids: Ids) -> Ids:
        """Some of the tokens, at random: no single word may decide alone."""
        kept = ids[self._random.random(len(ids)) >= self._dropout]
        return kept if len(kept) else ids


def _confusable(members: Sequence[Sequence[Ids]], size: int, count: int) -> NDArray[np.int64]:
    """For each label those whose words are nearest to its own: shape (labels, at most `count`)."""
    counts = np.zeros((len(members), size), dtype=np.float32)
    for label, messages in enumerate(members):
        for ids in messages:
            counts[label, ids] += 1
        counts[label] /= len(messages)
    spread = (counts > 0).sum(axis=0)
    counts *= np.log(1 + len(members) / np.maximum(spread, 1))
    counts /= np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1e-9)
    near = counts @ counts.T
    np.fill_diagonal(near, -1.0)
    return np.argsort(-near, axis=1)[:, : min(count, len(members) - 1)]
