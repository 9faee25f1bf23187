"""What the error codes that apps, payment channels and pumps show mean, and what helps now."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Meaning:
    """`reason` goes into a sentence after the code, `advice` is one for the customer."""

    reason: str
    advice: str


# Families, first match wins: a code's letters and first digit say where it comes from (the numbers change by version).
_FAMILIES: tuple[tuple[re.Pattern[str], Meaning], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), Meaning(reason, advice))
    for pattern, reason, advice in (
        (r"^PAY-?4\d+", "支付渠道拒绝了这笔付款（限额、余额或密码）", "可以换一种支付方式再付。"),
        (r"^PAY-?5\d+", "支付通道当时没有响应", "先到「我的订单」看有没有付成，不要连着点。"),
        (r"^PAY", "付款这一步出错", "先到「我的订单」看有没有付成，不要连着点。"),
        (r"^PTS", "积分系统当时没有响应", "急着加油可以先用别的方式付，积分不会因此失效。"),
        (r"^(?:CPN|COUPON)", "优惠券校验没有通过", "可以先不选券看能不能下单，券不会因此作废。"),
        (r"^(?:LOC|GPS)", "没有拿到手机的准确位置", "请打开精确定位，关掉再开一次，下拉刷新后再试。"),
        (r"^(?:LGN|AUTH|TOKEN|401$|403$)", "登录状态已失效", "请退出后重新登录。"),
        (r"^(?:NET|TIMEOUT|ERR_|-?100\d$|50[234]$|408$)", "网络或服务器没有响应", "请换个网络，过一会儿再试。"),
        (r"^(?:SYS|500$|BUSY)", "系统正忙或在维护", "请过一会儿再试，首页有维护公告。"),
        (
            r"^(?:PUMP|P-?\d|GUN|POS)",
            "油站的加油机或收银机没有接到订单",
            "请把枪挂回去，请加油员在机器上查单或换一把枪。",
        ),
        (r"^(?:CARD|C-?1\d+)", "油卡信息没有核对上", "请核对卡号和办卡时留的姓名、手机号。"),
        (r"^(?:CARD|C-?2\d+)", "油卡的状态不允许这样操作（冻结、挂失或已绑定）", "请先看一下卡的状态。"),
    )
)


def meaning(code: str | None) -> Meaning | None:
    """What a code means; None for one of an unknown family."""
    if not code:
        return None
    return next((found for pattern, found in _FAMILIES if pattern.match(code.strip())), None)


def code_words(code: str | None) -> str:
    """A code inside a sentence: `（错误码 PAY-5003：支付通道当时没有响应）`; empty without a code."""
    if not code:
        return ""
    found = meaning(code)
    return f"（错误码 {code}：{found.reason}）" if found else f"（错误码 {code}）"
