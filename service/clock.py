"""The time: read here, at the edge, and passed in everywhere else."""

from __future__ import annotations

from datetime import datetime, timezone
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")


def utc_now() -> datetime:
    """Now, in UTC."""
    return datetime.now(timezone.utc)


def spoken(moment: datetime, now: datetime) -> str:
    """A clock time as a service person says it: `今天 18:30`, `明天 09:00`, `11月25日 18:00`."""
    local, today = moment.astimezone(CHINA), now.astimezone(CHINA).date()
    days = (local.date() - today).days
    day = {0: "今天", 1: "明天", 2: "后天"}.get(days, f"{local.month}月{local.day}日")
    return f"{day} {local:%H:%M}"
