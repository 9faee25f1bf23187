"""Numbers that name something: tickets, orders, phones, plates, cards, error codes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from contracts.entities import CARD_NUMBER, ERROR_CODE, ORDER_NUMBER, PHONE, PLATE, TICKET_NUMBER
from intent_router.entity_patterns.found import Found, Rank

_LETTERS_OR_DIGITS = re.compile(r"\d{4}")

_TICKET_DIGITS = 10
"""With the check digit."""
# People read them out in groups.
_TICKET = re.compile(r"(?<![a-z0-9])y\s?b[\s:#\-]?(\d(?:[\s\-]?\d){9,15})(?![\d])")
_YB_ORDER = re.compile(r"(?<![a-z0-9])yb[\s\-]?\d{4,}(?:-\d{1,6})*(?![a-z0-9])")

_NUMBER_WORD = r"(?:订单|单号|单子|流水|交易|小票号|账单号|支付单|那[单笔]|这[单笔]|(?<![工题诉馈])单)"
_NAMED_ORDER = re.compile(
    _NUMBER_WORD
    + r"(?:编?号码?|码|id)?(?:是|为|我?发你|给你|如下|:|\s|,|=|\()*([a-z]{0,5}-?\d[\d\-]{3,31}\d)(?![a-z\d])"
)
_ORDER_TAIL = re.compile(
    _NUMBER_WORD
    + r"(?:号|编号|流水号)?的?(?:尾号|尾数|后[四五六4-6]位|最后[四五六4-6]位)(?:数|数字|是|为|:|\s)*(\d{4,6})(?!\d)"
)
_LONG_DIGITS = re.compile(r"(?<![a-z\d.\-])\d(?:[ \-]?\d){11,31}(?![a-z\d])")

_DATE_INSIDE = re.compile(r"20\d\d-\d\d-\d\d")

_PHONE = re.compile(r"(?<!\d)(?:\+?86[\s\-]?)?(1[3-9]\d(?:[\s\-]?\d{4}){2})(?!\d)")

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLATE = re.compile(
    rf"([{_PROVINCES}])\s?([a-hj-z])[\s·•・.\-]?((?=[a-z0-9]*\d[a-z0-9]*\d)[a-hj-np-z0-9]{{4,5}}"
    rf"[a-hj-np-z0-9挂学警港澳领])"
    r"(?![a-z0-9])"
)

_CARD_WORD = r"(?:卡号|油卡|加油卡|实体卡|电子卡|主卡|副卡|银行卡|卡片|卡)"
_NAMED_CARD = re.compile(rf"{_CARD_WORD}(?:号码?|的)?(?:是|为|:|\s)*(\d(?:[ \-]?\d){{7,18}})(?!\d)")
_CARD_TAIL = re.compile(
    r"(?<!银行)(?<!信用)(?<!储蓄)(?:油卡|加油卡|实体卡|电子卡|主卡|副卡|卡号)的?(?:尾号|后四位)(?:是|为|:"
    r"|\s)*(\d{4})(?!\d)"
)

_SAID_CODE = re.compile(
    r"(?:错误码|错误代码|报错码|报错代码|故障码|返回码|状态码|代码|错误|报错|提示码|出错|error|err|code)"
    r"(?:编号|号|代码|提示|显示|信息|了|是|为|:|\s|一个|个|\(|\"|“)*([a-z]{0,8}[-_]?\d{3,6}"
    r"|[a-z]{1,4}[-_]?\d{2,6})(?![a-z\d])"
)
_CODE_SHAPE = re.compile(
    r"(?<![a-z0-9])((?:pay|err|error|sys|net|auth|login|card|bind|coupon|loc|app|e|c|p|f)[-_]\d{2,6}|e\d{3,5}"
    r"|err\d{2,5})(?![a-z0-9])"
)
_NO_CODE = re.compile(r"(?:拨|打|报警|电话)\s?$")
_UNITS_AFTER = re.compile(r"\s?(?:块|元|分|升|公里|次|年|月|号|笔|张|天)")

_TRACKING = re.compile(r"(?:快递|物流|运单|顺丰|邮政|包裹)[^,。;!?]{0,6}$")
_TAX_OR_ID = re.compile(r"(?:税号|身份证|信用代码|执照)[^,。;!?]{0,6}$")
_ABOUT_CARDS = re.compile(r"卡(?!顿|住|死|了|在)[^,。;!?]{0,10}$")
_OTHER_NUMBER = re.compile(r"(?:发票号?码?|票号|电话|总机|热线|分机|警号)[^,。;!?]{0,4}$")
_LANDLINE = re.compile(r"0\d{2,3}[ \-]\d{7,8}")
_CALLED_AN_ORDER = re.compile(r"订单(?:编?号码?)?(?:是|为|:|\s)*$")
_TICKET_WORD = re.compile(r"(?:工单|投诉单|问题单|反馈单|受理|编号)[^,。;!?]{0,6}$")


def luhn_valid(digits: str) -> bool:
    """Whether the last digit is the Luhn check digit of the others."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _only_digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def find_identifiers(text: str) -> Iterator[Found]:
    """Every number that names something."""
    yield from _error_codes(text)
    for match in _PLATE.finditer(text):
        value = (match[1] + match[2] + match[3]).upper()
        yield Found(PLATE, value, match.start(), match.end(), rank=Rank.NUMBERED)
    if _LETTERS_OR_DIGITS.search(text) is None and not re.search(r"\d[\s\-]\d", text):
        return
    yield from _tickets_and_orders(text)
    yield from _cards_and_long_digits(text)
    for match in _PHONE.finditer(text):
        yield Found(PHONE, _only_digits(match[1]), match.start(1), match.end(1), rank=Rank.NUMBERED)


def _tickets_and_orders(text: str) -> Iterator[Found]:
    for match in _TICKET.finditer(text):
        # Another number may follow after a space: the first group that checks is the ticket.
        for length in sorted({len(match[1]), *(m.start() for m in re.finditer(r"[\s\-]", match[1]))}):
            digits = _only_digits(match[1][:length])
            if len(digits) > _TICKET_DIGITS and _CALLED_AN_ORDER.search(text[: match.start()]):
                continue
            if len(digits) >= _TICKET_DIGITS and luhn_valid(digits):
                end = match.start(1) + length
                yield Found(TICKET_NUMBER, f"YB{digits}", match.start(), end, rank=Rank.NUMBERED + 1)
                break
    for match in _YB_ORDER.finditer(text):
        # A ticket with a slip of the finger is no order.
        if not _TICKET_WORD.search(text[: match.start()]):
            value = re.sub(r"\s", "", match[0]).upper()
            yield Found(ORDER_NUMBER, value, match.start(), match.end(), rank=Rank.IDENTIFIER)
    for match in _NAMED_ORDER.finditer(text):
        if not _TRACKING.search(text[: match.start(1)]) and not _TICKET_WORD.search(text[: match.start(1)]):
            yield Found(ORDER_NUMBER, match[1].upper(), match.start(1), match.end(1), rank=Rank.NUMBERED)
    for match in _ORDER_TAIL.finditer(text):
        yield Found(ORDER_NUMBER, match[1], match.start(1), match.end(1), rank=Rank.NUMBERED)


def _cards_and_long_digits(text: str) -> Iterator[Found]:
    for pattern in (_NAMED_CARD, _CARD_TAIL):
        for match in pattern.finditer(text):
            digits = _only_digits(match[1])
            if len(digits) != 11 or not digits.startswith("1"):
                yield Found(CARD_NUMBER, digits, match.start(1), match.end(1), rank=Rank.NUMBERED)
    for match in _LONG_DIGITS.finditer(text):
        before, digits = text[: match.start()], _only_digits(match[0])
        if _TAX_OR_ID.search(before) or _TRACKING.search(before) or _DATE_INSIDE.search(match[0]):
            continue
        if _OTHER_NUMBER.search(before) or _LANDLINE.fullmatch(match[0]):
            continue
        card = 16 <= len(digits) <= 19 and (luhn_valid(digits) or _ABOUT_CARDS.search(before) is not None)
        kind = CARD_NUMBER if card else ORDER_NUMBER
        yield Found(kind, digits, match.start(), match.end(), rank=Rank.IDENTIFIER)


def _error_codes(text: str) -> Iterator[Found]:
    for pattern, rank in ((_SAID_CODE, Rank.NUMBERED), (_CODE_SHAPE, Rank.IDENTIFIER)):
        for match in pattern.finditer(text):
            if _UNITS_AFTER.match(text, match.end(1)) or _NO_CODE.search(text[: match.start(1)]):
                continue
            yield Found(ERROR_CODE, match[1].upper(), match.start(1), match.end(1), rank=rank)
