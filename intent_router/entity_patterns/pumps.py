"""Fuel grades and gun numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from contracts.entities import FUEL, GUN
from intent_router.entity_patterns.corrections import TAKEN_FOR, role_of
from intent_router.entity_patterns.found import Found, Rank
from intent_router.entity_patterns.numbers import SMALL, number

_GRADE = re.compile(r"(?<![\d.\-])(?P<grade>92|95|98)号(?:乙醇)?(?:汽油|油(?!卡|券|站|枪|机|价|箱))?")
_DIESEL = re.compile(r"(?<![\d.])(?P<grade>-(?:10|20|35|50)|0)号(?:柴油|油(?!卡|券|站|枪|机|价|箱))?")
_SPOKEN_DIESEL = re.compile(r"(?<![\d号])柴油(?!车|卡|券|站|发电|机|枪|价|的?价|区|客户|活动|优惠)")
_BARE_GRADE = re.compile(
    r"(?<![\d.\-:¥$第尾])(?P<grade>92|95|98)(?=[枪,。!?、\s]|改|换|选|成|点成|变|加了|加的|和|与|跟|$)"
)
_SPOKEN_GRADE = re.compile(
    r"(?:选成|点成|加成|按成|应该是|应该加|本来是|要的是|想加|加了|加的是?|选的是?)(?P<grade>九十?[二五八])(?=[,，。!?、\s]|了|的|$)"
)
_SPOKEN = {"二": "92", "五": "95", "八": "98"}
_GRADES = frozenset({"92", "95", "98", "0"})

_NOZZLE = r"(?:号?(?:加油|油)?(?:枪|泵)(?!支|法|手|战)|号(?:加油|油)?机(?!油|票|场|型|会|构|关)|号位|号车位|号油岛)"
_GUN = re.compile(rf"(?<![\d.\-:a-z第])(?P<n>{SMALL})\s?{_NOZZLE}")
_GUN_NAMED = re.compile(
    rf"(?:油?枪号?|油机|泵号?)(?:选|点|填|写|输|按|打|误填|看|错|成|了|是|为|的|:|\s|我|号|应该|码"
    rf"|给){{0,4}}(?P<n>\d{{1,2}}|{SMALL}(?=号)|(?<=成){SMALL})(?:号位?)?"
    r"(?![\d.:]*\d|\s?(?:块|元|升|分|点|天|次|月|年|毛|个|把|米|楼|周|笔|小时|%|l\b|日|条|遍|万|千|百))"
)
_SWAPPED = re.compile(
    rf"(?<![\d.])(?P<a>{SMALL})号?{TAKEN_FOR}了?(?P<b>{SMALL})(?:号位?)?(?![\d.]*\d|[块元升分点天次月年毛个])"
)
_NUMBERED = re.compile(
    rf"(?P<cue>{TAKEN_FOR}|[选点按戳输填写改换调停在是为到]|应该|应为|原来)(?:了|的|是|到|成|在|我|错|:"
    rf"|\s){{0,3}}(?P<n>{SMALL})号(?:油?枪|机(?!票|场)|位)?"
    r"(?!柴油|汽油|油|线|楼|店|站|门|库|院|岛|车|桩|卡|客服|早|上午|中午|下午|晚|那天|的单|的订单|到期|之?前|之?后|加)"
)
_ABOUT_GUNS = re.compile(r"枪|油机|加油机|泵")
_MONTH_BEFORE = re.compile(r"月\s?$")
_HIGHEST_GUN = 60


def _gun(text: str, match: re.Match[str], group: str, rank: int, end: int, role: str | None = None) -> Found | None:
    value = number(match[group])
    if not isinstance(value, int) or not 0 < value <= _HIGHEST_GUN or _MONTH_BEFORE.search(text[: match.start(group)]):
        return None
    start = match.start(group)
    return Found(GUN, str(value), start, end, role or role_of(text, start, end), rank)


def find_guns(text: str) -> Iterator[Found]:
    """Gun numbers; a bare `3号` counts only where the talk is of guns and nothing makes it a day."""
    candidates = [_gun(text, m, "n", Rank.GUN, m.end()) for m in _GUN.finditer(text)]
    if _ABOUT_GUNS.search(text):
        candidates += [_gun(text, m, "n", Rank.GUN - 1, m.end()) for m in _GUN_NAMED.finditer(text)]
        for match in _SWAPPED.finditer(text):
            candidates.append(_gun(text, match, "a", Rank.TIME + 1, match.end("a"), "right"))
            candidates.append(_gun(text, match, "b", Rank.TIME + 1, match.end(), "wrong"))
        # Above days: 应为1号枪，选成2号
        candidates += [_gun(text, m, "n", Rank.TIME + 1, m.end()) for m in _NUMBERED.finditer(text)]
    yield from (found for found in candidates if found is not None)


def find_fuels(text: str) -> Iterator[Found]:
    """Fuel grades; normalising has already written them as `92号`."""
    for pattern, unit in ((_GRADE, "号"), (_DIESEL, "号柴油")):
        for match in pattern.finditer(text):
            start, end = match.span()
            role = role_of(text, start, end)
            yield Found(FUEL, match["grade"] + unit, start, end, role, Rank.TIME + 2)
    for match in _SPOKEN_GRADE.finditer(text):
        start, end = match.span("grade")
        yield Found(FUEL, _SPOKEN[match["grade"][-1]] + "号", start, end, role_of(text, start, end), Rank.TIME + 2)
    for match in _SPOKEN_DIESEL.finditer(text):
        yield Found(FUEL, "柴油", *match.span(), role_of(text, *match.span()), Rank.BARE)
    if re.search(r"\d号|油号|标号|汽油|加[了的]", text):
        for match in _BARE_GRADE.finditer(text):
            start, end = match.span()
            yield Found(FUEL, match["grade"] + "号", start, end, role_of(text, start, end), Rank.BARE - 1)
