"""Pure decisions about the queue: who is more urgent, how long it will take, what the reasons are called."""

from __future__ import annotations

from statistics import median
from typing import Mapping, Sequence

REASON_TITLES: Mapping[str, str] = {
    "asked": "客户要求人工",
    "anger": "客户情绪激动",
    "dissatisfied": "客户连续不满",
    "no_progress": "同一问题没有进展",
    "not_understood": "连续没听懂",
    "critical_intent": "紧急业务",
    "flow": "流程需要人工",
    "agent": "客服主动接入",
    "transfer": "转接",
}

_URGENCY: Mapping[str, int] = {
    "critical_intent": 10,
    "anger": 20,
    "transfer": 25,
    "dissatisfied": 30,
    "no_progress": 40,
    "asked": 40,
    "flow": 40,
    "not_understood": 50,
    "agent": 50,
}
_PRIORITY_BONUS: Mapping[str, int] = {"P0": -10, "P1": -3}
_LEVEL_BONUS: Mapping[str, int] = {"diamond": -6, "platinum": -4, "gold": -1}


def rank(reason: str, priority: str, level: str | None) -> int:
    """How urgent a hand-off is; smaller comes first, equal ones wait in turn."""
    return _URGENCY[reason] + _PRIORITY_BONUS.get(priority, 0) + _LEVEL_BONUS.get(level or "", 0)


def estimate_minutes(place: int, recent_waits: Sequence[float]) -> int | None:
    """Minutes until a person answers, from the waits (seconds) of the last claims; None when nothing is known."""
    if not recent_waits:
        return None
    return max(1, round(median(recent_waits) * max(1, place) / 60))
