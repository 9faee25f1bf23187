"""Lines of the points ledger in the customer's words."""

from __future__ import annotations

from typing import Any, Callable, Mapping

from actions.case import Case
from actions.wording import clock, yuan
from contracts.platform import PointsEntry

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


def entry_words(entry: PointsEntry, case: Case) -> str:
    """A ledger line: `昨天 18:02 获得 +200 分（城北站加油）`."""
    note = f"（{entry.note}）" if entry.note else ""
    return f"{clock(entry.at, case.now)} {_KINDS.get(entry.kind, entry.kind)} {entry.change:+d} 分{note}"


def basis_words(basis: Mapping[str, Any]) -> str:
    """How a number of points came about, as far as the ledger says it."""
    told = [words(basis[key]) for key, words in _BASIS if basis.get(key) not in (None, "")]
    return "，".join(words for words in told if words)
