"""SQL of agents and log-ins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Sequence

from sqlalchemy import Connection, delete, func, insert, select, update

from service.agents.models import agent_sessions, agents, shifts
from service.agents.rules import Role


@dataclass(frozen=True)
class AgentRow:
    id: int
    username: str
    role: Role
    department: str | None
    station_id: str | None
    skills: tuple[str, ...] = ()
    capacity: int = 6
    presence: str = "offline"
    automatic: bool = False
    presence_at: datetime | None = None
    seen_at: datetime | None = None
    last_assigned_at: datetime | None = None
    shift_told_at: datetime | None = None
    active: bool = True

    @property
    def number(self) -> str:
        """The 工号 that customers see."""
        return f"{1000 + self.id}"


_AGENT = (
    agents.c.id,
    agents.c.username,
    agents.c.role,
    agents.c.department,
    agents.c.station_id,
    agents.c.skills,
    agents.c.capacity,
    agents.c.presence,
    agents.c.automatic,
    agents.c.presence_at,
    agents.c.seen_at,
    agents.c.last_assigned_at,
    agents.c.shift_told_at,
    agents.c.active,
)


def _agent(row: Any) -> AgentRow:
    values = {column.name: getattr(row, column.name) for column in _AGENT}
    return AgentRow(**{**values, "role": Role(row.role), "skills": tuple(row.skills)})


def insert_agent(connection: Connection, **values: Any) -> None:
    connection.execute(insert(agents).values(**values))


def set_password(connection: Connection, username: str, password_hash: str) -> None:
    connection.execute(update(agents).where(agents.c.username == username).values(password_hash=password_hash))


def credentials(connection: Connection, username: str) -> tuple[AgentRow, str] | None:
    """The active agent with his password hash."""
    query = select(*_AGENT, agents.c.password_hash).where(agents.c.username == username, agents.c.active.is_(True))
    row = connection.execute(query).first()
    return None if row is None else (_agent(row), row.password_hash)


def agent(connection: Connection, agent_id: int) -> AgentRow | None:
    row = connection.execute(select(*_AGENT).where(agents.c.id == agent_id)).first()
    return None if row is None else _agent(row)


def all_agents(connection: Connection) -> list[AgentRow]:
    """Every account, also those that were closed, by name."""
    return [_agent(row) for row in connection.execute(select(*_AGENT).order_by(agents.c.username))]


def update_agent(connection: Connection, agent_id: int, **values: Any) -> None:
    connection.execute(update(agents).where(agents.c.id == agent_id).values(**values))


def mark_shift_told(connection: Connection, agent_id: int, before: datetime | None, now: datetime) -> bool:
    """False when it is no longer `before`."""
    known = agents.c.shift_told_at.is_(None) if before is None else agents.c.shift_told_at == before
    return (
        connection.execute(update(agents).where(agents.c.id == agent_id, known).values(shift_told_at=now)).rowcount == 1
    )


def shifts_of(connection: Connection, agent_id: int | None = None) -> list[tuple[int, int, int, int]]:
    """Shifts as (agent, weekday, start minute, end minute), of one agent or of all."""
    query = select(shifts.c.agent_id, shifts.c.weekday, shifts.c.start_minute, shifts.c.end_minute)
    if agent_id is not None:
        query = query.where(shifts.c.agent_id == agent_id)
    rows = connection.execute(query.order_by(shifts.c.agent_id, shifts.c.weekday, shifts.c.start_minute))
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def replace_shifts(connection: Connection, agent_id: int, rows: Sequence[tuple[int, int, int]]) -> None:
    connection.execute(delete(shifts).where(shifts.c.agent_id == agent_id))
    if rows:
        values = [{"agent_id": agent_id, "weekday": w, "start_minute": s, "end_minute": e} for w, s, e in rows]
        connection.execute(insert(shifts), values)


def delete_sessions_of(connection: Connection, agent_id: int) -> None:
    connection.execute(delete(agent_sessions).where(agent_sessions.c.agent_id == agent_id))


def username_taken(connection: Connection, username: str) -> bool:
    return connection.execute(select(agents.c.id).where(agents.c.username == username)).first() is not None


def count_agents(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(agents)).scalar_one())


def insert_session(connection: Connection, token_hash: str, agent_id: int, expires_at: datetime) -> None:
    connection.execute(insert(agent_sessions).values(token_hash=token_hash, agent_id=agent_id, expires_at=expires_at))


def agent_of_session(connection: Connection, token_hash: str, now: datetime) -> AgentRow | None:
    query = (
        select(*_AGENT)
        .join(agent_sessions, agent_sessions.c.agent_id == agents.c.id)
        .where(
            agent_sessions.c.token_hash == token_hash,
            agent_sessions.c.expires_at > now,
            agents.c.active.is_(True),
        )
    )
    row = connection.execute(query).first()
    return None if row is None else _agent(row)


def delete_session(connection: Connection, token_hash: str) -> None:
    connection.execute(delete(agent_sessions).where(agent_sessions.c.token_hash == token_hash))


def delete_expired_sessions(connection: Connection, now: datetime) -> None:
    connection.execute(delete(agent_sessions).where(agent_sessions.c.expires_at <= now))
