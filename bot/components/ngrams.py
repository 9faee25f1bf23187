"""Counts of words, character groups or syllables over the whole message.

No `from __future__ import annotations` here: Rasa inspects a component's annotations and takes no strings.
"""

import numpy as np
import scipy.sparse
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.featurizers.sparse_featurizer.count_vectors_featurizer import CountVectorsFeaturizer
from rasa.shared.nlu.constants import TEXT
from sklearn.preprocessing import normalize

_LENGTH = 4.0
"""Length of every message's vector: long messages must not shout, and with length one DIET learns too slowly."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class MessageNgrams(CountVectorsFeaturizer):
    """Rasa's featurizer with two differences that Chinese needs.

    Character groups cross the borders of words (Rasa puts a space between tokens, and words have two characters, so
    that few groups of theirs would be left); and only the message as a whole is counted, not each token. Without
    transformer layers DIET reads nothing else for the intent; it insists on a sequence, which is one empty row.
    """

    def _joined(self, tokens: list[str]) -> str:
        return ("" if self.analyzer == "char" else " ").join(tokens)

    def _convert_attribute_tokens_to_texts(self, attribute_tokens: dict[str, list[list[str]]]) -> dict[str, list[str]]:
        return {
            attribute: [self._joined(tokens) for tokens in list_of_tokens]
            for attribute, list_of_tokens in attribute_tokens.items()
        }

    def _create_features(
        self, attribute: str, all_tokens: list[list[str]]
    ) -> tuple[list[scipy.sparse.spmatrix | None], list[scipy.sparse.spmatrix | None]]:
        if attribute != TEXT:
            return super()._create_features(attribute, all_tokens)
        vectorizer = self.vectorizers.get(attribute)
        sequences: list[scipy.sparse.spmatrix | None] = [None] * len(all_tokens)
        sentences = list(sequences)
        for place, tokens in enumerate(all_tokens):
            if tokens and vectorizer is not None:
                counted = _LENGTH * normalize(vectorizer.transform([self._joined(tokens)]).astype(np.float32))
                counted.sort_indices()
                sentences[place] = counted.tocoo()
                sequences[place] = scipy.sparse.coo_matrix(counted.shape, dtype=counted.dtype)
        return sequences, sentences
