"""Pure decisions about the queue: who is more urgent, who takes it, how long it will take. Time is passed in."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

REASON_TITLES: Mapping[str, str] = {
    "asked": "客户要求人工",
    "anger": "客户情绪激动",
    "dissatisfied": "客户连续不满",
    "no_progress": "同一问题没有进展",
    "not_understood": "连续没听懂",
    "critical_intent": "紧急业务",
    "vip": "贵宾客户要求人工",
    "flow": "流程需要人工",
    "agent": "客服主动接入",
    "callback": "电话回拨",
    "transfer": "转接",
}

_URGENCY: Mapping[str, int] = {
    "critical_intent": 10,
    "anger": 20,
    "transfer": 25,
    "dissatisfied": 30,
    "vip": 30,
    "no_progress": 40,
    "asked": 40,
    "flow": 40,
    "not_understood": 50,
    "agent": 50,
    "callback": 50,
}
_PRIORITY_BONUS: Mapping[str, int] = {"P0": -10, "P1": -3}
_LEVEL_BONUS: Mapping[str, int] = {"diamond": -6, "platinum": -4, "gold": -1}
_AT_THE_PUMP = -5

RANK_SECONDS = 60.0
"""How long somebody has to wait to make up for one step of urgency: waiting ages everybody alike."""

VIP_LEVELS = frozenset({"diamond", "platinum"})
VIP = "vip"
_DIALECTS: Mapping[str, re.Pattern[str]] = {
    "yue": re.compile("[嘅咗冇喺唔哋嚟啲佢嗰咩噉]|點解|乜嘢|边度|邊度|几时|係咪|入油"),
    "sichuan": re.compile("啥子|咋个|莫得|要得|晓得不|巴适|嘞个|勒个|硬是|爪子|啷个|撒子|安逸"),
}
_SIGNS_OF_DIALECT = 2


def rank(reason: str, priority: str, level: str | None, at_the_pump: bool = False) -> int:
    """How urgent a hand-off is; smaller comes first."""
    found = _URGENCY[reason] + _PRIORITY_BONUS.get(priority, 0) + _LEVEL_BONUS.get(level or "", 0)
    return found + (_AT_THE_PUMP if at_the_pump else 0)


def reason_of(asked: str, rule: str, level: str | None) -> tuple[str, str]:
    """Reason and rule of a hand-off: a person for whom there is a line of its own and who asks for one is a VIP."""
    if asked == "asked" and level in VIP_LEVELS:
        return "vip", f"{level} customer: {rule}"
    return asked, rule


def order_key(rank_: int, queued_at: datetime) -> float:
    """The place in the queue as one number, smaller first.

    Everybody's urgency grows by one step each RANK_SECONDS, so the order of two who wait never changes by time
    alone, and who waits long is overtaken by nobody who came so much later.
    """
    return queued_at.timestamp() + rank_ * RANK_SECONDS


def skills_wanted(level: str | None, texts: Sequence[str]) -> list[str]:
    """What an agent should bring for this customer: the authority for his level, the dialect that he writes."""
    said = "".join(texts)
    found = [name for name, signs in _DIALECTS.items() if len(signs.findall(said)) >= _SIGNS_OF_DIALECT]
    return [VIP, *found] if level in VIP_LEVELS else found


@dataclass(frozen=True)
class Waiting:
    """A hand-off that nobody has. `missed`: agents who had it and did not answer."""

    id: int
    conversation_id: str
    department: str | None
    skills: Collection[str]
    preferred: int | None
    missed: Collection[int]
    priority: str
    queued_at: datetime


@dataclass(frozen=True)
class Candidate:
    """An agent who can be given conversations now. `load`: how many he has; `idle_since`: his last assignment."""

    id: int
    department: str | None
    skills: Collection[str]
    load: int
    capacity: int
    idle_since: datetime | None


def choose(waiting: Waiting, candidates: Sequence[Candidate]) -> Candidate | None:
    """Who takes it: the one who knows the customer, else by skill, then load, then longest idle; None: nobody can.

    A missing skill costs place, it does not exclude: an agent without the dialect is better than none.
    """
    free = [c for c in candidates if c.load < c.capacity and c.id not in waiting.missed]
    if not free:
        # Those who missed it are asked again rather than nobody.
        free = [c for c in candidates if c.load < c.capacity]
    known = next((c for c in free if c.id == waiting.preferred), None)
    if known is not None:
        return known
    return min(free, key=lambda c: _fitness(waiting, c), default=None)


def _fitness(waiting: Waiting, candidate: Candidate) -> tuple[int, int, float, float, int]:
    missing = sum(skill not in candidate.skills for skill in waiting.skills)
    # Somebody of another department is a guest there; general agents (no department) fit everywhere.
    foreign = int(waiting.department is not None and candidate.department not in (None, waiting.department))
    idle = candidate.idle_since.timestamp() if candidate.idle_since is not None else 0.0
    return missing, foreign, candidate.load / candidate.capacity, idle, candidate.id


@dataclass(frozen=True)
class Patience:
    """How long people and machines may be silent.

    `answer`: an assigned agent's first words; `silence`: his next words after the customer's; `lost`: since his
    console was heard of; `ring`: a P0 that nobody has, before the supervisors are rung; `grace`: after the end of a
    shift, before what the agent still has is passed on.
    """

    answer: timedelta = timedelta(seconds=60)
    silence: timedelta = timedelta(minutes=5)
    lost: timedelta = timedelta(seconds=90)
    ring: timedelta = timedelta(minutes=3)
    grace: timedelta = timedelta(minutes=15)


@dataclass(frozen=True)
class Held:
    """A conversation that an agent has. Times of the newest words on either side; None: there were none.

    `agent_seen`: when his console was last heard of; None when he never opened one (he works by the interface).
    """

    claimed_at: datetime
    assigned: bool
    answered_at: datetime | None
    customer_spoke_at: datetime | None
    agent_spoke_at: datetime | None
    agent_seen: datetime | None


def why_released(held: Held, patience: Patience, now: datetime) -> str | None:
    """Why the conversation goes back to the head of the queue, or None when it stays with its agent.

    `unanswered`: given to him and never answered; `lost`: his console is gone; `silent`: the customer waits too long.
    """
    if held.agent_seen is not None and now - held.agent_seen > patience.lost:
        return "lost"
    # Who took it himself is looking at it: he has the longer time.
    first_words = patience.answer if held.assigned else patience.silence
    if held.answered_at is None:
        return "unanswered" if now - held.claimed_at > first_words else None
    spoke = held.customer_spoke_at
    waits = spoke is not None and (held.agent_spoke_at is None or spoke > held.agent_spoke_at)
    return "silent" if waits and spoke is not None and now - spoke > patience.silence else None
