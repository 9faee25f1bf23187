"""Parts of a day and clock times: 下午, 半夜, 三点半, 18:42."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from intent_router.entity_patterns.calendar_days import Span
from intent_router.entity_patterns.numbers import number

_PARTS: dict[str, tuple[int, int]] = {
    "凌晨": (0, 6),
    "清晨": (5, 9),
    "清早": (5, 9),
    "早晨": (5, 11),
    "早上": (5, 11),
    "早间": (5, 11),
    "朝早": (5, 11),
    "一早": (5, 9),
    "早": (5, 11),
    "晨": (5, 9),
    "朝": (5, 11),
    "上午": (6, 12),
    "午前": (6, 12),
    "前晌": (6, 12),
    "中午": (11, 14),
    "正午": (11, 14),
    "晌午": (11, 14),
    "午间": (11, 14),
    "晏昼": (11, 16),
    "下午": (12, 18),
    "午后": (12, 18),
    "后晌": (12, 18),
    "下昼": (12, 18),
    "傍晚": (17, 20),
    "黄昏": (17, 20),
    "擦黑": (17, 20),
    "晚上": (18, 24),
    "晚间": (18, 24),
    "夜晚": (18, 24),
    "夜间": (18, 24),
    "晚": (18, 24),
    "夜里": (22, 29),
    "半夜": (22, 29),
    "深夜": (22, 29),
    "后半夜": (24, 29),
    "前半夜": (21, 24),
    "午夜": (23, 25),
    "夜头": (18, 24),
    "夜": (18, 29),
}
"""Hours from and to; beyond 24 they lie in the night that follows the day."""
_EVENING = frozenset(p for p, (first, _) in _PARTS.items() if first >= 17)
_AFTERNOON = frozenset(p for p, (first, last) in _PARTS.items() if first in (11, 12))

PART = (
    r"(?P<part>凌晨|大?清晨|大?清早|一大早|一早|早晨|早上|早间|朝早|上午|午前|前晌|中午|正午|晌午|午间|晏昼"
    r"|下午|午后|后晌|下昼|傍晚|黄昏|擦黑"
    r"|晚上|晚间|夜晚|夜间|前半夜|后半夜|大?半夜|深夜|夜里|午夜|夜头|(?<=[昨今明前天日号])[早晚夜晨朝](?!点"
    r"|高峰|了|一|餐|饭|就|些|会))"
)
_HOUR = r"(?:\d{1,2}|二?十[一二三四]|二十|[一二两三四五六七八九十零])"
CLOCK = (
    r"(?:(?<![\d:.¥$])(?P<hour24>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?::[0-5]\d)?(?![\d:])"
    rf"|(?<![\d.:几一这那十百])(?P<hour>{_HOUR})(?:点|时(?=\d|[一二三四五十]|许))"
    r"(?:(?P<half>半)|(?P<quarter>[一三])刻|(?P<past>\d{1,2}|[零一二三四五]?十[一二三四五六七八九]?"
    r"|零[一二三四五六七八九])(?:分(?!钟)|(?![\d块元升个点]))"
    r"|(?P<exact>钟|整)?)(?P<rough>多|左右|前后|许|来钟|的样子|的时候|那会)?)"
)
_NO_CLOCK_AFTER = re.compile(
    r"\s?(?:击|赞|餐|单|名|歌|外|开|进|出|错|选|了|一下|下去|建议|要求|意见|原因|疑问|积分|油|几|不|问题|事"
    r"|补充|评|成|到(?!账)|我)"
)


def part_span(day: Span, part: str, now: datetime, dated: bool, ahead: bool) -> Span:
    """A part of a day. Without a date: the latest that has begun, or with `ahead` the next that has not ended."""
    first, last = _PARTS[part.removeprefix("一大").removeprefix("大")] if part not in _PARTS else _PARTS[part]
    span = Span(day.start + timedelta(hours=first), day.start + timedelta(hours=last))
    one = timedelta(days=1)
    if not dated and not ahead and span.start > now:
        return Span(span.start - one, span.end - one)
    # In the small hours "半夜" is the night that still lasts or has just ended.
    if not ahead and last > 24 and span.start > now:
        return Span(span.start - one, span.end - one)
    if not dated and ahead and span.end <= now:
        return Span(span.start + one, span.end + one)
    return span


def reads_as_clock(match: re.Match[str], text: str, prefixed: bool) -> bool:
    """Whether `N点` is a time: after a date or part of day always, else only if its form says so."""
    if match["hour24"] is not None or prefixed:
        return True
    if match["half"] or match["quarter"] or match["past"] or match["exact"] or match["rough"]:
        return True
    value = number(match["hour"])
    return value is not None and value >= 3 and _NO_CLOCK_AFTER.match(text, match.end()) is None


def clock_span(
    match: re.Match[str], day: Span, part: str | None, now: datetime, dated: bool, ahead: bool
) -> Span | None:
    """The time on that day, as exact as it was said: an hour, from half past to the full hour, or a minute."""
    if match["hour24"] is not None:
        hour, minute, length = int(match["hour24"]), int(match["minute"]), timedelta(minutes=1)
    else:
        said = number(match["hour"])
        if said is None or said > 24:
            return None
        hour, minute, length = int(said), 0, timedelta(hours=1)
        if match["half"]:
            minute, length = 30, timedelta(minutes=30)
        elif match["quarter"]:
            minute, length = (15 if match["quarter"] == "一" else 45), timedelta(minutes=15)
        elif match["past"]:
            minute, length = int(number(match["past"].lstrip("零0") or "0") or 0), timedelta(minutes=1)
            if minute > 59:
                return None
    start = day.start + timedelta(hours=_hour_of_day(hour, part), minutes=minute)
    return _nearest(Span(start, start + length), hour, part, now, dated, ahead, match["hour24"] is not None)


def _hour_of_day(hour: int, part: str | None) -> int:
    if part is None:
        return hour
    if part in _AFTERNOON and 1 <= hour <= 6:
        return hour + 12
    if part in _EVENING:
        if hour == 12:
            return 24
        if hour <= 4:  # 晚上两点: after midnight
            return hour + 24
        return hour + 12 if hour < 12 else hour
    if part == "凌晨" and hour == 12:
        return 0
    return hour


def _nearest(span: Span, hour: int, part: str | None, now: datetime, dated: bool, ahead: bool, written: bool) -> Span:
    """Morning or evening, today or yesterday, where the customer left it open."""
    half, one = timedelta(hours=12), timedelta(days=1)
    options = [span]
    if part is None and not written and 1 <= hour <= 11:
        # Nobody means three at night without saying so.
        later = Span(span.start + half, span.end + half)
        options = [later, span] if hour <= 6 else [span, later]
    if ahead:
        return next((o for o in options if o.end > now), options[0] if dated else _moved(options[0], one))
    past = [o for o in options if o.start <= now]
    if past and (len(options) == 1 or hour >= 7 or options[0] in past):
        return options[0] if options[0] in past else past[0]
    return options[0] if dated else _moved(options[0], -one)


def _moved(span: Span, by: timedelta) -> Span:
    return Span(span.start + by, span.end + by)
