"""Accounts and log-ins of the people of the console, and the audit log of what they did."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, Mapping

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Connection

from contracts.errors import NotFound
from service.agents import repository
from service.agents.repository import AgentRow
from service.agents.rules import DAY_MINUTES, SKILLS, Presence, Role
from service.audit import service as audit_log
from service.delivery import service as delivery

# What other domains may use of this one, beside the functions below.
from service.agents.repository import (  # isort: skip
    agent as agent,
    all_agents as all_agents,
    shifts_of as shifts_of,
)

_hasher = PasswordHasher()
# Checked when the user name is unknown, so that the answer takes as long as for a known one.
_NOBODY = _hasher.hash(secrets.token_urlsafe(16))
MIN_PASSWORD = 10


class AccountError(Exception):
    """An account cannot be made as asked; `str(error)` says why."""


def add(
    connection: Connection,
    username: str,
    password: str,
    role: Role,
    now: datetime,
    *,
    department: str | None = None,
    station_id: str | None = None,
) -> None:
    """Make an account.

    Raises:
        AccountError: the name is taken, the password too short, or the role lacks its department or station.
    """
    if not username.strip() or len(username) > 64:
        raise AccountError("the user name must have 1 to 64 characters")
    if len(password) < MIN_PASSWORD:
        raise AccountError(f"the password must have at least {MIN_PASSWORD} characters")
    if role is Role.HANDLER and not department:
        raise AccountError("a handler needs --department")
    if role is Role.STATION and not station_id:
        raise AccountError("station staff need --station")
    if repository.username_taken(connection, username):
        raise AccountError(f"the user name {username} is taken")
    repository.insert_agent(
        connection,
        username=username,
        password_hash=_hasher.hash(password),
        role=role.value,
        department=department,
        station_id=station_id,
        active=True,
        created_at=now,
    )
    audit_log.record(connection, "system", "agent.add", username, {"role": role.value}, now)


def check_password(found: tuple[AgentRow, str] | None, password: str) -> AgentRow | None:
    """The agent if the password is his. Slow on purpose (argon2): call it in a thread."""
    try:
        _hasher.verify(found[1] if found is not None else _NOBODY, password)
    except (VerifyMismatchError, InvalidHashError):
        return None
    return found[0] if found is not None else None


def open_session(connection: Connection, agent: AgentRow, hours: int, now: datetime) -> str:
    """Log in; returns the token, which is stored only as its hash."""
    token = secrets.token_urlsafe(32)
    repository.delete_expired_sessions(connection, now)
    repository.insert_session(connection, token_hash(token), agent.id, now + timedelta(hours=hours))
    audit_log.record(connection, agent.username, "agent.login", agent.username, {}, now)
    return token


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def agent_of_session(connection: Connection, digest: str, now: datetime) -> AgentRow | None:
    """The agent of an open session, by the hash of its token."""
    return repository.agent_of_session(connection, digest, now)


def credentials(connection: Connection, username: str) -> tuple[AgentRow, str] | None:
    """An active agent with his password's hash, for `check_password`."""
    return repository.credentials(connection, username)


def audit(connection: Connection, actor: str, action: str, target: str, data: Mapping[str, Any], at: datetime) -> None:
    """Write one line of the audit log in the caller's unit of work."""
    audit_log.record(connection, actor, action, target, data, at)


def close_session(connection: Connection, digest: str) -> None:
    """Log out, by the hash of the token."""
    repository.delete_session(connection, digest)


def count(connection: Connection) -> int:
    """How many accounts there are."""
    return repository.count_agents(connection)


def set_presence(
    connection: Connection, agent: AgentRow, presence: Presence, now: datetime, *, automatic: bool | None = None
) -> None:
    """The agent says whether he takes conversations, and whether the service may give him some by itself."""
    values: dict[str, Any] = {"presence": presence.value, "presence_at": now}
    if presence is Presence.ONLINE:
        values["seen_at"] = now
    if automatic is not None:
        values["automatic"] = automatic
    repository.update_agent(connection, agent.id, **values)
    audit_log.record(connection, agent.username, "agent.presence", agent.username, {"to": presence.value}, now)
    delivery.announce_queue(connection)


def seen(connection: Connection, agent_id: int, now: datetime) -> None:
    """The agent's console was heard of."""
    repository.update_agent(connection, agent_id, seen_at=now)


def assigned(connection: Connection, agent_id: int, now: datetime) -> None:
    """The agent got a conversation just now."""
    repository.update_agent(connection, agent_id, last_assigned_at=now)


def shift_told(connection: Connection, agent: AgentRow, now: datetime) -> bool:
    """Write down that he is told that his shift ends; False when somebody else told him since he was read."""
    return repository.mark_shift_told(connection, agent.id, agent.shift_told_at, now)


def send_away(connection: Connection, agent_id: int, why: str, now: datetime) -> None:
    """An agent who did not answer gets nothing new until he says that he is back."""
    repository.update_agent(connection, agent_id, presence=Presence.AWAY.value, presence_at=now)
    audit_log.record(connection, "system", "agent.away", str(agent_id), {"why": why}, now)


def change(
    connection: Connection,
    agent_id: int,
    actor: str,
    now: datetime,
    *,
    skills: list[str] | None = None,
    capacity: int | None = None,
    active: bool | None = None,
    automatic: bool | None = None,
    shifts: list[tuple[int, int, int]] | None = None,
) -> AgentRow:
    """Change what an agent brings, when he works, or whether he may log in at all.

    Raises:
        NotFound: there is no such agent.
        AccountError: a skill or a shift is not of the known form.
    """
    found = repository.agent(connection, agent_id)
    if found is None:
        raise NotFound("没有这个账号")
    wrong = [skill for skill in skills or () if skill not in SKILLS]
    if wrong:
        raise AccountError(f"没有这项技能：{'、'.join(wrong)}")
    if any(not (0 <= w <= 6 and 0 <= s < DAY_MINUTES and s < e <= 2 * DAY_MINUTES) for w, s, e in shifts or ()):
        raise AccountError("班次的时间不对：结束要晚于开始，最长到次日 24 点")
    values: dict[str, Any] = {"skills": skills, "capacity": capacity, "active": active, "automatic": automatic}
    given = {name: value for name, value in values.items() if value is not None}
    if given:
        repository.update_agent(connection, agent_id, **given)
    if shifts is not None:
        repository.replace_shifts(connection, agent_id, shifts)
    if active is False:
        repository.delete_sessions_of(connection, agent_id)
    audit_log.record(connection, actor, "agent.change", found.username, {**given, "shifts": shifts}, now)
    changed = repository.agent(connection, agent_id)
    assert changed is not None
    return changed
