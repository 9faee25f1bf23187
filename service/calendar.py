"""The Chinese calendar: working days with 调休, weekends, public holidays."""

from __future__ import annotations

import logging
from datetime import date
from enum import Enum
from functools import lru_cache

import chinese_calendar

log = logging.getLogger(__name__)


class DayKind(str, Enum):
    """`workday` includes the weekend days that are worked (调休); `holiday` the weekdays that are not."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


@lru_cache(maxsize=4096)
def kind_of(day: date) -> DayKind:
    """What kind of day it is.

    The holidays of a year are published in the autumn before; a year that the calendar does not know yet is
    counted by its weekdays, which at worst promises too early, and said in the log.
    """
    try:
        free, holiday = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        log.warning("no holiday calendar for %s yet: counting weekdays", day.year)
        free, holiday = day.weekday() >= 5, None
    if not free:
        return DayKind.WORKDAY
    return DayKind.HOLIDAY if holiday is not None else DayKind.WEEKEND


def is_workday(day: date) -> bool:
    """Whether people work on `day`."""
    return kind_of(day) is DayKind.WORKDAY
