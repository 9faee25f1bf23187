"""Greetings around a request: 在吗？师傅你好，券多久过期，谢谢 asks the same as 券多久过期."""

from __future__ import annotations

import re

SHORTEST_REST = 4
"""Characters that must be left: a message that is little more than a greeting stays as it is."""

_GREETING = re.compile(
    r"^(?:(?:(?:各位|你们)?(?:师傅|老板|客服|亲|亲爱的|小姐姐|小哥哥?|美女|帅哥|同志|老师|大哥|大姐|朋友)?"
    r"(?:你好呀?|您好呀?|你们好|大家好|早上好|上午好|中午好|下午好|晚上好|早安|哈喽|哈啰|hello|hi|嗨|在吗|在不在|在么|在嘛"
    r"|在不|在线吗|有人吗|有人在吗|有没有人|有人没)"
    r"|喂|师傅|老板|客服|亲|亲爱的|小姐姐|小哥哥?|美女|帅哥|请问一下|请教一下|打扰一下|打扰了|打扰|不好意思|麻烦了|劳驾|问一下"
    r"|问下|咨询一下|咨询下|那个|嗯|呃|额|啊|诶|欸|早)[\s,。!?~…、:]+"
    r"|(?:您好|(?<![\u4e00-\u9fff])你好|在吗|请问一下|请问)(?![意坑慢烦敢歹吗呀啊的]))+"
)
_THANKS = re.compile(
    r"[\s,。!?~…、]+(?:(?:先)?(?:谢谢|多谢|谢了|感谢|谢过|thanks|thx|唔该|辛苦|麻烦|拜托|劳驾)"
    r"(?:你们|您们|你|您|了|啦|哈|啊|喽|哦|大家|客服|亲|师傅|您了|你了)*|谢+|感恩)[\s,。!?~…、]*$"
)


def without_greeting(normalised: str) -> str:
    """The normalised text without greetings before it."""
    rest = _GREETING.sub("", normalised, count=1)
    return rest if len(rest) >= SHORTEST_REST else normalised


def without_courtesies(normalised: str) -> str:
    """The normalised text without greetings before and thanks behind it."""
    text = without_greeting(normalised)
    rest = _THANKS.sub("", text, count=1)
    return rest if len(rest) >= SHORTEST_REST else text
