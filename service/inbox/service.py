"""What a person of the console should look at, inside a unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum

from sqlalchemy import Connection

from service.delivery import service as delivery
from service.inbox import repository

# What other domains may use of this one, beside the functions below.
from service.inbox.repository import (  # isort: skip
    NoticeRow as NoticeRow,
    forget as forget,
    move as move,
    notices_of as notices_of,
    unread as unread,
)

KEPT = timedelta(days=30)
MOST_TEXT = 500


class Kind(str, Enum):
    MENTION = "mention"
    WHISPER = "whisper"
    APPROVAL = "approval"
    TRANSFER = "transfer"


def tell(
    connection: Connection,
    agent_id: int,
    kind: Kind,
    author: str,
    text: str,
    now: datetime,
    conversation_id: str | None,
) -> None:
    """Put a notice into somebody's inbox and wake his console."""
    repository.forget_before(connection, agent_id, now - KEPT)
    repository.insert_notice(
        connection,
        agent_id=agent_id,
        kind=kind.value,
        conversation_id=conversation_id,
        author=author,
        text=text[:MOST_TEXT],
        at=now,
    )
    delivery.announce_notice(connection, agent_id, kind.value, author, conversation_id)


def mark_read(connection: Connection, agent_id: int, ids: Sequence[int] | None, now: datetime) -> None:
    """He has looked at these, or (`None`) at all of them; his other consoles are told."""
    repository.mark_read(connection, agent_id, ids, now)
    delivery.announce_notice(connection, agent_id, "read", "", None)
