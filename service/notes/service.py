"""What colleagues tell one another about a conversation, inside a unit of work."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import Connection

from service.agents import service as agents
from service.agents.service import AgentRow
from service.conversations import service as conversations
from service.delivery import service as delivery
from service.notes import repository

# What other domains may use of this one, beside the functions below.
from service.notes.repository import (  # isort: skip
    NoteRow as NoteRow,
    forget as forget,
    notes_of as notes_of,
)

_MENTION = re.compile(r"@([\w.-]{1,64})")


def add(
    connection: Connection, conversation_id: str, author: AgentRow, text: str, now: datetime, *, whisper: bool = False
) -> list[str]:
    """Leave a note; returns the user names that it mentions and that exist.

    Raises:
        NotFound: there is no such conversation.
    """
    conversations.require(connection, conversation_id)
    known = {agent.username for agent in agents.all_agents(connection) if agent.active}
    mentioned = [name for name in dict.fromkeys(_MENTION.findall(text)) if name in known]
    repository.insert_note(connection, conversation_id, author.username, text, mentioned, whisper, now)
    delivery.announce_note(connection, conversation_id, mentioned, author.username, whisper)
    return mentioned
