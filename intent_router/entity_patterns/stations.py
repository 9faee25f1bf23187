"""Station names: `城北站`, `高新大道加油站`, `柳南服务区`, also such as nobody has listed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any

from contracts.entities import STATION
from intent_router.entity_patterns.corrections import role_of
from intent_router.entity_patterns.found import Found, Rank
from intent_router.entity_patterns.station_words import GENERIC, NO_STATION, NOT_IN_A_NAME
from intent_router.entity_patterns.word_rules import build

_WORTH_LOOKING = re.compile(
    r"[^\W\da-z_的了我你他个家间在到进出本这那哪各同认换车网罚停每几俩两三驿,。](?:的?[这那][个家边]?)?(?:加?"
    r"[油气]站|站|服务区)(?!着|起|长|点)"
)
"""Something stands before the 站 that may be the end of a name."""
_WINDOW = 24
"""Characters before a 站 in which its name begins."""
_LONGEST_NAME = 10
_PLACE_ENDING = re.compile(
    r"(?:"
    r"[路街道镇县区市村桥门湖山江河港湾园城寺口岭坝坪塘庄屯里北南东西环线关洲滩泉堡营湖陵州庭谷岛峡亭楼苑庙店巷]"
    r")$"
)
_THAT = frozenset({"那个", "这个", "那家", "这家", "那", "这", "那边"})
_THAT_STATION = re.compile(r"的?(?:那个|这个|那家|这家|那边|那|这)(?P<kind>(?:加油|加?[油气])?站)$")
_SUFFIX = re.compile(r"(?:加油站|油站|加气站|气站|站|服务区)+$")
_CERTAIN_PLACE = re.compile(r"(?:城[东南西北]|[\u4e00-\u9fff]{2}(?:路|街|大道|镇|桥|高新|新区|服务区))$")
_INTRODUCED = re.compile(r"(?:在|到|去|是|于|为|叫|从|成|至|往|回|的|和|跟|与|或|、|[,。:;!?“”「」\"'()\s])$|^$")


@lru_cache(maxsize=1)
def _place_names() -> frozenset[str]:
    """Place names of jieba's own dictionary (tag `ns`), about 17,000."""
    lines = files("jieba").joinpath("dict.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line.split(" ", 1)[0] for line in lines if line.endswith(" ns"))


@lru_cache(maxsize=1)
def _pipeline() -> Any:
    name = {"TEXT": {"REGEX": r"^[\u4e00-\u9fff]{1,6}$", "NOT_IN": sorted(NOT_IN_A_NAME)}, "OP": "{1,6}"}
    end = {"TEXT": {"REGEX": r"^(?:[东西南北中]?站|加?[油气]站)$", "NOT_IN": sorted(NO_STATION)}}
    area = {"TEXT": "服务区"}
    whole = {"TEXT": {"REGEX": r"^[\u4e00-\u9fff]{2,4}站$", "NOT_IN": sorted(NO_STATION)}}
    that = [{"TEXT": "的", "OP": "?"}, {"TEXT": {"IN": sorted(_THAT)}}]
    patterns = [[name, end], [name, area], [name, area, end], [whole], [name, whole], [name, *that, end]]
    return build([{"label": STATION, "pattern": pattern} for pattern in patterns])


def warm_up() -> None:
    """Load spaCy and the place names before the first customer needs them."""
    _pipeline()("在城北站加油")
    _place_names()


def find_stations(text: str) -> Iterator[Found]:
    """Named stations with their roles. 本站, 这个站 and the like are no names."""
    windows: list[list[int]] = []
    for match in _WORTH_LOOKING.finditer(text):
        first, last = max(0, match.start() - _WINDOW), match.end() + 2
        if windows and first <= windows[-1][1]:
            windows[-1][1] = last
        else:
            windows.append([first, last])
    for first, last in windows:
        yield from _named(text, first, text[first:last])


def _named(text: str, offset: int, window: str) -> Iterator[Found]:
    for span in _pipeline()(window).ents:
        words = [token.text for token in span]
        starts = [offset + token.idx for token in span]
        first = _first_of_name(words, text, starts)
        if first is not None:
            start, end = starts[first], offset + span.end_char
            # 双流那个站 is the station 双流站
            said = _THAT_STATION.sub(r"\g<kind>", text[start:end])
            yield Found(STATION, said, start, end, role_of(text, start, end), Rank.PLACE)


def _first_of_name(words: list[str], text: str, starts: list[int]) -> int | None:
    """Where the name begins among the words; None when there is none."""
    end = starts[-1] + len(words[-1])
    for first in range(len(words)):
        said = text[starts[first] : end]
        core = _SUFFIX.sub("", _THAT_STATION.sub(r"\g<kind>", said))
        if _THAT_STATION.search(said) and not (core in _place_names() or _CERTAIN_PLACE.search(core)):
            continue
        if len(core) < 2 or len(core) > _LONGEST_NAME:
            continue
        if _is_name(core, words[first:], text[: starts[first]]):
            return first
    return None


def _is_name(core: str, words: list[str], before: str) -> bool:
    if core in GENERIC:
        return False
    if core in _place_names():
        return True
    if words[0] in _place_names() and words[0] not in GENERIC:
        return True
    if _PLACE_ENDING.search(core) and words[0] not in GENERIC:
        return True
    if words[0] in GENERIC and any(w not in GENERIC for w in words[1:-1]):
        return bool(_PLACE_ENDING.search(core))
    # A name that no dictionary knows: short, and something says that a place follows.
    return 2 <= len(core) <= 4 and words[0] not in GENERIC and _INTRODUCED.search(before) is not None
