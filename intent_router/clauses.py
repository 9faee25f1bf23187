"""Where one message may hold two problems: the places at which it can be cut."""

from __future__ import annotations

import re

SHORTEST_HALF = 4
"""Characters; fewer are an exclamation or an answer, no problem."""
MOST_CUTS = 4

_STRONG = re.compile(
    r"[。！？!?；;\n]+\s*"
    r"|[，,、\s]*(?=(?:另外|还有就是|还有(?:一个|个|一件|件)|再(?:就是|问|一个)|顺便|顺带|对了|同时我|以及|此外|除此之外))"
)
_WEAK = re.compile(r"[，,]\s*(?=(?:还有|而且|也|又|再|然后|加上|外加|仲有|仲))")


def cuts(text: str) -> list[tuple[str, str]]:
    """The two halves for each place where one problem may end and another begin; the likelier places first."""
    found: list[tuple[str, str]] = []
    for pattern in (_STRONG, _WEAK):
        for match in pattern.finditer(text):
            before, after = text[: match.start()].strip(), text[match.end() :].strip()
            if len(before) >= SHORTEST_HALF and len(after) >= SHORTEST_HALF:
                found.append((before, after))
    return found[:MOST_CUTS]
