"""Where one message may hold two problems: the places at which it can be cut."""

from __future__ import annotations

import re
from dataclasses import dataclass

SHORTEST_HALF = 4
"""Characters; fewer are an exclamation or an answer, no problem."""
MOST_CUTS = 4

_ANNOUNCED = re.compile(
    r"[，,、。；;！!？?\s]*(?=(?:另外|还有就是|还有(?:一个|个|一件|件)|还有|再(?:就是|问|一个|查|帮)|顺便|顺带|对了|同时我|以及|此外|除此之外"
    r"|第[二2]|其次|二是|一个是))"
)
_SENTENCE = re.compile(r"[。！？!?；;\n]+\s*")
_JOINED = re.compile(
    r"[，,]\s*(?=(?:而且|也|又|再|然后|加上|外加|仲有|仲)|[^，,。！？!?；;]{0,7}(?:也|还有|又|亦|都(?=没|不|冇)))"
)
_OPENING = re.compile(
    r"^(?:另外|还有就是|还有|再就是|再问一下|再|顺便问(?:一)?下|顺带问(?:一)?下|顺便|顺带|对了|同时|以及|此外|除此之外|然后|而且|加上|外加|仲有|仲"
    r"|第[一二12]|首先|其次|[一二]是|一个是|[两2]个(?:事|问题)|[，,、：:\s])+"
)


@dataclass(frozen=True)
class Cut:
    """The halves without the words that join them. `announced`: the customer says himself that there is more."""

    before: str
    after: str
    announced: bool


def cuts(text: str) -> list[Cut]:
    """The two halves for each place where one problem may end and another begin; the likelier places first."""
    found: dict[tuple[str, str], Cut] = {}
    for pattern, announced in ((_ANNOUNCED, True), (_SENTENCE, False), (_JOINED, False)):
        for match in pattern.finditer(text):
            before, after = (
                _OPENING.sub("", half.strip().rstrip("，,、。；;！!"))
                for half in (text[: match.start()], text[match.end() :])
            )
            if len(before) >= SHORTEST_HALF and len(after) >= SHORTEST_HALF:
                found.setdefault((before, after), Cut(before, after, announced))
    return list(found.values())[:MOST_CUTS]
