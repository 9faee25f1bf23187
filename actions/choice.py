"""Which of the offered answers a customer means when he types instead of pressing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Sequence

from language import normalise

NONE = "none"
"""Value of "none of these"."""
UNKNOWN = "unknown"
"""Value of a question that the customer cannot answer."""
YES, NO = "yes", "no"

_NOT_SURE = ("不知道", "不清楚", "不确定", "记不清", "记不得", "忘了", "不晓得", "不记得", "没注意", "说不清", "不太懂")
_NONE_WORDS = ("都不是", "不是这些", "没有我的", "都没有", "不在里面", "不在这里", "没看到我", "一个都不", "找不到我")
_ORDINALS = "一二三四五六七八九"
_NEWEST = ("最近", "最新", "刚才", "刚刚", "上一笔", "最上面", "上面那", "头一")

_STILL_NO = (
    *("没解决", "没好", "没到", "没有", "没看到", "没用", "没收到", "还没", "还是", "仍然", "依然", "一样"),
    *("但是", "可是", "不过", "报错", "提示", "失败"),
    *("对不上", "不上", "不了", "不进", "少了", "多了", "不清楚", "差远了"),
    *("不行", "不能", "不可以", "不对", "不好", "不到", "不明白", "不懂", "不认", "看不到", "收不到", "用不了"),
)
_FINE = (
    *("没问题", "没事", "不用", "不必", "好了", "好的", "好吧", "可以", "解决", "能", "行", "对", "是", "嗯"),
    *("明白", "清楚", "懂", "知道", "到了", "收到", "看到", "谢", "ok", "成功", "好"),
)
_REFUSED = ("不", "没", "否", "别", "no")


_CONSENT = re.compile(
    r"(?:嗯+|恩+|是(?:的|啊|呀)?|对(?:的|啊|呀)?|好(?:的|啊|呀|吧|嘞)?|可以(?:的|啊)?|行(?:的|啊|吧)?|没错|要(?:的)?|中|确认|同意"
    r"|当然|没问题|ok|okay|yes|麻烦(?:你|您)?(?:了)?|请|那?就|现在|马上|赶紧|快|帮我|给我|谢谢(?:你|您|啦|了)?"
    r"|取消(?:吧|掉|了吧)?|撤(?:销|了吧|掉|吧)?|冻结(?:吧|它)?|锁(?:了|住|上)?(?:吧)?|挂失(?:吧)?|开(?:吧|票|具)?|退(?:吧|了吧|款)?"
    r"|换(?:吧|一个)?|办(?:吧)?|补(?:吧)?|这张|这单|吧|啊|了|[,。!~\s])+"
)
_THANKS_ALONE = re.compile(r"(?:谢谢(?:你|您|啦|了)?|麻烦(?:你|您)?(?:了)?|了|啊|吧|就|那|现在|[,。!~\s])*")
_CALLED_OFF = re.compile(r"不|别|没(?!问题|错)|等|算了|先放|再说|考虑")
_BRIEF = 14
"""Characters; who says more than yes or no says something else."""


@dataclass(frozen=True)
class Option:
    """One answer: what is stored, what the button says, which words mean it."""

    value: str
    title: str
    words: tuple[str, ...] = ()


def unsure(text: str) -> bool:
    """The customer says that he does not know."""
    plain = normalise(text)
    return any(word in plain for word in _NOT_SURE)


def chosen(text: str, options: Sequence[Option]) -> str | None:
    """The value of the option that is meant, or None.

    Looks for the title, an ordinal ("2", "第二个"), "the newest one" for records, then the longest of the options'
    words; two options with equally long words are no answer.
    """
    plain = normalise(text)
    for option in options:
        if plain == normalise(option.title):
            return option.value
    has_none = any(option.value == NONE for option in options)
    if has_none and any(word in plain for word in _NONE_WORDS):
        return NONE
    by_number = _ordinal(plain, len(options))
    if by_number is not None:
        return options[by_number].value
    by_word = hinted(text, options)
    if by_word is not None:
        return by_word
    if has_none and any(word in plain for word in _NEWEST):
        return options[0].value
    return None


def hinted(text: str, options: Sequence[Option]) -> str | None:
    """The value of the option whose words occur in a longer text; the longest word wins, then more of them.

    A tie is no answer.
    """
    plain = normalise(text)
    best: dict[str, tuple[int, int]] = {}
    for option in options:
        hits = [len(word) for word in {normalise(w) for w in option.words if w} if word in plain]
        if hits:
            best[option.value] = (max(hits), len(hits))
    longest = [value for value, found in best.items() if found == max(best.values())]
    return longest[0] if len(longest) == 1 else None


def _ordinal(plain: str, count: int) -> int | None:
    found = re.fullmatch(r"(?:选|就|是|第)*\s*([1-9一二三四五六七八九])\s*(?:个|笔|单|张|项|条|吧|[.。、])*", plain)
    if found is None:
        found = re.search(r"第([1-9一二三四五六七八九])(?:个|笔|单|张|项|条)", plain)
    if found is None:
        return None
    digit = found.group(1)
    place = _ORDINALS.index(digit) if digit in _ORDINALS else int(digit) - 1
    return place if place < count else None


def agreed(text: str) -> str | None:
    """YES, NO or None for the answer to "is it all right now?"."""
    plain = normalise(text).lower()
    for words, value in ((_STILL_NO, NO), (_FINE, YES), (_REFUSED, NO)):
        if any(word in plain for word in words):
            return value
    return None


def consents(text: str) -> str | None:
    """YES, NO or None for the answer to "shall I do it now?".

    Yes is only what says nothing else: thanks alone, or a yes with more in the sentence, is no consent.
    """
    plain = normalise(text).lower()
    if len(plain) > _BRIEF:
        return None
    if _CALLED_OFF.search(plain):
        return NO
    if _CONSENT.fullmatch(plain) and not _THANKS_ALONE.fullmatch(plain):
        return YES
    return None
