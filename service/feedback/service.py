"""Offers of the help pages, feedback on articles, and what a customer prefers; inside a unit of work."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Mapping, Sequence

from sqlalchemy import Connection

from contracts.taxonomy import Taxonomy
from service.conversations import service as conversations
from service.feedback import repository, rules

# What other domains may use of this one, beside the functions below.
from service.feedback.repository import (  # isort: skip
    ArticleCount as ArticleCount,
    Preferences as Preferences,
    counts as counts,
    offer as offer,
    preferences as preferences,
    unsolved_here as unsolved_here,
)
from service.feedback.rules import solve_rate as solve_rate  # isort: skip

RECENT = 12
"""Messages back in which an answer counts as tried."""
FORGOTTEN = timedelta(days=7)
"""After that an article that did not help may be shown among the frequent ones again."""


def offer_all(connection: Connection, conversation_id: str, offers: Mapping[str, str], now: datetime) -> None:
    """A page shows these payloads (title by payload) to this customer: presses of them count from now on."""
    repository.replace_offers(connection, conversation_id, offers, now)


def judge_article(
    connection: Connection,
    conversation_id: str,
    article_id: str,
    intents: Sequence[str],
    seq: int,
    solved: bool,
    taxonomy: Taxonomy,
    now: datetime,
) -> str | None:
    """Keep 解决了 or 没解决; the payload of the next step when it did not help."""
    repository.put_feedback(connection, conversation_id, article_id, seq, solved, now)
    if solved:
        return None
    tried = {m.source for m in conversations.last_messages(connection, conversation_id, RECENT) if m.source}
    return rules.next_step(intents, tried, taxonomy)


def prefer(
    connection: Connection, conversation_id: str, *, elder: bool | None, diagnosis: bool | None, now: datetime
) -> Preferences:
    """Change what is given; the rest stays."""
    values = {name: value for name, value in (("elder", elder), ("diagnosis", diagnosis)) if value is not None}
    if values:
        repository.put_preferences(connection, conversation_id, now, **values)
    return repository.preferences(connection, conversation_id)
