"""Temporary help: another station, open and without a long queue."""

from __future__ import annotations

from actions.case import Case
from actions.matching import same_station

_SHORT_QUEUE = 3


async def another_station(case: Case, instead_of: str | None) -> str:
    """`急着加油，可以先去滨江站（…），现在不用排队。`, or nothing when none is known to be better."""
    if case.guest or case.unreachable:
        return ""
    found = [s for s in await case.stations(None) if not instead_of or not same_station(s.name, instead_of)]
    best = min(found, key=lambda s: s.queue, default=None)
    if best is None or best.queue > _SHORT_QUEUE:
        return ""
    queue = f"现在排队约 {best.queue} 辆" if best.queue else "现在不用排队"
    return f"急着加油，可以先去{best.name}（{best.address}），{queue}。"
