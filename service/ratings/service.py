"""How customers rate the people who served them, inside a unit of work."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from contracts.conversation import Reply, Sender
from contracts.errors import NotFound
from service.agents import service as agents
from service.conversations import service as conversations
from service.conversations.service import ConversationRow
from service.delivery import service as delivery
from service.ratings import repository
from service.ratings.repository import RatingRow

# What other domains may use of this one, beside the functions below.
from service.ratings.repository import (  # isort: skip
    erase_words as erase_words,
    of_conversation as of_conversation,
    rated as rated,
)

BAD = 2
"""A mark from which down a rating is a task for somebody."""
PAUSE = timedelta(hours=24)
"""Nobody is asked twice within this time."""
SUPERVISORS = "supervisor"


class AlreadyRated(Exception):
    """The customer rated this service before; `str(error)` says so to him."""


def ask(
    connection: Connection, conversation: ConversationRow, handoff_id: int, agent_id: int | None, now: datetime
) -> bool:
    """Ask the customer once, when a person who answered him is done; True when he was asked."""
    asked = repository.last_asked(connection, conversation.id)
    if repository.of_handoff(connection, handoff_id) is not None or (asked is not None and now - asked < PAUSE):
        return False
    repository.insert_rating(
        connection, conversation_id=conversation.id, handoff_id=handoff_id, agent_id=agent_id, asked_at=now
    )
    card = {"type": "rating", "handoff_id": handoff_id}
    reply = Reply("刚才的服务您还满意吗？点几下就好，您的意见我们都会看。", Sender.SYSTEM, "rating", card=card)
    conversations.append(connection, conversation, [reply], now)
    return True


def rate(
    connection: Connection,
    conversation_id: str,
    handoff_id: int,
    marks: dict[str, int],
    words: str,
    now: datetime,
) -> RatingRow:
    """Keep the customer's marks (`attitude`, `speed`, `solution`, 1 to 5) and words.

    Raises:
        NotFound: this customer was not asked about this service.
        AlreadyRated: he answered before.
    """
    found = repository.of_handoff(connection, handoff_id)
    if found is None or found.conversation_id != conversation_id:
        raise NotFound("没有需要评价的服务")
    if found.rated_at is not None:
        raise AlreadyRated("您已经评价过了，谢谢")
    bad = min(marks.values()) <= BAD
    owner = _owner(connection, found.agent_id) if bad else None
    repository.update_rating(connection, found.id, **marks, words=words.strip() or None, rated_at=now, owner=owner)
    if bad:
        delivery.announce_alarm(connection, conversation_id, "bad_rating")
    rated_now = repository.rating(connection, found.id)
    assert rated_now is not None
    return rated_now


def improve(connection: Connection, rating_id: int, actor: str, improvement: str, now: datetime) -> RatingRow:
    """Close the task of a bad rating with what came of it.

    Raises:
        NotFound: there is no such task.
    """
    found = repository.rating(connection, rating_id)
    if found is None or found.owner is None:
        raise NotFound("没有这个改进任务")
    repository.update_rating(connection, rating_id, owner=actor, improvement=improvement, improved_at=now)
    agents.audit(connection, actor, "rating.improve", str(rating_id), {"improvement": improvement}, now)
    closed = repository.rating(connection, rating_id)
    assert closed is not None
    return closed


def _owner(connection: Connection, agent_id: int | None) -> str:
    """Who looks into it: the first active supervisor who is not the one rated, else the administrators."""
    people = [a for a in agents.all_agents(connection) if a.active and a.id != agent_id]
    ranked = sorted(people, key=lambda a: (a.role.value != SUPERVISORS, a.role.value != "admin", a.id))
    return ranked[0].username if ranked and ranked[0].role.value in (SUPERVISORS, "admin") else SUPERVISORS
