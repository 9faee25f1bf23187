"""What colleagues tell one another about a conversation, inside a unit of work."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from service.agents import service as agents
from service.agents.rules import Permission, may
from service.agents.service import AgentRow
from service.conversations import service as conversations
from service.delivery import service as delivery
from service.inbox import service as inbox
from service.inbox.service import Kind
from service.notes import repository, rules

# What other domains may use of this one, beside the functions below.
from service.notes.repository import (  # isort: skip
    NoteRow as NoteRow,
    forget as forget,
    move as move,
    notes_of as notes_of,
)


def add(
    connection: Connection, conversation_id: str, author: AgentRow, text: str, now: datetime, *, whisper: bool = False
) -> list[str]:
    """Leave a note; returns the user names that it mentions and that exist. Who is mentioned, and the agent to whom a
    supervisor whispers, find it in their inbox.

    Raises:
        NotFound: there is no such conversation.
    """
    conversation = conversations.require(connection, conversation_id)
    known = {agent.username: agent for agent in agents.all_agents(connection) if agent.active}
    mentioned = rules.mentioned(text, known)
    repository.insert_note(connection, conversation.id, author.username, text, mentioned, whisper, now)
    delivery.announce_note(connection, conversation.id, mentioned, author.username, whisper)
    told = {known[name].id: Kind.MENTION for name in mentioned if may(known[name].role, Permission.CONVERSATIONS)}
    if whisper and conversation.agent_id is not None:
        told[conversation.agent_id] = Kind.WHISPER
    for agent_id, kind in told.items():
        if agent_id != author.id:
            inbox.tell(connection, agent_id, kind, author.username, text, now, conversation.id)
    return mentioned
