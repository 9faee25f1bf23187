"""Days, weeks, months and years as customers name them, as half-open spans of time.

Customers of a service talk about what has happened: a date without a year, a day of the month, a weekday is the
latest one that is not in the future, unless the words around it look ahead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from intent_router.entity_patterns.numbers import SMALL, number

CHINA = ZoneInfo("Asia/Shanghai")

_DAY_WORDS = {
    "大前天": -3,
    "前天": -2,
    "前日": -2,
    "昨天": -1,
    "昨日": -1,
    "昨儿": -1,
    "作天": -1,
    "作日": -1,
    "昨": -1,
    "今天": 0,
    "今日": 0,
    "今儿": 0,
    "今": 0,
    "当日": 0,
    "明天": 1,
    "明日": 1,
    "明儿": 1,
    "明": 1,
    "大后天": 3,
    "后天": 2,
    "前": -2,
}
_SHIFTS = {"上上": -2, "上": -1, "这": 0, "本": 0, "当": 0, "下": 1, "下下": 2}
_YEARS = {"大前年": -3, "前年": -2, "去年": -1, "旧年": -1, "昨年": -1, "今年": 0, "明年": 1}
_FESTIVALS = {
    "双十一": (11, 11, 1),
    "双11": (11, 11, 1),
    "双十二": (12, 12, 1),
    "双12": (12, 12, 1),
    "国庆": (10, 1, 7),
    "五一": (5, 1, 5),
    "元旦": (1, 1, 1),
    "六一": (6, 1, 1),
}
"""Month, day and length in days of what is named instead of a date; those of the lunar calendar are left out."""
_WEEKDAYS = {c: i for i, c in enumerate("一二三四五六日")} | {"天": 6} | {str(i + 1): i for i in range(7)}

_NO_DAY = (
    r"(?!柴油|汽油|油|线|楼|店|站|门|库|院|岛|位|枪|机|泵|工|车|台|桩|卡|客服|加油|码|房|选手|人|公馆|技师"
    r"|员工|单(?!子|号|笔)|大桥|桥|服务区|井|罐|区|组|套餐)"
)
_DAY_OF_MONTH = rf"{SMALL}(?:[号日]{_NO_DAY}|(?=[那的这早晚上下中凌]))"

DATE = (
    r"(?:(?P<day>大前天|大后天|前天|后天|[昨今明][天日]|(?<![工动操])作[天日]|[昨今明]儿(?!子)|前日(?!子)"
    r"|(?:(?<![之以从当生日月年前])[昨今明]|(?<![之以从提门店面眼跟目])前)(?=[晚夜早晨朝]))"
    r"|(?<![每周])(?P<week>上上|上|这|本|下下|下)?个?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天末1-6](?!\d"
    r"|直|共|样|次|个|下(?!午|班|晚)|笔|些|起|般|定|整|年|边|围|转|到|至|星期|块|百|十|千|点|张|元|分)|末)"
    r"|(?P<whole_week>上上|上|这|本|下下|下)一?个?(?:周|星期|礼拜)(?![一二三四五六日天末])"
    r"|(?P<iso_year>20\d\d)[-/.年](?P<iso_month>\d{1,2})[-/.月](?P<iso_day>\d{1,2})[日号]?(?!\d)"
    rf"|(?:(?P<year>(?:19|20)\d\d)年|(?P<said_year>前年|去年|旧年|昨年|今年"
    rf"|明年)的?)?(?P<month>(?<![\d.个几第好半]){SMALL})月份?(?!饼|嫂|亮|租|球|薪|光|之)"
    rf"(?P<month_day>{_DAY_OF_MONTH})?"
    r"|(?P<whole_month>上上|上|这|本|当|下)个?月(?!饼|嫂|亮)(?P<month_part>初|头|底|末|中旬|上旬|下旬)?"
    rf"(?:的?(?P<said_day>{_DAY_OF_MONTH}))?"
    r"|(?<![\d/.])(?P<slash_month>1[0-2]|0?[1-9])/(?P<slash_day>3[01]|[12]\d|0?[1-9])(?![\d/%号升l])"
    r"|(?<![\d.¥$])(?P<dot_month>1[0-2]|[1-9])\.(?P<dot_day>3[01]|[12]\d|[1-9])(?=[号日]|那天|当天|上午|下午"
    r"|晚上|早上|中午)[号日]?"
    rf"|(?<![\d.\-月第油枪工尾])(?P<only_day>{SMALL}(?=号)|(?<![了过])\d{{1,2}}(?=日))[号日](?!期|子|常|报|志"
    rf"|前|均|用|本|元|头|租){_NO_DAY}"
    r"|(?P<festival>双(?:十一|十二|11|12)|国庆节?|五一节?|元旦节?|六一节?)(?![路街道站广村镇小中大店加]|中学)"
    r"(?:(?:的?第(?P<festival_day>[一二三四五六七1-7])天)|(?P<festival_eve>那天|当天|当日))?"
    r"|(?P<alone_year>大前年|前年|去年|旧年|昨年|今年|明年)(?!轻))"
)
"""One date; the named groups are read by `date_span`."""


@dataclass(frozen=True)
class Span:
    """Half-open, in Shanghai time."""

    start: datetime
    end: datetime

    @property
    def one_day(self) -> bool:
        return self.end - self.start <= timedelta(days=1)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)


def days(first: date, count: int = 1) -> Span:
    return Span(midnight(first), midnight(first + timedelta(days=count)))


def month_span(year: int, month: int) -> Span:
    """A month; months beyond 1..12 run over into other years."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    following = date(year + month // 12, month % 12 + 1, 1)
    return Span(midnight(date(year, month, 1)), midnight(following))


def _small(text: str) -> int:
    value = number(re.sub(r"[号日].*$", "", text))
    return value if isinstance(value, int) else 0


def date_span(match: re.Match[str], now: datetime, ahead: bool) -> Span | None:
    """The span of what `DATE` matched, or None for a date that does not exist.

    `now` is in Shanghai time; `ahead`: the words around look into the future.
    """
    found = match.groupdict()
    today = now.date()
    try:
        return _span(found, today, ahead)
    except (ValueError, OverflowError):
        return None


def _span(found: dict[str, str | None], today: date, ahead: bool) -> Span | None:
    if word := found["day"]:
        return days(today + timedelta(days=_DAY_WORDS[word]))
    if word := found["weekday"]:
        return _weekday(found["week"], word, today, ahead)
    if word := found["whole_week"]:
        return days(_monday(today) + timedelta(weeks=_SHIFTS[word]), 7)
    if found["iso_year"]:
        return days(date(int(found["iso_year"]), int(found["iso_month"] or 0), int(found["iso_day"] or 0)))
    if word := found["month"]:
        return _month(found, _small(word), today, ahead)
    if word := found["whole_month"]:
        span = month_span(today.year, today.month + _SHIFTS[word])
        if found["said_day"]:
            return days(span.start.date().replace(day=_small(found["said_day"])))
        return _month_part(span, found["month_part"])
    for month, day in (("slash_month", "slash_day"), ("dot_month", "dot_day")):
        if found[month]:
            return _latest(int(found[month] or 0), int(found[day] or 0), today, ahead)
    if word := found["only_day"]:
        return _day_of_month(_small(word), today, ahead)
    if word := found["festival"]:
        in_month, on_day, length = _FESTIVALS[word.removesuffix("节")]
        first = _latest(in_month, on_day, today, ahead).start.date()
        if found["festival_day"]:
            return days(first + timedelta(days=_small(found["festival_day"]) - 1))
        return days(first, 1 if found["festival_eve"] else length)
    if word := found["alone_year"]:
        year = today.year + _YEARS[word]
        return Span(midnight(date(year, 1, 1)), midnight(date(year + 1, 1, 1)))
    return None


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _weekday(week: str | None, word: str, today: date, ahead: bool) -> Span:
    monday = _monday(today) + timedelta(weeks=_SHIFTS[week] if week else 0)
    place, count = (5, 2) if word == "末" else (_WEEKDAYS[word], 1)
    day = monday + timedelta(days=place)
    if week is None and not ahead and day > today:
        day -= timedelta(weeks=1)
    if week is None and ahead and day + timedelta(days=count) <= today:
        day += timedelta(weeks=1)
    return days(day, count)


def _month(found: dict[str, str | None], month: int, today: date, ahead: bool) -> Span | None:
    if not 1 <= month <= 12:
        return None
    if found["year"] or found["said_year"]:
        year = int(found["year"]) if found["year"] else today.year + _YEARS[found["said_year"] or ""]
        return days(date(year, month, _small(found["month_day"]))) if found["month_day"] else month_span(year, month)
    if found["month_day"]:
        return _latest(month, _small(found["month_day"]), today, ahead)
    span = month_span(today.year, month)
    if not ahead and span.start.date() > today:
        return month_span(today.year - 1, month)
    if ahead and span.end.date() <= today:
        return month_span(today.year + 1, month)
    return span


def _latest(month: int, day: int, today: date, ahead: bool) -> Span:
    # 29 February exists every fourth year only: look further than one.
    years = range(today.year, today.year + 9) if ahead else range(today.year, today.year - 9, -1)
    for year in years:
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found >= today if ahead else found <= today:
            return days(found)
    raise ValueError("no such day")


def _day_of_month(day: int, today: date, ahead: bool) -> Span:
    for step in range(4):
        start = month_span(today.year, today.month + (step if ahead else -step)).start.date()
        try:
            found = start.replace(day=day)
        except ValueError:
            continue
        if found >= today if ahead else found <= today:
            return days(found)
    raise ValueError("no such day")


def _month_part(span: Span, part: str | None) -> Span:
    first = span.start.date()
    if part in ("初", "头", "上旬"):
        return days(first, 10)
    if part == "中旬":
        return days(first + timedelta(days=10), 10)
    if part in ("底", "末", "下旬"):
        return Span(midnight(first + timedelta(days=20)), span.end)
    return span
