"""Who may do what: the access matrix of the console, as data."""

from __future__ import annotations

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
    | {Permission.TICKETS_ALL, Permission.TICKETS_WORK, Permission.KNOWLEDGE_EDIT, Permission.REMEDIES_APPROVE},
    Role.ADMIN: frozenset(Permission),
}


def may(role: Role, permission: Permission) -> bool:
    return permission in MATRIX[role]
