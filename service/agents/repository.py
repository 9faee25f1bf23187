"""SQL of agents, log-ins and the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Mapping

from sqlalchemy import Connection, delete, func, insert, select, update

from service.agents.models import agent_sessions, agents, audit_log
from service.agents.rules import Role


@dataclass(frozen=True)
class AgentRow:
    id: int
    username: str
    role: Role
    department: str | None
    station_id: str | None

    @property
    def number(self) -> str:
        """The 工号 that customers see."""
        return f"{1000 + self.id}"


_AGENT = (agents.c.id, agents.c.username, agents.c.role, agents.c.department, agents.c.station_id)


def _agent(row: Any) -> AgentRow:
    return AgentRow(row.id, row.username, Role(row.role), row.department, row.station_id)


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


def add_audit(
    connection: Connection, actor: str, action: str, target: str, data: Mapping[str, Any], at: datetime
) -> None:
    connection.execute(insert(audit_log).values(at=at, actor=actor, action=action, object=target, data=dict(data)))


def unsealed(connection: Connection, limit: int) -> list[Any]:
    query = select(audit_log).where(audit_log.c.seal.is_(None)).order_by(audit_log.c.id).limit(limit)
    return list(connection.execute(query))


def last_seal(connection: Connection) -> str:
    query = select(audit_log.c.seal).where(audit_log.c.seal.is_not(None)).order_by(audit_log.c.id.desc()).limit(1)
    return connection.execute(query).scalar() or ""


def set_seal(connection: Connection, row_id: int, seal: str) -> None:
    connection.execute(update(audit_log).where(audit_log.c.id == row_id).values(seal=seal))
