"""Whom strong words are meant for: "堵车堵死了，烦死" is no complaint about this service."""

from __future__ import annotations

import re

from intent_router.sentiment_words import STAFF, YOU
from language import normalise

BLAME = frozenset({"dissatisfied", "angry"})

_ELSEWHERE = re.compile(
    r"堵|塞车|红绿灯|红灯|交警|贴条|罚单|违章|扣(?:了)?.{0,2}分(?:罚|条)|加塞|别车|前车|后车|追尾|剐蹭|路(?:全|都|又)?(?:封|烂|堵)|修路|雪|雨|台风"
    r"|冰雹|天气|太热|太冷|球|游戏|比赛|输了|彩票|股票|考试|老板|领导|同事|老婆|媳妇|老公|丈母娘|孩子|儿子|闺女|邻居|室友|房东|小区|楼上"
    r"|外卖|快递|导航|手机|宽带|前任|相亲|朋友|警察|医院|银行|保险公司|4s|修理厂|停车场|物业"
)
_US = re.compile(
    rf"{YOU}|{STAFF}|你|油|券|积分|退款|退钱|骗|订单|发票|充值|投诉|举报|12315|人工|站|店|枪|砸|告|开除|让他|叫他"
)
_MARKS = re.compile(
    r"[\s\u0021-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u007e\u3000-\u303f\uff00-\uff0f\uff1a-\uff20…~]*"
)


def about_something_else(text: str) -> bool:
    """Whether the words name something else and nothing of ours, or are marks without words."""
    plain = normalise(text)
    if _MARKS.fullmatch(text) is not None:
        return True
    return _ELSEWHERE.search(plain) is not None and _US.search(plain) is None
