"""Search over conversations and tickets: Chinese by parts, and by pinyin or its initials."""

from __future__ import annotations

from sqlalchemy import Connection

from service.conversations import service as conversations
from service.search import repository, rules
from service.search.repository import EntryRow
from service.tickets import service as tickets

# What other domains may use of this one, beside the functions below.

# What other domains may use of this one, beside the functions below.
from service.search.repository import (  # isort: skip
    forget as forget,
)

BATCH = 500


def behind(connection: Connection) -> bool:
    """Whether something was said or filed that cannot be found yet."""
    if conversations.newest_message_id(connection) > repository.last_message_id(connection):
        return True
    return bool(tickets.changed_since(connection, repository.last_ticket_at(connection), 1))


def catch_up(connection: Connection) -> int:
    """Take in what was said and filed since the last time; returns how many entries."""
    said = conversations.messages_after_id(connection, repository.last_message_id(connection), BATCH)
    repository.insert_entries(
        connection,
        [
            {
                "kind": "message",
                "ref": str(message.id),
                "conversation_id": message.conversation_id,
                "text": rules.kept_text(message.text),
                "sounds": rules.kept_sounds(message.text),
                "at": message.created_at,
            }
            for message in said
        ],
    )
    filed = tickets.changed_since(connection, repository.last_ticket_at(connection), BATCH)
    for ticket in filed:
        text = f"{ticket.number} {ticket.summary} {' '.join(ticket.order_ids)} {ticket.customer_id or ''}"
        repository.replace_ticket(
            connection,
            {
                "kind": "ticket",
                "ref": ticket.number,
                # The parent ticket of an incident belongs to no conversation.
                "conversation_id": ticket.conversation_id or "",
                "text": rules.kept_text(text),
                "sounds": rules.kept_sounds(ticket.summary),
                "at": ticket.updated_at,
            },
        )
    return len(said) + len(filed)


def find(connection: Connection, query: str, limit: int) -> list[EntryRow]:
    """Messages and tickets that fit, newest first; nothing for an empty query."""
    wanted = rules.needle(query)
    return [] if wanted is None else repository.find(connection, wanted, limit)


def tickets_with(connection: Connection, query: str, limit: int) -> list[str]:
    """The numbers of the tickets that fit, newest first; nothing for an empty query."""
    wanted = rules.needle(query)
    return [] if wanted is None else repository.tickets(connection, wanted, limit)
