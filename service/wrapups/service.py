"""What came of a conversation, inside a unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from contracts.errors import NotFound
from service.agents.service import AgentRow
from service.policies import service as policies
from service.privacy import mask
from service.wrapups import repository
from service.wrapups.rules import RESULTS, cleaned_tags

# What other domains may use of this one, beside the functions below.
from service.wrapups.repository import (  # isort: skip
    WrapUpRow as WrapUpRow,
    erase_words as erase_words,
    move as move,
    wrap_ups_of as wrap_ups_of,
)


def keep(
    connection: Connection,
    conversation_id: str,
    handoff_id: int | None,
    agent: AgentRow,
    result: str,
    root_cause: str | None,
    summary: str,
    tags: Sequence[str],
    now: datetime,
) -> None:
    """Write down what came of it; personal data in the agent's words is masked.

    Raises:
        NotFound: the root cause is none of the table in force.
    """
    assert result in RESULTS
    if root_cause is not None and root_cause not in {cause.id for cause in policies.root_causes(connection)}:
        raise NotFound("没有这种根本原因，请重新选择")
    repository.insert_wrap_up(
        connection,
        conversation_id=conversation_id,
        handoff_id=handoff_id,
        agent_id=agent.id,
        result=result,
        root_cause=root_cause,
        summary=mask(summary.strip()),
        tags=cleaned_tags(tags),
        at=now,
    )
