"""SQL of dialogues: one form or flow each, with its snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Mapping, Sequence

from sqlalchemy import Connection, bindparam, insert, select, update

from service.conversations.models import dialogues


@dataclass(frozen=True)
class DialogueRow:
    id: int
    problem: str
    snapshot: Sequence[Mapping[str, Any]]
    active_loop: str | None
    requested_slot: str | None
    question: Mapping[str, Any] | None
    slots: Mapping[str, Any]
    opened_at: datetime
    updated_at: datetime


# Built once: building the statement costs more than running it.
_OPEN_DIALOGUE = (
    select(
        dialogues.c.id,
        dialogues.c.problem,
        dialogues.c.snapshot,
        dialogues.c.active_loop,
        dialogues.c.requested_slot,
        dialogues.c.question,
        dialogues.c.slots,
        dialogues.c.opened_at,
        dialogues.c.updated_at,
    )
    .where(dialogues.c.conversation_id == bindparam("conversation_id"), dialogues.c.outcome.is_(None))
    .order_by(dialogues.c.id.desc())
    .limit(1)
)


def open_dialogue(connection: Connection, conversation_id: str) -> DialogueRow | None:
    """The dialogue that is going on, if any."""
    row = connection.execute(_OPEN_DIALOGUE, {"conversation_id": conversation_id}).first()
    return None if row is None else DialogueRow(**row._mapping)


def insert_dialogue(connection: Connection, **values: Any) -> None:
    connection.execute(insert(dialogues).values(**values))


def update_dialogue(connection: Connection, dialogue_id: int, **values: Any) -> None:
    connection.execute(update(dialogues).where(dialogues.c.id == dialogue_id).values(**values))


def end_open_dialogues(connection: Connection, conversation_id: str, outcome: str, now: datetime) -> None:
    connection.execute(
        update(dialogues)
        .where(dialogues.c.conversation_id == conversation_id, dialogues.c.outcome.is_(None))
        .values(outcome=outcome, updated_at=now)
    )
