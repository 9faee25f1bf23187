"""Pure decisions of search: how text is kept so that Chinese parts and pinyin find it, and what a query asks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from language import normalise, syllables

_LATIN = re.compile(r"[a-z]+")
SEPARATOR = "|"


@dataclass(frozen=True)
class Needle:
    """What to look for: `text` in the words, or `sound` (letters) in the sounds; both may be given."""

    text: str
    sound: str | None


def kept_text(text: str) -> str:
    """The words as they are looked through."""
    return normalise(text)


def kept_sounds(text: str) -> str:
    """Syllables in a row, and their initials in a row."""
    heard = syllables(normalise(text))
    return "".join(heard) + SEPARATOR + "".join(s[0] for s in heard) if heard else ""


def needle(query: str) -> Needle | None:
    """What a query looks for; None when nothing is left of it."""
    plain = normalise(query).strip()
    if not plain:
        return None
    letters = plain.replace(" ", "").replace("'", "")
    sound = letters if _LATIN.fullmatch(letters) and len(letters) > 1 else None
    return Needle(plain, sound)


def escaped(part: str) -> str:
    """For LIKE with the escape character backslash."""
    return part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
