"""Who has read how far, inside a unit of work."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from sqlalchemy import Connection

from contracts.conversation import Owner
from service.conversations import service as conversations
from service.reading import repository

# What other domains may use of this one, beside the functions below.
from service.reading.repository import forget as forget, move as move  # isort: skip


class Side(str, Enum):
    CUSTOMER = "customer"
    AGENT = "agent"


def read_to(connection: Connection, conversation_id: str, side: Side) -> int:
    """The number up to which a side has seen the conversation; 0 when nobody knows."""
    return repository.seq_of(connection, conversation_id, side.value)


def customer_read(connection: Connection, conversation_id: str, seq: int, now: datetime) -> bool:
    """The customer's screen showed everything up to `seq`; False when that was known.

    Raises:
        NotFound: there is no such conversation.
    """
    conversation = conversations.require(connection, conversation_id)
    return repository.raise_to(connection, conversation.id, Side.CUSTOMER.value, min(seq, conversation.seq), now)


def agent_read(connection: Connection, conversation_id: str, agent_id: int, seq: int, now: datetime) -> bool:
    """The same for the agent who has the conversation; what others look at, the customer is not told.

    Raises:
        NotFound: there is no such conversation.
    """
    conversation = conversations.require(connection, conversation_id)
    if conversation.owner is not Owner.HUMAN or conversation.agent_id != agent_id:
        return False
    return repository.raise_to(connection, conversation.id, Side.AGENT.value, min(seq, conversation.seq), now)
