"""SQL of internal notes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Sequence

from sqlalchemy import Connection, delete, insert, select, update

from service.notes.models import internal_notes


@dataclass(frozen=True)
class NoteRow:
    id: int
    conversation_id: str
    author: str
    text: str
    mentions: Sequence[str]
    whisper: bool
    at: datetime


def insert_note(
    connection: Connection,
    conversation_id: str,
    author: str,
    text: str,
    mentions: Sequence[str],
    whisper: bool,
    at: datetime,
) -> None:
    connection.execute(
        insert(internal_notes).values(
            conversation_id=conversation_id,
            author=author,
            text=text,
            mentions=list(mentions),
            whisper=whisper,
            at=at,
        )
    )


def notes_of(connection: Connection, conversation_id: str) -> list[NoteRow]:
    """Oldest first."""
    query = select(internal_notes).where(internal_notes.c.conversation_id == conversation_id)
    return [NoteRow(**row._mapping) for row in connection.execute(query.order_by(internal_notes.c.id))]


def forget(connection: Connection, conversation_id: str) -> None:
    """Take the notes of a conversation away."""
    connection.execute(delete(internal_notes).where(internal_notes.c.conversation_id == conversation_id))


def move(connection: Connection, old: str, new: str) -> None:
    """The notes of a conversation that was joined to another."""
    connection.execute(
        update(internal_notes).where(internal_notes.c.conversation_id == old).values(conversation_id=new)
    )
