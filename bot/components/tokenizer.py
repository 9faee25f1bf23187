"""Tokens as the whole project cuts them, so that the assistant's NLU reads what the router reads.

No `from __future__ import annotations` here: Rasa inspects a component's annotations and takes no strings.
"""

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from language import normalise, pinyin, tokens


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class FuelTokenizer(Tokenizer):
    """Normalises and cuts with the fuel lexicon. Offsets refer to the normalised text.

    A token's lemma is its tone-less pinyin, so that a featurizer with `use_lemma` sees 未到帐 and 未到账 alike.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The defaults that Rasa's base class expects."""
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "prefix_separator_symbol": None,
        }

    @staticmethod
    def supported_languages() -> list[str]:
        """Chinese only."""
        return ["zh"]

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Cut the attribute's text; text without a word gives one token that no training message has."""
        text = normalise(message.get(attribute))
        cut: list[Token] = []
        offset = 0
        for word in tokens(text):
            place = text.find(word, offset)
            start = place if place >= 0 else offset
            cut.append(Token(word, start, lemma="".join(pinyin(word)) or word))
            offset = start + len(word)
        return cut or [Token("∅", 0)]
