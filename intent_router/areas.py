"""Business areas: which labels belong together."""

from __future__ import annotations

from functools import lru_cache

from contracts.taxonomy import load_taxonomy

_FAQ_AREAS = {"refuel_flow": "payment", "order_refund": "payment", "membership": "points", "app_use": "app"}
"""Areas of FAQ categories that go by another name than the area of the intents they stand beside."""
_FOLLOWING = frozenset({"chat", "ticket", "service"})
"""Groups without an area of their own: such a message is about the problem that is open."""


@lru_cache(maxsize=1024)
def area(label: str) -> str | None:
    """The business area of a label; None for chat, tickets and service, and for labels outside the taxonomy."""
    taxonomy = load_taxonomy()
    kind, _, name = label.partition(":")
    if kind == "faq" and name in taxonomy.questions:
        category = taxonomy.questions[name].category
        found = _FAQ_AREAS.get(category, category)
    elif kind == "intent" and name in taxonomy.intents:
        found = taxonomy.intents[name].group
    else:
        return None
    return None if found in _FOLLOWING else found
