"""SQL of guests: codes, and the number that a contact has proven."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select, update

from service.guests.models import phone_codes


@dataclass(frozen=True)
class CodeRow:
    id: int
    conversation_id: str
    phone: str
    salt: str
    asked_at: datetime
    expires_at: datetime
    tries: int
    used_at: datetime | None


def insert_code(connection: Connection, **values: Any) -> int:
    return int(connection.execute(insert(phone_codes).values(**values).returning(phone_codes.c.id)).scalar_one())


def code(connection: Connection, code_id: int) -> CodeRow | None:
    row = connection.execute(select(phone_codes).where(phone_codes.c.id == code_id)).first()
    return None if row is None else CodeRow(**row._mapping)


def newest_code(
    connection: Connection, conversation_id: str, since: datetime, phone: str | None = None
) -> CodeRow | None:
    """The newest unused code of the conversation (for `phone`, if given)."""
    query = select(phone_codes).where(
        phone_codes.c.conversation_id == conversation_id,
        phone_codes.c.asked_at > since,
        phone_codes.c.used_at.is_(None),
    )
    if phone is not None:
        query = query.where(phone_codes.c.phone == phone)
    row = connection.execute(query.order_by(phone_codes.c.id.desc()).limit(1)).first()
    return None if row is None else CodeRow(**row._mapping)


def asked_since(connection: Connection, phone: str, conversation_id: str, since: datetime) -> list[datetime]:
    """When codes were asked for, for this number or in this conversation."""
    query = select(phone_codes.c.asked_at).where(
        or_(phone_codes.c.phone == phone, phone_codes.c.conversation_id == conversation_id),
        phone_codes.c.asked_at > since,
    )
    return list(connection.execute(query).scalars())


def count_try(connection: Connection, code_id: int) -> None:
    connection.execute(update(phone_codes).where(phone_codes.c.id == code_id).values(tries=phone_codes.c.tries + 1))


def use_code(connection: Connection, code_id: int, now: datetime) -> bool:
    """Use the code up; False when somebody else just did."""
    changed = connection.execute(
        update(phone_codes).where(phone_codes.c.id == code_id, phone_codes.c.used_at.is_(None)).values(used_at=now)
    )
    return changed.rowcount == 1


def forget_codes(connection: Connection, before: datetime) -> None:
    """Codes that no limit counts any more."""
    connection.execute(delete(phone_codes).where(phone_codes.c.asked_at < before))


def follow(connection: Connection, old: str, home: str) -> None:
    """Codes of a conversation that was joined to another."""
    connection.execute(update(phone_codes).where(phone_codes.c.conversation_id == old).values(conversation_id=home))
