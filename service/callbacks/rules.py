"""Pure decisions about callbacks: numbers, times to choose from, the promise, and what the customer is told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import Enum
from itertools import pairwise

from contracts.callbacks import SOON, CallbackAction, callback_payload
from contracts.conversation import Button
from service.clock import CHINA, spoken
from service.handoff.duty.rules import Duty
from service.policies.hours import rules as hours
from service.policies.hours.rules import Hours, KindOf

SOON_WITHIN = timedelta(minutes=30)
"""The promise for as soon as possible (`promise_overrides` of the taxonomy)."""
AGAIN_AFTER = timedelta(minutes=30)
"""The pause before the next attempt, where nobody named another time."""
MOST_FAILURES = 3
DRAFT_LIFE = timedelta(days=1)
HELD = timedelta(minutes=30)
"""An agent who took a callback and does nothing for so long gives it back."""
LEAD = timedelta(minutes=10)
"""Who called before comes first for so long when the next attempt is due; then anybody may call in time."""
REPEATED = timedelta(minutes=1)
"""The same result, noted again so soon by the same agent, is the same call."""
MOST_APOLOGIES = 2
LATEST = timedelta(days=14)

_MOBILE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?(1[3-9]\d)[- ]?(\d{4})[- ]?(\d{4})(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(0\d{2,3})[- ]?([2-9]\d{6,7})(?!\d)")
_DIGITS = re.compile(r"\d")
_CUTS = (time(12), time(18))
_SHORTEST = timedelta(hours=1)
_HALF = timedelta(minutes=30)
_DAYS_SHOWN = 3
_SLOTS_SHOWN = 4
_CANCEL = Button("不用回电了", callback_payload(CallbackAction.CANCEL))


class State(str, Enum):
    DRAFT = "draft"
    OPEN = "open"
    TAKEN = "taken"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


LIVE = (State.DRAFT, State.OPEN, State.TAKEN)
PROMISED = (State.OPEN, State.TAKEN)


class Attempt(str, Enum):
    """How a call went. `later`: he was reached and wants to be called at another time."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    LATER = "later"


@dataclass(frozen=True)
class Wish:
    """When the customer wants to be called; both None: as soon as possible."""

    begins: datetime | None = None
    ends: datetime | None = None


@dataclass(frozen=True)
class Promise:
    """Not before `try_at`, and by `due_at`."""

    try_at: datetime
    due_at: datetime


def number_in(text: str) -> str | None:
    """The telephone number that a message gives: a mobile one, or a landline with its area code."""
    found = _MOBILE.search(text)
    if found is not None:
        return "".join(found.groups())
    found = _LANDLINE.search(text)
    return f"{found[1]}{found[2]}" if found is not None else None


def looks_like_a_number(text: str) -> bool:
    """Whether the message was meant as a number, right or not."""
    return len(_DIGITS.findall(text)) >= 6 and len(text) <= 30


def masked(phone: str) -> str:
    """`138****5678`."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else f"{phone[:3]}****{phone[-2:]}"


def slots(table: Hours, now: datetime, kind_of: KindOf) -> list[Wish]:
    """Times to choose from: mornings, afternoons and evenings within office hours of the next days."""
    found = []
    for begins, ends in hours.office_spans(table, now.astimezone(CHINA), kind_of, _DAYS_SHOWN):
        cuts = [datetime.combine(begins.date(), cut, begins.tzinfo) for cut in _CUTS]
        edges = [begins, *(cut for cut in cuts if begins < cut < ends), ends]
        for first, last in pairwise(edges):
            start = max(first, _rounded_up(now.astimezone(CHINA)))
            if last - start >= _SHORTEST:
                found.append(Wish(start, last))
    return found[:_SLOTS_SHOWN]


def _rounded_up(moment: datetime) -> datetime:
    """The next half hour."""
    hour = moment.replace(minute=0, second=0, microsecond=0)
    return next(hour + n * _HALF for n in range(3) if hour + n * _HALF >= moment)


def title(wish: Wish, now: datetime) -> str:
    """`明天 08:00–12:00`."""
    if wish.begins is None or wish.ends is None:
        return "尽快"
    return f"{spoken(wish.begins, now)}–{wish.ends.astimezone(CHINA):%H:%M}"


def argument(wish: Wish) -> str:
    """The wish in a button's payload."""
    if wish.begins is None or wish.ends is None:
        return SOON
    return "/".join(moment.astimezone(CHINA).strftime("%Y-%m-%dT%H:%M") for moment in (wish.begins, wish.ends))


def wish_of(text: str, now: datetime) -> Wish | None:
    """The wish that an argument stands for; None when it stands for none, or for a time that is over or far off."""
    if text == SOON:
        return Wish()
    first, _, last = text.partition("/")
    try:
        begins, ends = (datetime.fromisoformat(part) for part in (first, last))
    except ValueError:
        return None
    begins, ends = (m.replace(tzinfo=CHINA) if m.tzinfo is None else m for m in (begins, ends))
    if not (begins <= ends and now < ends <= now + LATEST):
        return None
    # A moment that was named is a time of its own: it is called within the half hour after it.
    return Wish(begins, max(ends, begins + SOON_WITHIN))


def promise(wish: Wish, duty: Duty, now: datetime) -> Promise:
    """What can be promised: the time that was chosen, else half an hour of open office."""
    if wish.begins is not None and wish.ends is not None:
        return Promise(max(wish.begins, now), wish.ends)
    start = now if duty.open else duty.opens_at or now
    return Promise(start, start + SOON_WITHIN)


def again(duty: Duty, wanted: datetime | None, now: datetime) -> Promise:
    """The next attempt: at the time that was agreed on, else after a pause, when the office is open."""
    if wanted is not None and wanted > now:
        return Promise(wanted, wanted + SOON_WITHIN)
    start = now + AGAIN_AFTER if duty.open else duty.opens_at or now + AGAIN_AFTER
    return Promise(start, start + SOON_WITHIN)


def time_buttons(times: Sequence[Wish], duty: Duty, now: datetime, *, arranged: bool) -> tuple[Button, ...]:
    """As soon as possible, the times to choose from, another number, and no call at all."""
    soon = Button("尽快" if duty.open else "上班后尽快", callback_payload(CallbackAction.AT, SOON))
    chosen = (Button(title(w, now), callback_payload(CallbackAction.AT, argument(w))) for w in times)
    number = Button("换个号码", callback_payload(CallbackAction.NUMBER))
    return (soon, *chosen, number, *((_CANCEL,) if arranged else ()))


def number_buttons() -> tuple[Button, ...]:
    return (_CANCEL,)


def arranged_buttons() -> tuple[Button, ...]:
    return Button("换个时间", callback_payload(CallbackAction.ASK)), _CANCEL


def by_when(begins: datetime | None, ends: datetime | None, due_at: datetime, now: datetime) -> str:
    """The promise in words."""
    if begins is not None and ends is not None and ends > now:
        return f"{title(Wish(begins, ends), now)} 之间"
    return f"{spoken(due_at, now)} 前"
