"""What follows when an article did not help. Pure."""

from __future__ import annotations

from typing import Collection, Sequence

from contracts.taxonomy import Taxonomy

HUMAN = "human"
CHAT = "chat"


def next_step(intents: Sequence[str], tried: Collection[str], taxonomy: Taxonomy) -> str:
    """The payload that goes on from an article that did not help: the flow of one of its intents, else a person.

    `tried`: the labels that answered lately (`faq:…`, `intent:…`); what was tried in vain is not offered again.
    """
    for intent in intents:
        spec = taxonomy.intents.get(intent)
        if spec is not None and spec.group != CHAT and f"intent:{intent}" not in tried:
            return HUMAN if intent == "human_agent" else f"intent:{intent}"
    return HUMAN


def solve_rate(solved: int, unsolved: int) -> float:
    """How often an article helps, from 0 to 1, a single voice counting little; above 1 when nobody said anything."""
    total = solved + unsolved
    return (solved + 1) / (total + 2) if total else 2.0
