"""How figures, times and feelings are worded for customers."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
"""Customers and stations live by this clock, wherever the server stands."""

_DAYS = {-2: "前天", -1: "昨天", 0: "今天", 1: "明天", 2: "后天"}

_COULD_BE_A_PROMISE = re.compile(
    r"\d+\s*(?:元|块|万|千|分|积分|%|折|倍|天|小时|分钟)|赔|补偿|退款|退钱|退我|退回|打款|转账|到账|免费|全额|承诺|保证|答应"
    r"|系统|指令|提示[:：]|管理员|忽略|客服说|[\r\n<>{}]|system|prompt|ignore",
    re.IGNORECASE,
)
_ECHOED = 30

_OPENINGS = {
    "anxious": "您先别急，我这就帮您查。",
    "dissatisfied": "很抱歉给您添麻烦了，这件事我来跟到底。",
    "angry": "实在对不起，这件事让您受委屈了，我马上处理。",
}


def opening(sentiment: str) -> str:
    """The first words of a flow, after the customer's feeling; empty when he is calm."""
    return _OPENINGS.get(sentiment, "")


def yuan(fen: int) -> str:
    """An amount: `200 元`, `187.50 元`."""
    return f"{fen // 100} 元" if fen % 100 == 0 else f"{fen / 100:.2f} 元"


def day(moment: datetime, now: datetime) -> str:
    """A day: `今天`, `昨天`, `11月20日`, `2024年11月20日`."""
    local, today = moment.astimezone(CHINA).date(), now.astimezone(CHINA).date()
    named = _DAYS.get((local - today).days)
    if named:
        return named
    short = f"{local.month}月{local.day}日"
    return short if local.year == today.year else f"{local.year}年{short}"


def clock(moment: datetime, now: datetime) -> str:
    """A time: `今天 18:30`, `昨天 09:05`, `11月20日 10:00`."""
    return f"{day(moment, now)} {moment.astimezone(CHINA):%H:%M}"


def lasting(span: timedelta) -> str:
    """A length of time in its two largest units: `3 天 2 小时`, `1 小时 20 分钟`, `5 分钟`."""
    minutes = max(0, int(span.total_seconds() // 60))
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    if days:
        return f"{days} 天 {hours} 小时" if hours else f"{days} 天"
    if hours:
        return f"{hours} 小时 {rest} 分钟" if rest else f"{hours} 小时"
    return f"{rest} 分钟"


def echo(said: str | None) -> str:
    """A name that the customer gave, fit to stand in a sentence of ours; else nothing.

    Amounts, promises and orders to the assistant would sound like our own word: they are kept in the ticket only.
    """
    text = (said or "").strip()
    return text if len(text) <= _ECHOED and not _COULD_BE_A_PROMISE.search(text) else ""


def masked(phone: str) -> str:
    """A phone number as it is shown: `138****1234`."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 7 else phone


def sentences(*parts: str | None) -> str:
    """The parts that have words, one after the other."""
    return "".join(part for part in parts if part)
