"""Lines of the points ledger in the customer's words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Callable, Mapping, Sequence

from actions.case import Case
from actions.wording import clock, yuan
from contracts.platform import Order, PointsEntry

_KINDS = {"earn": "获得", "spend": "使用", "return": "退回", "expire": "过期", "freeze": "冻结"}
_LEVELS = {"puka": "普卡", "gold": "金卡", "platinum": "白金", "diamond": "钻石"}
_BASIS: tuple[tuple[str, Callable[[Any], str]], ...] = (
    ("paid_fen", lambda v: f"实付 {yuan(int(v))}"),
    ("paid_yuan", lambda v: f"实付 {v:g} 元"),
    ("level", lambda v: f"会员等级 {_LEVELS.get(str(v), v)}"),
    ("factor", lambda v: f"等级 {v:g} 倍"),
    ("level_factor", lambda v: f"等级 {v:g} 倍"),
    ("fuel_factor", lambda v: f"油品 {v:g} 倍"),
    ("campaign", lambda v: "" if v == 1 else f"活动 {v:g} 倍" if isinstance(v, (int, float)) else f"活动「{v}」"),
    ("price_fen", lambda v: f"单价 {yuan(int(v))}"),
)
_WITH_FACTOR = ("gold", "platinum", "diamond")
_REASONS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("paid_fen", "paid_yuan"), "实付金额不同"),
    (("price_fen",), "单价不同"),
    (("level", "factor", "level_factor"), "会员等级倍数不同"),
    (("fuel_factor",), "油品倍数不同"),
    (("campaign",), "其中一笔有活动"),
)


def entry_words(entry: PointsEntry, case: Case) -> str:
    """A ledger line: `昨天 18:02 获得 +200 分（城北站加油）`."""
    note = f"（{entry.note}）" if entry.note else ""
    return f"{clock(entry.at, case.now)} {_KINDS.get(entry.kind, entry.kind)} {entry.change:+d} 分{note}"


def basis_words(basis: Mapping[str, Any]) -> str:
    """How a number of points came about, as far as the ledger says it."""
    told = [words(basis[key]) for key, words in _BASIS if basis.get(key) not in (None, "")]
    return "，".join(words for words in told if words)


def difference_words(entries: Sequence[PointsEntry]) -> str:
    """Why two entries differ, read from their bases: `两笔差在：会员等级倍数不同。`; nothing when they do not."""
    if len(entries) < 2 or entries[0].change == entries[1].change:
        return ""
    one, other = entries[0].basis, entries[1].basis
    told = [name for keys, name in _REASONS if any(one.get(key) != other.get(key) for key in keys)]
    return f"两笔差在：{'、'.join(told)}。" if told else ""


def due_points(case: Case, order: Order, level: str) -> tuple[int, str]:
    """The points that the published rule gives for an order, and how: `实付 230 元 × 金卡 1.2 倍`."""
    if order.points_earned > 0:
        return order.points_earned, f"实付 {yuan(order.paid_fen)}，按下单时的规则"
    factor = float(case.figure(f"member.factor_{level}")) if level in _WITH_FACTOR else 1.0
    points = order.paid_fen / 100 * float(case.figure("points.per_yuan")) * factor
    why = f"实付 {yuan(order.paid_fen)}" + (f" × {_LEVELS[level]} {factor:g} 倍" if factor != 1 else "")
    if "柴油" in order.fuel:
        points *= float(case.figure("points.diesel_factor"))
        why += f"，{case.say('points.diesel_factor')}"
    return int(points), why


def expiring(case: Case, entries: Sequence[PointsEntry]) -> tuple[int, datetime | None]:
    """Points that run out within the reminder's days, and when the first of them do; the oldest are used up first."""
    horizon = case.now + timedelta(days=int(case.figure("points.reminder")))
    months = int(case.figure("points.validity"))
    used = -sum(e.change for e in entries if e.change < 0)
    soon, first = 0, None
    for entry in sorted((e for e in entries if e.change > 0), key=lambda e: e.at):
        taken = min(used, entry.change)
        used -= taken
        ends = _months_later(entry.at, months)
        if entry.change > taken and case.now < ends <= horizon:
            soon, first = soon + entry.change - taken, first or ends
    return soon, first


def _months_later(moment: datetime, months: int) -> datetime:
    years, month = divmod(moment.month - 1 + months, 12)
    # The last days of a long month end with the 28th: a day or two early warns in time.
    return moment.replace(year=moment.year + years, month=month + 1, day=min(moment.day, 28))
