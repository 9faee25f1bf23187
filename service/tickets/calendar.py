"""Working days of the Chinese calendar, with 调休."""

from __future__ import annotations

import logging
from datetime import date
from functools import lru_cache

import chinese_calendar

log = logging.getLogger(__name__)


@lru_cache(maxsize=4096)
def is_workday(day: date) -> bool:
    """Whether people work on `day`.

    The holidays of a year are published in the autumn before; a year that the calendar does not know yet is
    counted by its weekdays, which at worst promises too early, and said in the log.
    """
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        log.warning("no holiday calendar for %s yet: counting weekdays", day.year)
        return day.weekday() < 5
