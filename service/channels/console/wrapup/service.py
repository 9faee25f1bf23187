"""What is guessed for a wrap-up, and how earlier ones are shown."""

from __future__ import annotations

from sqlalchemy import Connection

from contracts.conversation import Sender
from contracts.tickets import OPEN_STATUSES
from service.agents import service as agents
from service.channels.console import service as console
from service.channels.console.wrapup.schemas import WrapUpGuess, WrapUpShape
from service.channels.tickets.schemas import RootCauseShape
from service.conversations import service as conversations
from service.handoff import service as handoff
from service.house import House
from service.policies import service as policies
from service.tickets import service as tickets
from service.turns import service as turns
from service.wrapups import rules
from service.wrapups import service as wrapups

LOOKED_AT = 200
SHOWN = 5


def guess(house: House, connection: Connection, conversation_id: str) -> WrapUpGuess:
    """What the agent most probably writes.

    Raises:
        NotFound: there is no such conversation.
    """
    conversation = conversations.require(connection, conversation_id)
    messages = conversations.last_messages(connection, conversation.id, LOOKED_AT)
    judged = turns.judged(connection, conversation.id, LOOKED_AT)
    filed = tickets.of_conversation(connection, conversation.id)
    waiting = handoff.live(connection, conversation.id)
    causes = policies.root_causes(connection)
    problem = console.problem_turn(judged)
    since = waiting.claimed_at if waiting is not None else None
    spoke = any(m.sender is Sender.AGENT and (since is None or m.created_at >= since) for m in messages)
    about = console.label_title(house.taxonomy, problem.label) if problem is not None else ""
    return WrapUpGuess(
        result=rules.likely_result(any(t.status in OPEN_STATUSES for t in filed), spoke),
        root_cause=rules.likely_cause(problem.label if problem is not None else None, {c.id for c in causes}),
        summary="\n".join(console.summary(house.taxonomy, messages, judged, filed, waiting)),
        tags=[],
        results=dict(rules.RESULTS),
        root_causes=[RootCauseShape(id=c.id, title=c.title, kind=c.kind, side=c.side) for c in causes],
        known_tags=[*([about] if about and len(about) <= 20 else []), *rules.TAGS],
    )


def shown(connection: Connection, conversation_id: str) -> list[WrapUpShape]:
    """The latest wrap-ups, newest first."""
    rows = wrapups.wrap_ups_of(connection, conversation_id, SHOWN)
    if not rows:
        return []
    causes = {cause.id: cause.title for cause in policies.root_causes(connection)}
    people = {row.agent_id: agents.agent(connection, row.agent_id) for row in rows}
    shapes = []
    for row in rows:
        agent = people[row.agent_id]
        shapes.append(
            WrapUpShape(
                id=row.id,
                agent=agent.username if agent is not None else None,
                number=agent.number if agent is not None else None,
                result=row.result,
                result_title=rules.RESULTS[row.result],
                root_cause=row.root_cause,
                root_cause_title=causes.get(row.root_cause or ""),
                summary=row.summary,
                tags=list(row.tags),
                at=row.at,
            )
        )
    return shapes
