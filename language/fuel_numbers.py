"""Fuel grades and gun numbers: 92#, #92, 九十二号, 加92的 → 92号; 零号柴油, 0#柴油 → 0号柴油; 3#枪 → 3号枪."""

from __future__ import annotations

import re

from language.alignment import PatternRule
from language.numerals import AMOUNT_NUMERAL, chinese_number

_GRADE = r"(?:92|95|98)"
_SPOKEN = {"二": "92", "五": "95", "八": "98"}
_ALONE_BEFORE = r"(?<![\d.\-:¥$a-z第尾扣])"
_AFTER_WORDS = r"(?=的?(?:汽油|油(?!卡|券|站)|乙醇)|的(?:[,。?!\s]|$|油|就|也|多|怎|券|卡)|还是|跟9|和9|变|换|断货|枪)"


def _spoken_grade(match: re.Match[str]) -> str:
    return _SPOKEN[match.group("last")] + "号"


def _negative(match: re.Match[str]) -> str:
    number = match.group("n")
    return "-" + (number if number.isdigit() else str(chinese_number(number))) + "号"


def _amount(match: re.Match[str]) -> str:
    value = chinese_number(match.group())
    return match.group() if value is None else str(value)


FUEL_RULES = (
    # 九十二号 九二号 九五汽油 加九二, never 九五折
    PatternRule(re.compile(r"九十?(?P<last>[二五八])(?:号(?!枪|线|楼)|#|井(?!盖))"), _spoken_grade),
    PatternRule(re.compile(r"九十?(?P<last>[二五八])(?=的?(?:汽油|油(?!卡|券|站)))"), _spoken_grade),
    PatternRule(re.compile(r"(?<=[加灌喝选])九十?(?P<last>[二五八])(?![折块元升千百公分])"), _spoken_grade),
    # #92, 92#, 92 号
    PatternRule(re.compile(rf"{_ALONE_BEFORE}#\s?({_GRADE})(?!\d)"), r"\1号"),
    PatternRule(re.compile(rf"{_ALONE_BEFORE}({_GRADE})\s?(?:#|号)"), r"\1号"),
    # 92汽油, 加92的, 92还是95
    PatternRule(re.compile(rf"{_ALONE_BEFORE}({_GRADE}){_AFTER_WORDS}"), r"\1号"),
    PatternRule(
        re.compile(
            rf"(?:(?<=[加灌喝吃选误给])|(?<=加了)|(?<=加成)|(?<=还是)|(?<=还系))({_GRADE})(?![\d.号块元升折%分蚊岁年月天毛])"
        ),
        r"\1号",
    ),
    # diesel
    PatternRule(re.compile(r"(?:负|-)\s?(?P<n>10|20|35|50|十|二十|三十五|五十)\s?(?:#|号)"), _negative),
    PatternRule(re.compile(r"(?<![\d.])[0零〇]\s?(?:#|号|(?=柴油))"), "0号"),
    # any other number sign behind a number is a 号: 3#枪
    PatternRule(re.compile(r"(?<=\d)\s?#"), "号"),
    # amounts: 二百 → 200, 两千三 → 2300, 三十块 → 30块
    PatternRule(AMOUNT_NUMERAL, _amount),
)
