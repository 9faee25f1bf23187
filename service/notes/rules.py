"""Who is meant by an @ in a note."""

from __future__ import annotations

import re
from collections.abc import Collection

_NAME_GOES_ON = re.compile(r"[A-Za-z0-9_]")


def mentioned(text: str, names: Collection[str]) -> list[str]:
    """The names after an @, in order, once each. Chinese has no spaces: `@lan看一下` means lan, `@lanna` does not."""
    by_length = sorted(names, key=len, reverse=True)
    found = []
    for at in re.finditer("[@＠]", text):
        rest = text[at.end() :]
        for name in by_length:
            if rest.startswith(name) and not _NAME_GOES_ON.match(rest[len(name) : len(name) + 1]):
                found.append(name)
                break
    return list(dict.fromkeys(found))
