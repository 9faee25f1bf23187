"""SQL of the shared access token."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.channels.wechat.models import channel_tokens


@dataclass(frozen=True)
class TokenRow:
    name: str
    token: str
    expires_at: float
    lease_until: float


def token(connection: Connection, name: str) -> TokenRow | None:
    row = connection.execute(select(channel_tokens).where(channel_tokens.c.name == name)).first()
    return None if row is None else TokenRow(**row._mapping)


def lease(connection: Connection, name: str, now: float, until: float) -> bool:
    """Take the right to fetch a new token; one process at a time has it."""
    if token(connection, name) is None:
        try:
            with connection.begin_nested():
                connection.execute(insert(channel_tokens).values(name=name, token="", expires_at=0.0, lease_until=0.0))
        except IntegrityError:
            return False  # another process was a moment earlier
    mine = update(channel_tokens).where(channel_tokens.c.name == name, channel_tokens.c.lease_until <= now)
    return connection.execute(mine.values(lease_until=until)).rowcount == 1


def store(connection: Connection, name: str, value: str, expires_at: float) -> None:
    connection.execute(
        update(channel_tokens)
        .where(channel_tokens.c.name == name)
        .values(token=value, expires_at=expires_at, lease_until=0.0)
    )


def release(connection: Connection, name: str) -> None:
    connection.execute(update(channel_tokens).where(channel_tokens.c.name == name).values(lease_until=0.0))
