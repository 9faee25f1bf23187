"""Normalising: what different people write for the same thing becomes one spelling."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from language.alignment import AlignedText, CharacterRule, PatternRule, Rule, identity, rewrite
from language.fuel_numbers import FUEL_RULES
from language.traditional import traditional_table
from language.variants import variants_rule

# Such a space says nothing; between Latin words or numbers it does.
_SPACE_BETWEEN_CHINESE = PatternRule(re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])"), "")
_SPACES = (0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0xA0, 0x2028, 0x2029, 0x3000)


def _drop_table() -> dict[int, str]:
    """Control and invisible characters: nobody sees them, so nothing may depend on them."""
    control = (*range(0x20), *range(0x7F, 0xA0))
    invisible = (0xAD, 0x61C, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070))
    variation_and_surrogates = (*range(0xFE00, 0xFE10), *range(0xD800, 0xE000))
    table = dict.fromkeys((*control, *invisible, *variation_and_surrogates), "")
    table.update(dict.fromkeys(_SPACES, " "))
    return table


def _compatible(match: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", match.group()).lower()


@lru_cache(maxsize=1)
def _rules() -> tuple[Rule, ...]:
    return (
        CharacterRule(_drop_table()),
        # Character by character, so that offsets stay exact; combining marks go with their letter.
        PatternRule(
            re.compile(r"[^\x00-\x7f\u4e00-\u9fff][\u0300-\u036f\u3099\u309a]*|[a-z][\u0300-\u036f]+|[A-Z]+"),
            _compatible,
        ),
        CharacterRule(traditional_table()),
        PatternRule(re.compile(r"[\s]+"), " "),
        PatternRule(re.compile(r"^ | $"), ""),
        _SPACE_BETWEEN_CHINESE,
        # 急急急急 → 急急, ！！！ → !, 。。。 → 。 (digits are never shortened: they are numbers)
        PatternRule(re.compile(r"([\u3400-\u9fff])\1{2,}"), r"\1\1"),
        PatternRule(re.compile(r"([^\w\s])\1+"), r"\1"),
        *FUEL_RULES,
        variants_rule(),
        _SPACE_BETWEEN_CHINESE,
    )


def normalise(text: str) -> str:
    """The text in its one spelling: NFKC, lower case, simplified, fuel grades as `92号`, variants resolved.

    Invisible characters vanish; the result may be empty. Normalising the result again leaves it as it is, but for
    chains that only arise where two variants meet.
    """
    for rule in _rules():
        text = rule.apply(text)
    return text


def normalise_aligned(text: str) -> AlignedText:
    """As `normalise`, with the place of every character in the text as the customer wrote it."""
    aligned = identity(text)
    for rule in _rules():
        aligned = rewrite(aligned, rule.pieces(aligned.text))
    return aligned
