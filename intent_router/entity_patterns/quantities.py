"""Amounts of money, litres, points, and whether they were charged or pumped."""

from __future__ import annotations

import re
from collections.abc import Iterator

from contracts.entities import AMOUNT, LITRES, POINTS
from intent_router.entity_patterns.found import Found, Rank
from intent_router.entity_patterns.numbers import DIGITS, NUMBER, NUMERAL, number

_HIGHEST_BARE = 100_000
"""Yuan; a bare number beyond is no price of a fuel order."""
_LOWEST_BARE = 5
"""Yuan; a bare whole number below counts other things."""

# --- what an amount is about: the last of these words before it, else the first after it
_NEITHER = (
    r"[多少差]扣了?|多[收付算口]了?|少[收付算加]了?|退款?了?|退回|退给|返了?|返现|返还|充值?了?|余额|积分"
    r"|立减|[满减]|券|红包|优惠|便宜|补|赔|罚"
    r"|输[成入]?了?|填|差[了额]?|省|奖励|转账给|提现|定额|限额|额度|应[付收扣]|押金|冻结|预授权"
)
_PAID = (
    r"扣款?|扣费|扣掉|口(?=了|\d)|付款?|实付|支付|刷了?|收款?|收了|收我|划走|划了|划扣|转走|走了|账单|账上"
    r"|账户|流水|银行|短信|微信|支付宝"
    r"|app|手机|后台|页面|结账|结算|算了|计费|平台|系统|单子|订单|记录|花了?|出账|要了我|让我付"
)
_PUMP = (
    r"加了?|入了|加注|加的|加油|灌了?|打了|打出|打的|油机|油枪|枪|[抢墙](?=上|显)|机器|机子|表上|油表|屏幕"
    r"|跳[到的了]|停[在到]|走[到字]|跑到|实加|实际"
    r"|小票|要加|想加|让他加|油站|站里|站上|现场|计量|传感器|泵|流量计|箱"
)
_ABOUT = re.compile(rf"(?P<neither>{_NEITHER})|(?P<paid>{_PAID})|(?P<pump>{_PUMP})")
_ABOUT_WINDOW = 16
_FUEL_FOLLOWS = re.compile(r"(?:多|来)?(?:块钱?|元)?钱?的?(?:\d\d号)?(?:汽油|柴油|油(?!卡|券|票|站|价|费))")
_CLAUSE_END = re.compile(r"[。!?;…\n]")

# --- amounts
_YUAN = re.compile(
    rf"(?P<n>{NUMBER})\s?(?P<ten_thousand>万)?(?P<about>多|来)?\s?(?:(?P<unit>块钱?|元整?|圆|rmb|人民币)"
    rf"|(?<=万)(?=[,。!?;\s]|$))"
    r"(?P<jiao>\d(?![\d.,]|\s?(?:个|分|升|号|次|块|元|张|笔|毛|角|月|天|点))"
    r"|[一二三四五六七八九](?![个分升号次块元张笔点月天]|毛|角)"
    r"|(?:\d|[一二两三四五六七八九])[毛角](?:[一二三四五六七八九](?!个|张))?)?"
)
_SIGN = re.compile(rf"(?:¥|\$|rmb|cny|人民币)\s?(?P<n>{DIGITS})(?P<ten_thousand>万)?(?:元|块)?")
_JIAO = re.compile(rf"(?P<n>{NUMBER})[毛角](?P<fen>[一二三四五六七八九\d](?![\d个张]))?")
_CUE = (
    r"(?:扣款?|扣费|扣掉|扣走|口|付款?|实付|支付|刷|收款?|实收|划走|走|花|加注?|入|灌|打|充值?|退|返|显示|显"
    r"|停在|停到|跳[到的了]|走到|枪上|油机上?|机器上?"
    r"|机子上?|小票|账单写?|账单|app|银行|短信|手机|金额|变成|变|写|打印|只有|实加|差|输入?|要|转)"
)
_BARE = re.compile(
    rf"{_CUE}(?:了|着|的|是|我|又|整|只|才|成|到|在|给|走|掉|去|显示|数|数字|上写着?|写着?|金额|为|应为|:|=|\s"
    rf"|都|出){{0,4}}"
    r"(?P<n>\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d{1,6}(?:\.\d{1,2})?)(?P<ten_thousand>万)?(?P<about>多|来)?"
    r"(?![\d.,\-/]*\d|\s?(?:升|公升|l\b|ml|分|积分|号|#|次|笔|张|天|个|%|折|点|:|公里|km|级|年|月|日|周|星期"
    r"|小时|秒|位|人|台|辆|岁|倍|米|页|遍|回|条"
    r"|度|瓶|桶|毛|角|版|代|车|家|项|层|件|样|星|到\d|[a-z\d-]))"
)
_ALONE = re.compile(
    r"^\s*(?:是|就|大概|大约|一共|差不多|总共)?(?P<n>\d+\.\d{1,2}|\d{2,3}|\d[05]0{2})\s*(?:吧|呀|啊|左右|整"
    r"|了)?[。.!]?\s*$"
)
_HOTLINES = frozenset({110, 119, 120, 122, 315, 12306, 12315, 12345, 12348, 12358, 12366, 12318, 12328, 12388})
_GRADES = frozenset({92, 95, 98})

_PER_LITRE = re.compile(r"\s?(?:/|每|一|1)\s?(?:升|l\b|公升)|的?单价")
_PRICE_BEFORE = re.compile(
    r"(?:单价|油价|挂牌价?|每升|一升|价格|升价|[降减跌涨贵宜])(?:是|到|为|了|成|才|只要|:|\s|都)*$"
)
_COUPON_BEFORE = re.compile(r"(?:[满减]|立减|直降|抵)\s?$")
_COUPON_AFTER = re.compile(
    r"(?:面值)?的?(?:加油|优惠|满减|抵扣|代金|无门槛|洗车|现金|抵用|折扣|油)?(?:券|红包|礼包)|减\d|可用|以上"
    r"|门槛"
)

# --- litres and points
_LITRES = re.compile(rf"(?P<n>{NUMBER})\s?(?P<about>多|来)?(?:公升|升(?!级|数|到|为|起)|l(?![a-z]))")
_TANK = re.compile(r"^的?(?:油箱|车|排量)|^/\s?(?:100|百)")
_POINTS = re.compile(rf"(?P<n>{NUMBER})(?P<ten_thousand>万)?(?P<about>多|来)?个?(?:积分|点积分)")
_SCORE = re.compile(
    r"(?P<n>\d{1,3}(?:,\d{3})+|\d{1,7}|[一二两三四五六七八九](?:[百千万][零一二两三四五六七八九十百千]*)"
    r"|[二三四五六七八九]十[一二三四五六七八九]?(?=个分))"
    r"(?P<ten_thousand>万)?(?P<about>多|来)?个?分"
    r"(?!钟|之|别|期|店|成|站|享|类|数|析|歧|行|手|局|队|开|内|部|布|配|子|秒|明|外|散|不清|公司|付|辨|好评|钱)"
)
_AFTER_POINTS = re.compile(
    r"积分(?:余额|总数|数|明细|账户|显示|里|就|只|还|是|剩下?|有|扣了?|被扣|少了?|多了?|到账|给了?|变成|变|我"
    r"|才|应该|该|得了?|用了?|抵扣?了?|为|:|\s)"
    r"{1,4}(?P<n>\d{2,7}|\d{1,3}(?:,\d{3})+)(?![\d.]*\d|\s?(?:元|块|升|号|次|笔|天|点|:|月|日|年|%|倍|个月|张))"
)


def find_quantities(text: str) -> Iterator[Found]:
    """Amounts, litres and points with their roles."""
    points = list(_points(text))
    yield from points
    yield from _litres(text)
    yield from _amounts(text)


def role_of(text: str, start: int, end: int) -> str | None:
    """`paid`, `pump` or None for the quantity that stands at `text[start:end]`."""
    if _FUEL_FOLLOWS.match(text, end):
        return "pump"
    before = text[max(0, start - _ABOUT_WINDOW) : start]
    breaks = list(_CLAUSE_END.finditer(before))
    if breaks:
        before = before[breaks[-1].end() :]
    about = [match.lastgroup for match in _ABOUT.finditer(before)]
    return about[-1] if about and about[-1] != "neither" else None


def _value(match: re.Match[str]) -> int | float | None:
    value = number(match["n"])
    if value is None:
        return None
    if match.groupdict().get("ten_thousand"):
        value = round(value * 10_000, 2)
        value = int(value) if float(value).is_integer() else value
    return value


def _tail(written: str | None) -> float:
    """Yuan of what follows the 块: 两块五, 3块2毛5."""
    if not written:
        return 0.0
    figures = [number(c) for c in written if c not in "毛角"]
    jiao, fen = figures[0] or 0, (figures[1] or 0) if len(figures) > 1 else 0
    return jiao / 10 + fen / 100


def _amount(text: str, match: re.Match[str], value: float, rank: int) -> Found | None:
    start, end = match.start("n"), match.end()
    before = text[:start]
    if _PER_LITRE.match(text, end) or _PRICE_BEFORE.search(before[-8:]):
        return None
    if _COUPON_BEFORE.search(before[-3:]) or _COUPON_AFTER.match(text, end):
        return None
    value = round(value, 2)
    tidy = int(value) if float(value).is_integer() else value
    return Found(AMOUNT, tidy, start, end, role_of(text, start, end), rank)


def _amounts(text: str) -> Iterator[Found]:
    for match in _YUAN.finditer(text):
        value = _value(match)
        # 一块去, 一块儿: together; 百块, 几块: no number
        if value is None or (match["n"] == "一" and match["unit"] == "块" and not match["jiao"]):
            continue
        found = _amount(text, match, value + _tail(match["jiao"]), Rank.QUANTITY)
        if found is not None:
            yield found
    for match in _SIGN.finditer(text):
        value = _value(match)
        found = None if value is None else _amount(text, match, value, Rank.QUANTITY)
        if found is not None:
            yield found
    for match in _JIAO.finditer(text):
        jiao = number(match["n"])
        if jiao is not None:
            found = _amount(text, match, jiao / 10 + (number(match["fen"] or "0") or 0) / 100, Rank.BARE)
            if found is not None:
                yield found
    yield from _bare_amounts(text)


def _bare_amounts(text: str) -> Iterator[Found]:
    for pattern in (_BARE, _ALONE):
        for match in pattern.finditer(text):
            value = _value(match)
            if match[0].startswith("打") and value in _HOTLINES:
                continue
            if (
                value is None
                or not 0 < value <= _HIGHEST_BARE
                or ("." not in match["n"] and (value in _GRADES or value < _LOWEST_BARE))
            ):
                continue
            found = _amount(text, match, value, Rank.BARE)
            if found is not None:
                yield found


def _litres(text: str) -> Iterator[Found]:
    for match in _LITRES.finditer(text):
        value = _value(match)
        # 一升: a price a litre; 50升的油箱, 2.0L的车: the car
        if value is None or match["n"] in ("一", "1") or _TANK.match(text[match.end() : match.end() + 3]):
            continue
        start, end = match.start(), match.end()
        yield Found(LITRES, value, start, end, role_of(text, start, end), Rank.QUANTITY)


def _points(text: str) -> Iterator[Found]:
    for pattern, rank in ((_POINTS, Rank.QUANTITY), (_AFTER_POINTS, Rank.BARE + 1)):
        for match in pattern.finditer(text):
            value = _value(match)
            if value is not None:
                end = match.end() if pattern is _POINTS else match.end("n")
                yield Found(POINTS, value, match.start("n"), end, rank=rank + 1)
    for match in _SCORE.finditer(text):
        value = _value(match)
        clock = re.search(rf"(?:点|时|:|第|满)\s?$|{NUMERAL}毛$|块\d?毛?$", text[: match.start()])
        if value is not None and clock is None and (value >= 5 or "积分" in text):
            yield Found(POINTS, value, match.start(), match.end(), rank=Rank.QUANTITY)
