"""One pattern that finds every wording variant, longest first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from language.alignment import PatternRule
from language.lexicon import read_variants

_LATIN = re.compile(r"^[a-z0-9]+$")


def _branches(forms: list[str]) -> str:
    """An alternation grouped by first character: the engine tries only the group that can match.

    Within a group the longest form comes first, so that 内卷 wins over 卷.
    """
    groups: dict[str, list[str]] = {}
    for form in forms:
        groups.setdefault(form[0], []).append(form[1:])
    parts = []
    for first, rests in sorted(groups.items()):
        rests.sort(key=len, reverse=True)
        parts.append(re.escape(first) + "(?:" + "|".join(re.escape(rest) for rest in rests) + ")")
    return "|".join(parts)


def variants_pattern(variants: Mapping[str, str]) -> re.Pattern[str]:
    """A pattern that matches any written form; forms in Latin letters match as whole words only."""
    chinese = [form for form in variants if not _LATIN.match(form)]
    latin = [form for form in variants if _LATIN.match(form)]
    parts = []
    if chinese:
        parts.append(_branches(chinese))
    if latin:
        parts.append(rf"(?<![a-z0-9\-])(?:{_branches(latin)})(?![a-z0-9\-])")
    return re.compile("|".join(parts) or "(?!)")


@lru_cache(maxsize=1)
def variants_rule() -> PatternRule:
    """The rule of the shipped variants file."""
    variants = read_variants()
    return PatternRule(variants_pattern(variants), lambda match: variants[match.group()])
