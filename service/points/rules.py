"""The points ledger as its owner reads it: where each entry comes from, and what became of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Mapping, Sequence

from contracts.ledger import broken_entry
from contracts.platform import GiftOrder, Order, PointsEntry
from service.clock import CHINA

KIND_TITLES: Mapping[str, str] = {
    "earn": "获得",
    "spend": "使用",
    "return": "退回",
    "expire": "过期",
    "freeze": "冻结",
}


@dataclass(frozen=True)
class Part:
    """So many points of one entry that another one used."""

    entry_id: str
    points: int


@dataclass(frozen=True)
class EntryStory:
    """One entry. `left`: what is not used yet of points that came in; `parts`: its uses, or what it used."""

    entry: PointsEntry
    title: str
    origin: str
    use: str
    left: int
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class LedgerStory:
    """The whole ledger, newest first. `broken_at` names the first entry that does not hold; None: all do."""

    balance: int
    entries: tuple[EntryStory, ...]
    broken_at: str | None


@dataclass
class _Coming:
    entry: PointsEntry
    left: int
    uses: list[tuple[PointsEntry, int]] = field(default_factory=list)


def story(entries: Sequence[PointsEntry], orders: Sequence[Order], gifts: Sequence[GiftOrder]) -> LedgerStory:
    """Explain a ledger (newest first). Points are used in the order they came in, the oldest first."""
    by_order = {order.id: order for order in orders}
    coming: dict[str, _Coming] = {}
    going: dict[str, list[tuple[PointsEntry, int]]] = {}
    for entry in reversed(entries):
        if entry.change >= 0:
            coming[entry.id] = _Coming(entry, entry.change)
        else:
            going[entry.id] = _use(entry, coming)
    told = tuple(_told(entry, by_order, gifts, coming, going) for entry in entries)
    return LedgerStory(entries[0].balance if entries else 0, told, broken_entry(entries))


def _use(entry: PointsEntry, coming: Mapping[str, _Coming]) -> list[tuple[PointsEntry, int]]:
    wanted, parts = -entry.change, []
    for source in coming.values():
        if wanted == 0:
            break
        taken = min(wanted, source.left)
        if taken:
            source.left -= taken
            source.uses.append((entry, taken))
            parts.append((source.entry, taken))
            wanted -= taken
    return parts


def _told(
    entry: PointsEntry,
    orders: Mapping[str, Order],
    gifts: Sequence[GiftOrder],
    coming: Mapping[str, _Coming],
    going: Mapping[str, Sequence[tuple[PointsEntry, int]]],
) -> EntryStory:
    source = coming.get(entry.id)
    other = source.uses if source is not None else going[entry.id]
    return EntryStory(
        entry=entry,
        title=entry.note or KIND_TITLES.get(entry.kind, entry.kind),
        origin=_origin(entry, orders, gifts),
        use=_uses(source) if source is not None else _sources(entry, other),
        left=source.left if source is not None else 0,
        parts=tuple(Part(e.id, points) for e, points in other),
    )


def _origin(entry: PointsEntry, orders: Mapping[str, Order], gifts: Sequence[GiftOrder]) -> str:
    order = orders.get(entry.order_id or "")
    where = f"{_day(order.created_at)}在{order.station_name}加油" if order is not None else ""
    if entry.order_id and order is None:
        where = f"订单 {entry.order_id}"
    reckoned = _reckoned(entry)
    if where or reckoned:
        return "，".join(part for part in (where, reckoned) if part)
    gift = next((g for g in gifts if g.id == entry.basis.get("for") or (g.title and g.title in entry.note)), None)
    if gift is not None:
        return f"积分商城：{gift.title}"
    return entry.note or KIND_TITLES.get(entry.kind, "")


def _reckoned(entry: PointsEntry) -> str:
    """How the points of an order came about; empty when the ledger does not say."""
    paid = entry.basis.get("paid_fen")
    if not isinstance(paid, int):
        return ""
    words = f"实付 {paid // 100} 元" if paid % 100 == 0 else f"实付 {paid / 100:.2f} 元"
    for name, title in (("level_factor", "会员"), ("campaign", "活动")):
        factor = entry.basis.get(name)
        if isinstance(factor, (int, float)) and factor != 1:
            words += f" × {title} {factor:g} 倍"
    return f"{words} = {entry.change} 分"


def _uses(source: _Coming) -> str:
    if not source.uses:
        return "还没有使用" if source.left else ""
    used = "；".join(f"{_day(e.at)} {e.note or KIND_TITLES.get(e.kind, '')} {points} 分" for e, points in source.uses)
    return f"{used}；还剩 {source.left} 分" if source.left else f"{used}；已用完"


def _sources(entry: PointsEntry, parts: Sequence[tuple[PointsEntry, int]]) -> str:
    """Where the points that were used came from; what the ledger does not cover is said."""
    words = [f"{_day(e.at)} {e.note or KIND_TITLES.get(e.kind, '')}的 {points} 分" for e, points in parts]
    if not words:
        return ""
    missing = -entry.change - sum(points for _, points in parts)
    return "用的是" + "、".join(words) + (f"，另有 {missing} 分来自更早的积分" if missing else "")


def _day(moment: datetime) -> str:
    local = moment.astimezone(CHINA)
    return f"{local.year}年{local.month}月{local.day}日"
