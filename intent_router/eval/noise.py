"""Messages as hasty, old, southern or exuberant customers write them: changes that leave the meaning as it is."""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from language.sound import fuzzy, syllables
from language.traditional import traditional_table

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_END_MARKS = "，。！？!?.~… "
_LONE_MARKS = re.compile(r"(?<!\d)[，。！？、；：…~,.!?;:]+|[，。！？、；：…~,.!?;:]+(?!\d)")
"""Marks that are no part of a number: those of 3.5 and 12:30 stay."""
_KEPT = frozenset("没不未无别非勿")
"""Characters that carry the meaning: none of them is dropped or moved."""
_LEAST_SEEN = 20
"""Times that a character stands in the training messages for customers to be thought to type it by mistake."""
_MOST_TYPOS, _BETWEEN_TYPOS = 3, 12
"""In one message, and characters that one of them stands for."""
_PARTICLES = ("啊", "呢", "吧", "哈", "呀", "嘛", "哦", "咯", "啦")
_EMOJI = ("😂", "🙏", "😅", "🤔", "👀", "🚗", "⛽️", "🥲")
_BEFORE = (
    "你好，",
    "您好，请问一下，",
    "在吗？",
    "师傅你好，",
    "那个，我想问一下，",
    "喂，有人不，",
    "不好意思打扰一下，",
)
_AFTER = ("，谢谢", "，麻烦了", "，谢谢啦", "，辛苦了", "，麻烦帮忙看一下", "，多谢多谢")

Change = Callable[[str, random.Random], str]
"""A message → the same message with noise; the text itself where the change has nothing to work on."""


@dataclass(frozen=True)
class SoundAlikes:
    """Characters that are typed for one another: of one syllable, and of syllables that southern speakers blur."""

    same: Mapping[str, Counter[str]]
    blurred: Mapping[str, Counter[str]]

    @classmethod
    def of(cls, texts: Iterable[str]) -> SoundAlikes:
        """Out of the characters of these texts, and the syllables that `language` has for them."""
        counts = Counter(character for text in texts for character in text if _CHINESE.match(character))
        written = traditional_table()  # whoever types simplified characters makes no traditional ones by mistake
        common = sorted(c for c, count in counts.items() if count >= _LEAST_SEEN and ord(c) not in written)
        by_blur = defaultdict(list)
        sounds = {character: syllables(character)[0] for character in common if syllables(character)}
        for character, sound in sounds.items():
            by_blur[fuzzy(sound)].append(character)
        same, blurred = {}, {}
        for character, sound in sounds.items():
            others = [other for other in by_blur[fuzzy(sound)] if other != character]
            same[character] = Counter({other: counts[other] for other in others if sounds[other] == sound})
            blurred[character] = Counter({other: counts[other] for other in others if sounds[other] != sound})
        return cls({c: o for c, o in same.items() if o}, {c: o for c, o in blurred.items() if o})


def changes(sounds: SoundAlikes) -> dict[str, Change]:
    """All kinds of noise by name."""
    return {
        "typo: sound-alike character": _substituted(sounds.same),
        "typo: southern sound-alike": _substituted(sounds.blurred),
        "typo: character missing": _missing,
        "typo: character doubled": _doubled,
        "typo: characters transposed": _transposed,
        "particle at the end": _particle,
        "punctuation left out": _without_marks,
        "punctuation in abundance": _more_marks,
        "emoji": lambda text, chance: text + chance.choice(_EMOJI) * chance.randint(1, 3),
        "traditional characters": lambda text, chance: _traditional(text),
        "full width": lambda text, chance: text.translate(_FULL_WIDTH),
        "spaces between characters": lambda text, chance: _CHINESE.sub(lambda found: found.group() + " ", text).strip(),
        "small talk before": lambda text, chance: chance.choice(_BEFORE) + text,
        "thanks after": lambda text, chance: text.rstrip(_END_MARKS) + chance.choice(_AFTER),
    }


FEELING_STAYS = frozenset(
    {
        "typo: sound-alike character",
        "typo: southern sound-alike",
        "typo: characters transposed",
        "punctuation left out",
        "traditional characters",
        "full width",
        "spaces between characters",
        "small talk before",
    }
)
"""Kinds of noise that leave the feeling as it is, too: marks, particles, emoji and thanks may well change it."""

_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def _substituted(others: Mapping[str, Counter[str]]) -> Change:
    """One to three characters, by such as sound like them; common ones are likelier to be typed."""

    def change(text: str, chance: random.Random) -> str:
        places = [i for i, character in enumerate(text) if character in others and character not in _KEPT]
        letters = list(text)
        wanted = min(_MOST_TYPOS, max(1, len(text) // _BETWEEN_TYPOS))
        for place in chance.sample(places, min(len(places), wanted)):
            alike = others[text[place]]
            letters[place] = chance.choices(list(alike), list(alike.values()))[0]
        return "".join(letters)

    return change


def _missing(text: str, chance: random.Random) -> str:
    places = _movable(text)
    if len(places) < 6:
        return text
    place = chance.choice(places)
    return text[:place] + text[place + 1 :]


def _doubled(text: str, chance: random.Random) -> str:
    places = _movable(text)
    if not places:
        return text
    place = chance.choice(places)
    return text[: place + 1] + text[place:]


def _transposed(text: str, chance: random.Random) -> str:
    movable = set(_movable(text))
    places = [i for i in sorted(movable) if i + 1 in movable and text[i] != text[i + 1]]
    if len(text) < 5 or not places:
        return text
    place = chance.choice(places)
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def _movable(text: str) -> list[int]:
    return [i for i, character in enumerate(text) if _CHINESE.match(character) and character not in _KEPT]


def _particle(text: str, chance: random.Random) -> str:
    stem = text.rstrip(_END_MARKS)
    if not stem or not _CHINESE.match(stem[-1]) or stem[-1] in "啊呢吧哈呀嘛哦咯啦吗么了":
        return text
    return stem + chance.choice(_PARTICLES) + text[len(stem) :]


def _without_marks(text: str, chance: random.Random) -> str:
    return _LONE_MARKS.sub("", text) or text


def _more_marks(text: str, chance: random.Random) -> str:
    stem = text.rstrip(_END_MARKS)
    return stem + chance.choice(("！！！", "？？？", "。。。。。。", "～～～", "……", "！？！？")) if stem else text


@lru_cache(maxsize=1)
def _to_traditional() -> Callable[[str], str]:
    from opencc import OpenCC

    convert: Callable[[str], str] = OpenCC("s2t").convert
    return convert


def _traditional(text: str) -> str:
    return _to_traditional()(text)
