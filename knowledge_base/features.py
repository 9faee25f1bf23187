"""What retrieval and the router's heads see in a text: runs of characters, of syllables, concepts and their pairs."""

from __future__ import annotations

from itertools import pairwise

from language import character_grams, concepts, segment, sound_grams

LONGEST_READ = 400
"""Characters of a normalised text that are looked at; a problem is told in fewer, and a hostile text costs no more."""

# First characters that never occur in a normalised text keep the families apart.
_SOUND, _CONCEPT, _PAIR, _FOLLOWS, _WORD = "\x01", "\x02", "\x03", "\x04", "\x05"

CHARACTERS, SOUNDS, CONCEPTS = range(3)
"""Families of features; each has its own weight beside the others."""
FAMILIES = (CHARACTERS, SOUNDS, CONCEPTS)


def family(feature: str) -> int:
    """The family that a feature belongs to."""
    first = feature[0]
    if first == _SOUND:
        return SOUNDS
    return CONCEPTS if first in (_CONCEPT, _PAIR, _FOLLOWS) else CHARACTERS


def features(normalised: str) -> list[str]:
    """The features of a normalised text, each once: about 120 for a message of 20 characters.

    Runs of 1 to 4 characters (words need no cutting then), runs of 1 to 3 syllables (未到帐 sounds like 未到账),
    concepts, unordered pairs of concepts (points + refuel + failed), and concepts that follow one another.
    """
    text = normalised[:LONGEST_READ]
    found = character_grams(text, 4)
    found.extend(_SOUND + gram for gram in sound_grams(text, 3))
    in_order = concepts(text)
    present = sorted({name for names in in_order for name in names})
    found.extend(_CONCEPT + name for name in present)
    found.extend(f"{_PAIR}{one}+{two}" for i, one in enumerate(present) for two in present[i + 1 :])
    found.extend(f"{_FOLLOWS}{one}>{two}" for before, after in pairwise(in_order) for one in before for two in after)
    return list(dict.fromkeys(found))


def encoder_tokens(normalised: str) -> list[str]:
    """The tokens that the static encoder averages: words, runs of 1 or 2 characters and syllables, concepts.

    No token contains a space.
    """
    text = normalised[:LONGEST_READ]
    found = [_WORD + word for word in segment(text) if len(word) > 2]
    found.extend(gram.replace(" ", "␣") for gram in character_grams(text, 2) if gram != " ")
    found.extend(_SOUND + gram for gram in sound_grams(text, 2))
    found.extend(_CONCEPT + name for names in concepts(text) for name in names)
    return list(dict.fromkeys(found))
