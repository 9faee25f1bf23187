"""Chinese numerals as people write amounts with them: 二百, 两千三, 一百零五, 三万五."""

from __future__ import annotations

import re

_ZEROS = "零〇"
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")}
_DIGITS.update({"〇": 0, "两": 2, "俩": 2, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5})
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "万": 10000}

_ONE_TO_NINE = "一二两三四五六七八九"
_LARGE = rf"[{_ONE_TO_NINE}][百千万](?:零?[{_ONE_TO_NINE}][百千十]?)*"
_TENS = rf"[{_ONE_TO_NINE}]?十[{_ONE_TO_NINE}]?"

AMOUNT_NUMERAL = re.compile(rf"{_LARGE}(?![{_ONE_TO_NINE}十百千万分])|{_TENS}(?=块|元|蚊|升|公升)")
"""A numeral that is an amount beyond doubt: it has a unit of a hundred or more, or money or litres follow.

百分之 and 十分 (very), 千万 (by all means), 十一 (the holiday) are none.
"""


def chinese_number(text: str) -> int | None:
    """The value of a Chinese numeral below 100 million, or None when it is not one.

    A trailing digit counts in the next lower unit, as people speak: 两千三 is 2300, 一百零五 is 105.
    Without units the digits are read one by one: 九二 is 92.
    """
    if not text or any(c not in _DIGITS and c not in _UNITS for c in text):
        return None
    if not any(c in _UNITS for c in text):
        return int("".join(str(_DIGITS[c]) for c in text))
    total = section = 0
    digit: int | None = None
    last_unit = 1
    for char in text:
        if char in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[char]
        elif char == "万":
            total = (section + (digit or 0)) * 10000
            section, digit, last_unit = 0, None, 10000
        else:
            section += (1 if digit is None else digit) * _UNITS[char]
            digit, last_unit = None, _UNITS[char]
    if digit:
        spoken_short = last_unit >= 100 and text[-2] not in _ZEROS
        section += digit * last_unit // 10 if spoken_short else digit
    return total + section
