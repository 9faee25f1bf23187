"""What customers are usually asked, how pages are numbered, what sounds like a category. Pure."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from functools import lru_cache
from typing import Mapping, Sequence

from contracts.taxonomy import Taxonomy
from language import normalise, syllables
from service.tickets.dispatch.service import Position, Sort

QUESTIONS: Mapping[str, Sequence[str]] = {
    "": (
        "请补充一下当时的时间和大致经过。",
        "方便的话请发一张页面截图，订单号要露出来。",
        "请确认一下这个问题现在还有没有出现。",
    ),
    "coupon": ("请发一下优惠券页面的截图，券名和有效期要看得到。", "请问是在哪个活动、哪一天领取或购买的券？"),
    "payment": (
        "请问是几号枪、大约几点加的油？",
        "请发一下支付账单的截图，金额和时间要看得到。",
        "请问加油站的小票还在吗？方便的话拍一张给我们。",
    ),
    "points": ("请问是哪一单加油的积分？把订单号发给我们就行。", "请发一下积分明细页的截图。"),
    "mall": ("请发一下兑换记录的截图，兑换时间要看得到。", "请问提示的具体文字是什么？"),
    "invoice": ("请发一下正确的发票抬头和税号。", "请问发票要发到哪个邮箱？"),
    "card": ("请问油卡的后四位是多少？请不要发完整卡号和密码。", "请发一下绑卡页面的提示截图。"),
    "account": ("请问最近一次正常登录大约是什么时候？", "请问提示的具体文字是什么？请不要把验证码发给任何人。"),
    "station": ("请问是哪一座油站、几号枪？", "请问是哪一天、大约几点？方便的话发一张现场照片。"),
    "app": ("请问手机型号和 App 版本是多少？", "请发一下出错页面的截图。"),
    "service": ("请问什么时间方便接电话？", "请问您希望我们怎么处理？"),
}


@lru_cache(maxsize=512)
def sounds(text: str) -> str:
    """Syllables in a row, a space, their initials in a row: `zhifuchenggong zfcg`."""
    heard = syllables(normalise(text))
    return f"{''.join(heard)} {''.join(s[0] for s in heard)}" if heard else ""


def called(taxonomy: Taxonomy, text: str) -> list[str]:
    """The categories whose title holds the text, or sounds like it."""
    plain = normalise(text).strip()
    letters = plain.replace(" ", "")
    by_sound = letters.isascii() and letters.isalpha() and len(letters) > 1
    return [
        spec.id
        for spec in taxonomy.intents.values()
        if spec.department is not None
        and plain
        and (plain in normalise(spec.title) or (by_sound and letters in sounds(spec.title)))
    ]


def cursor(position: Position, sort: Sort) -> str:
    """Where a page ended, as the next request names it."""
    values = [v.isoformat() if isinstance(v, datetime) else v for v in position.values]
    return base64.urlsafe_b64encode("|".join([sort.value, *values, position.number]).encode()).decode()


def read_cursor(text: str, sort: Sort) -> Position:
    """The position that a cursor names.

    Raises:
        ValueError: it is none, or belongs to a list in another order.
    """
    try:
        kind, *values, number = base64.urlsafe_b64decode(text.encode()).decode().split("|")
    except (UnicodeError, binascii.Error) as error:
        raise ValueError("not a cursor") from error
    if kind != sort.value:
        raise ValueError("a cursor of another order")
    if sort is Sort.PRIORITY:
        priority, due = values
        return Position((priority, datetime.fromisoformat(due)), number)
    (moment,) = values
    return Position((datetime.fromisoformat(moment),), number)
