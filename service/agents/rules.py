"""Who may do what: the access matrix of the console, as data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Mapping


class Role(str, Enum):
    AGENT = "agent"
    HANDLER = "handler"
    STATION = "station"
    EDITOR = "editor"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


class Permission(str, Enum):
    QUEUE = "queue"
    CONVERSATIONS = "conversations"
    TICKETS_ALL = "tickets.all"
    TICKETS_DEPARTMENT = "tickets.department"
    TICKETS_STATION = "tickets.station"
    TICKETS_WORK = "tickets.work"
    ROUTE = "route"
    REVEAL = "reveal"
    AGENTS = "agents"
    KNOWLEDGE_READ = "knowledge.read"
    KNOWLEDGE_EDIT = "knowledge.edit"
    REMEDIES = "remedies"
    REMEDIES_APPROVE = "remedies.approve"
    HOOKS = "hooks"
    SUPERVISE = "supervise"
    SETTINGS = "settings"
    AUDIT = "audit"


_TALK = frozenset(
    {
        Permission.QUEUE,
        Permission.CONVERSATIONS,
        Permission.ROUTE,
        Permission.REVEAL,
        Permission.KNOWLEDGE_READ,
        Permission.REMEDIES,
    }
)

MATRIX: Mapping[Role, frozenset[Permission]] = {
    Role.AGENT: _TALK | {Permission.TICKETS_ALL, Permission.TICKETS_WORK},
    Role.HANDLER: frozenset({Permission.TICKETS_DEPARTMENT, Permission.TICKETS_WORK}),
    Role.STATION: frozenset({Permission.TICKETS_STATION, Permission.TICKETS_WORK}),
    Role.EDITOR: frozenset({Permission.ROUTE, Permission.KNOWLEDGE_READ, Permission.KNOWLEDGE_EDIT}),
    Role.SUPERVISOR: _TALK
    | {
        Permission.TICKETS_ALL,
        Permission.TICKETS_WORK,
        Permission.KNOWLEDGE_EDIT,
        Permission.REMEDIES_APPROVE,
        Permission.SUPERVISE,
        Permission.SETTINGS,
        Permission.AUDIT,
    },
    Role.ADMIN: frozenset(Permission),
}


def may(role: Role, permission: Permission) -> bool:
    return permission in MATRIX[role]


DAY_MINUTES = 24 * 60
SKILLS: Mapping[str, str] = {"vip": "贵宾", "yue": "粤语", "sichuan": "四川话"}


class Presence(str, Enum):
    """What an agent says of himself. `away`: he keeps what he has and gets nothing new."""

    ONLINE = "online"
    AWAY = "away"
    OFFLINE = "offline"


def on_duty(shifts: Sequence[tuple[int, int, int]], local: datetime) -> bool:
    """Whether one of the shifts (weekday 0 for Monday, start and end minute of that day) covers the local time.

    Nobody has planned anything: always. A night shift ends after minute 1440, on the next day.
    """
    if not shifts:
        return True
    today, minute = local.weekday(), local.hour * 60 + local.minute
    yesterday = (today - 1) % 7
    return any(
        (weekday == today and start <= minute < end) or (weekday == yesterday and start <= minute + DAY_MINUTES < end)
        for weekday, start, end in shifts
    )


def next_duty(shifts: Sequence[tuple[int, int, int]], local: datetime) -> datetime | None:
    """When the next shift begins, within a week; None when there is none."""
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    starts = [
        midnight + timedelta(days=days, minutes=start)
        for days in range(8)
        for weekday, start, _end in shifts
        if weekday == (local.weekday() + days) % 7
    ]
    return min((start for start in starts if start > local), default=None)


def duty_ends(shifts: Sequence[tuple[int, int, int]], local: datetime) -> datetime | None:
    """When his duty ends, shifts that follow without a gap included; None: he has no shifts, is off, or never ends."""
    until = local
    for begins, ends in _spans(shifts, local):
        if begins <= until < ends:
            until = ends
    return until if local < until < local + timedelta(days=7) else None


def duty_ended(shifts: Sequence[tuple[int, int, int]], local: datetime) -> datetime | None:
    """When his last shift ended, within a week; None: he has no shifts, or is on duty."""
    if on_duty(shifts, local):
        return None
    return max((ends for _, ends in _spans(shifts, local) if ends <= local), default=None)


def _spans(shifts: Sequence[tuple[int, int, int]], local: datetime) -> list[tuple[datetime, datetime]]:
    """Every shift that begins from nine days ago to eight days ahead, in order."""
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return sorted(
        (midnight + timedelta(days=days, minutes=start), midnight + timedelta(days=days, minutes=end))
        for days in range(-9, 9)
        for weekday, start, end in shifts
        if weekday == (local.weekday() + days) % 7
    )
