"""How numbers are written in messages: digits with commas and decimals, or Chinese numerals."""

from __future__ import annotations

from language import chinese_number

DIGITS = r"(?<!\d)(?:\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?(?!\d)|\d+(?:\.\d+)?)"
NUMERAL = (
    r"(?:(?<![几零一二两三四五六七八九十百千万])[一二两三四五六七八九十][零一二两三四五六七八九十百千万]*(?:点"
    r"[零一二三四五六七八九]+)?)"
)
NUMBER = rf"(?:{DIGITS}|{NUMERAL})"
SMALL = r"(?:\d{1,2}|三十一|三十|二?十[一二三四五六七八九]|二?十|[一二两三四五六七八九])"
"""A number as dates, hours and guns have it."""


def number(text: str) -> int | float | None:
    """The value of what `NUMBER` matched; whole numbers as int. None when it is no number after all."""
    plain = text.replace(",", "")
    try:
        value = float(plain)
    except ValueError:
        whole, _, fraction = plain.partition("点")
        value_of_whole = chinese_number(whole)
        if value_of_whole is None or not fraction:
            return value_of_whole
        figures = "".join(str(chinese_number(figure) or 0) for figure in fraction)
        return float(f"{value_of_whole}.{figures}")
    return int(value) if value.is_integer() else value
