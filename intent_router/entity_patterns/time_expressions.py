"""Time expressions: date, part of day and clock time together, durations ago, and just now."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from contracts.entities import TIME
from intent_router.entity_patterns.calendar_days import CHINA, DATE, Span, date_span, days, midnight
from intent_router.entity_patterns.day_times import CLOCK, PART, clock_span, part_span, reads_as_clock
from intent_router.entity_patterns.found import Found, Rank
from intent_router.entity_patterns.numbers import SMALL, number

_WORTH_LOOKING = re.compile(
    r"[天日号周月年晚早午夜晨昏朝前刚近去今昨明]|星期|礼拜|双1|双十|国庆|五一|六一|元旦|点|\d[:/]\d|20\d\d[-.]|方才|晌|擦黑"
)
_DATE, _PART, _CLOCK = re.compile(DATE), re.compile(PART), re.compile(CLOCK)
_BETWEEN = re.compile(r"(?:的|那天|当天|(?:\(?(?:周|星期)[一二三四五六日天]\)?)|[\s,、])?")
_RANGE = re.compile(r"\s?(?:到|至|-|~|—|–)\s?$")
_LONGEST_RANGE = timedelta(days=400)

_AHEAD = re.compile(
    r"给我打|打给我|打电话|回(?:我|个|一个)?电|回拨|来电|联系我|联络我|再说|再来|到期|过期|截止|之?前(?:给|要"
    r"|必须|答复|回复|处理|解决|请)|有空|方便|在家|等你|提醒我"
)
_PASSED = re.compile(r"(?:[加付扣充买下退申报提打][了过的]|过期了|已经过期|就过期)")

_COUNT = rf"(?:\d+(?:\.\d)?|{SMALL}|半|几|好几|数|一两|两三|三四|四五|五六|十几|十来|几十)"
_AGO = re.compile(
    rf"(?<![月\d.])(?:大概|大约|约|差不多)?(?P<n>{_COUNT})\s?个?(?P<half>半)?多?个?(?P<unit>小时|钟头|钟|分钟"
    rf"|分|天|日|周|星期|礼拜|月|年)(?P<also>半)?多?(?:左右)?(?:之|以)?前(?![往后端台面方者提头排])"
)
_BEFORE = re.compile(
    r"(?<![之以从提])前(?P<n>两|三|几|好几|些|阵|段)(?P<unit>天|日|个?小时|分钟|子|时间|日子|个?星期|周|礼拜)"
)
_WITHIN = re.compile(
    rf"(?:最近|近|过去|这)(?P<n>{_COUNT})\s?个?(?P<half>半)?(?P<unit>小时|分钟|天|日|周|星期|礼拜|月"
    rf"|年)(?!前)(?:内|以来|来|里)?"
)
_JUST_NOW = re.compile(r"(?:刚才|刚刚|方才|适才|才刚|刚(?=[加付扣充买下支兑打])|(?<![不刚])先头|头先)(?!好|开始办)")
_JUST_NOW_LASTS = timedelta(hours=1)

_UNIT = {
    "分钟": timedelta(minutes=1),
    "分": timedelta(minutes=1),
    "小时": timedelta(hours=1),
    "钟头": timedelta(hours=1),
    "钟": timedelta(hours=1),
    "天": timedelta(days=1),
    "日": timedelta(days=1),
    "周": timedelta(days=7),
    "星期": timedelta(days=7),
    "礼拜": timedelta(days=7),
    "月": timedelta(days=30),
    "年": timedelta(days=365),
}
_VAGUE = {
    "几": 4.0,
    "好几": 5.0,
    "数": 4.0,
    "一两": 1.5,
    "两三": 2.5,
    "三四": 3.5,
    "四五": 4.5,
    "五六": 5.5,
    "十几": 15.0,
    "十来": 11.0,
    "几十": 40.0,
}
_LONGEST_AGO = timedelta(days=3660)


def find_times(text: str, now: datetime) -> Iterator[Found]:
    """Time expressions as half-open spans; `now` is any moment (without a zone it is Shanghai time)."""
    if _WORTH_LOOKING.search(text) is None:
        return
    local = now.replace(tzinfo=CHINA) if now.tzinfo is None else now.astimezone(CHINA)
    relative = list(_relative(text, local))
    taken = [(start, end) for start, end, _ in relative]
    absolute = [a for a in _absolute(text, local) if all(a[1] <= s or e <= a[0] for s, e in taken)]
    for start, end, span in _joined(sorted(relative + absolute, key=lambda found: found[0]), text):
        if span.start < span.end:
            value = {"from": span.start.isoformat(), "to": span.end.isoformat()}
            yield Found(TIME, value, start, end, rank=Rank.TIME)


Placed = tuple[int, int, Span]


def _looks_ahead(text: str, start: int, end: int) -> bool:
    around = text[max(0, start - 8) : end + 12]
    return _AHEAD.search(around) is not None and _PASSED.search(around) is None


def _absolute(text: str, now: datetime) -> Iterator[Placed]:
    starts = sorted({m.start() for pattern in (_DATE, _PART, _CLOCK) for m in pattern.finditer(text)})
    at = 0
    previous: Span | None = None
    for start in starts:
        found = _one(text, start, now, previous) if start >= at else None
        if found is not None:
            _, at, previous = found
            yield found


def _one(text: str, start: int, now: datetime, previous: Span | None) -> Placed | None:
    """The date, part of day or clock time that begins here, with what belongs to it."""
    dated = _DATE.match(text, start)
    ahead = _looks_ahead(text, start, dated.end() if dated else start + 3)
    day = date_span(dated, now, ahead) if dated else None
    if dated and day is None:
        return None
    end = dated.end() if dated else start
    base = day or _continued(text, start, previous) or days(now.date())
    known = day is not None or base.start.date() != now.date()
    span = day
    if base.one_day:
        end, span = _within_day(text, start, end, base, known, now, ahead, day)
    return None if span is None else (start, end, span)


def _continued(text: str, start: int, previous: Span | None) -> Span | None:
    """下午2点到4点: the second time is on the day of the first."""
    if (
        previous is not None
        and _RANGE.search(text[max(0, start - 3) : start])
        and previous.end - previous.start < timedelta(days=1)
    ):
        return days(previous.start.date())
    return None


def _within_day(
    text: str, start: int, end: int, base: Span, known: bool, now: datetime, ahead: bool, day: Span | None
) -> tuple[int, Span | None]:
    """Part of day and clock time that follow a date, or stand alone."""
    span, part = day, None
    gap = _BETWEEN.match(text, end)
    part_match = _PART.match(text, gap.end() if gap and end > start else end)
    if part_match:
        part = part_match["part"]
        span, end = part_span(base, part, now, known, ahead), part_match.end()
    gap = _BETWEEN.match(text, end)
    clock = _CLOCK.match(text, gap.end() if gap and end > start else end)
    if clock and reads_as_clock(clock, text, prefixed=span is not None):
        origin = base
        if part and not known and span is not None:
            origin = days(span.start.date())
        found = clock_span(clock, origin, part, now, known or part is not None, ahead)
        if found is not None:
            return clock.end(), found
    return end, span


def _relative(text: str, now: datetime) -> Iterator[Placed]:
    for match in _JUST_NOW.finditer(text):
        yield *match.span(), Span(now - _JUST_NOW_LASTS, now)
    for match in _AGO.finditer(text):
        ago = _duration(match)
        if ago is None or ago > _LONGEST_AGO:
            continue
        yield *match.span(), _around(now, ago, match["unit"])
    for match in _BEFORE.finditer(text):
        yield *match.span(), _shortly_before(match, now)
    for match in _WITHIN.finditer(text):
        back = _duration(match)
        if back is None or back > _LONGEST_AGO:
            continue
        start = now - back
        yield *match.span(), Span(midnight(start.date()) if back >= timedelta(days=1) else start, now)


def _duration(match: re.Match[str]) -> timedelta | None:
    said = match["n"]
    count = 0.5 if said == "半" else _VAGUE.get(said)
    if count is None:
        value = number(said)
        if value is None:
            return None
        count = float(value)
    if match["half"] or match.groupdict().get("also"):
        count += 0.5
    return _UNIT[match["unit"]] * min(count, 1e5)


def _around(now: datetime, ago: timedelta, unit: str) -> Span:
    """So long ago as people count: days by the calendar, shorter and longer times give or take a part."""
    moment = now - ago
    if unit in ("天", "日"):
        return days(moment.date())
    if ago >= timedelta(days=4):
        slack = max(1, round(ago.days / 5))
        return Span(
            midnight(moment.date() - timedelta(days=slack)), midnight(moment.date() + timedelta(days=slack + 1))
        )
    slack_time = max(timedelta(minutes=5), ago / 2)
    return Span(moment - slack_time, min(now, moment + slack_time))


def _shortly_before(match: re.Match[str], now: datetime) -> Span:
    """前两天, 前几天, 前阵子."""
    said, unit = match["n"], match["unit"]
    if "小时" in unit or unit == "分钟":
        back = (_VAGUE.get(said) or float(number(said) or 3)) * _UNIT[unit.removeprefix("个")]
        return Span(now - back, now)
    if said in ("阵", "段") or unit in ("子", "时间"):
        return Span(midnight(now.date() - timedelta(days=30)), midnight(now.date()))
    many = {"两": 3, "三": 4}.get(said, 7)
    if unit.removeprefix("个") in ("星期", "周", "礼拜"):
        many *= 7
    return Span(midnight(now.date() - timedelta(days=many)), midnight(now.date()))


def _joined(found: list[Placed], text: str) -> Iterator[Placed]:
    """Two times with 到 between them are one span."""
    waiting: Placed | None = None
    for one in found:
        if waiting is not None:
            between = text[waiting[1] : one[0]]
            whole = Span(waiting[2].start, one[2].end)
            if _RANGE.fullmatch(between) and timedelta(0) < whole.end - whole.start < _LONGEST_RANGE:
                waiting = (waiting[0], one[1], whole)
                continue
            yield waiting
        waiting = one
    if waiting is not None:
        yield waiting
