"""What supervisors and agents see of people: the wall, accounts, suggestions, canned replies for a conversation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from sqlalchemy import Connection

from contracts.decision import RouteContext
from contracts.errors import NotFound, PlatformUnavailable
from contracts.tickets import OPEN_STATUSES
from service.agents import service as agents
from service.agents.rules import SKILLS, on_duty
from service.agents.service import AgentRow
from service.channels.console import service as console
from service.channels.people.schemas import (
    AccountList,
    AccountShape,
    CannedList,
    CannedShape,
    RatingShape,
    ShiftShape,
    SuggestionList,
    SuggestionShape,
    WallAnswer,
)
from service.clock import CHINA, spoken
from service.conversations import service as conversations
from service.handoff import service as handoff
from service.house import House
from service.policies import service as policies
from service.privacy import mask
from service.ratings.service import RatingRow
from service.replies import rules as reply_rules
from service.replies import service as replies
from service.tickets import service as tickets

SUGGESTIONS = 3
CALMING = "安抚"


def accounts(house: House, connection: Connection, now: datetime) -> AccountList:
    """Every account with its load and whether it is on duty."""
    return AccountList(
        items=_accounts(connection, now), skills=dict(SKILLS), departments=dict(house.taxonomy.departments)
    )


def _accounts(connection: Connection, now: datetime) -> list[AccountShape]:
    loads = handoff.loads(connection)
    shifts: dict[int, list[tuple[int, int, int]]] = {}
    for agent_id, weekday, start, end in agents.shifts_of(connection):
        shifts.setdefault(agent_id, []).append((weekday, start, end))
    local = now.astimezone(CHINA)
    return [
        account(row, loads.get(row.id, 0), shifts.get(row.id, []), on_duty(shifts.get(row.id, ()), local))
        for row in agents.all_agents(connection)
    ]


def account(row: AgentRow, load: int, shifts: Sequence[tuple[int, int, int]], duty: bool) -> AccountShape:
    return AccountShape(
        **console.agent_shape(row).model_dump(),
        active=row.active,
        load=load,
        on_duty=duty,
        seen_at=row.seen_at,
        shifts=[ShiftShape(weekday=w, start_minute=s, end_minute=e) for w, s, e in shifts],
    )


async def wall(house: House, now: datetime) -> WallAnswer:
    """The numbers of the live wall."""
    midnight = datetime.combine(now.astimezone(CHINA).date(), time(0), CHINA)

    def work(connection: Connection) -> WallAnswer:
        waiting = handoff.waiting(connection)
        goal = policies.office(connection)["goal_seconds"]
        answered = handoff.waits_since(connection, midnight)
        # Who has waited less than the goal is neither reached nor missed yet.
        missed = [row for row in waiting if (now - row.queued_at).total_seconds() > goal]
        reached = sum(wait <= goal for wait in answered)
        judged = len(answered) + len(missed)
        return WallAnswer(
            waiting=len(waiting),
            longest_wait_seconds=max((int((now - row.queued_at).total_seconds()) for row in waiting), default=0),
            with_people=sum(handoff.loads(connection).values()),
            reached=reached / judged if judged else None,
            reached_of=judged,
            goal_seconds=goal,
            agents=[a for a in _accounts(connection, now) if a.active and a.role in ("agent", "supervisor", "admin")],
            overdue_tickets=tickets.count_open(connection, overdue_at=now),
            open_tickets=tickets.count_open(connection),
            rings=[row.conversation_id for row in waiting if row.rung_at is not None],
            talks=[_talk(connection, row, now) for row in handoff.claimed(connection)],
        )

    return await house.database.read(work)


def _talk(connection: Connection, row: handoff.HandoffRow, now: datetime) -> dict[str, Any]:
    agent = agents.agent(connection, row.claimed_by) if row.claimed_by is not None else None
    since = row.claimed_at or row.queued_at
    return {
        "conversation_id": row.conversation_id,
        "agent": agent.username if agent is not None else None,
        "priority": row.priority,
        "minutes": int((now - since).total_seconds() // 60),
        "answered": row.answered_at is not None,
    }


async def suggestions(house: House, conversation_id: str, agent: AgentRow, now: datetime) -> SuggestionList:
    """Replies that the knowledge base has for the customer's newest message.

    Raises:
        NotFound: there is no such conversation.
    """

    def work(connection: Connection) -> str:
        conversations.require(connection, conversation_id)
        said = conversations.said_by_customer(connection, conversation_id, 1)
        return said[0] if said else ""

    question = await house.database.read(work)
    if not question:
        return SuggestionList(question="", items=[], calming=[])
    decision = await house.answers.decide(question, RouteContext(), now)
    items: list[SuggestionShape] = []
    for candidate in decision.alternatives:
        kind, _, name = candidate.label.partition(":")
        article = house.knowledge.get(name) if kind == "faq" else None
        if article is not None and len(items) < SUGGESTIONS:
            lines = [article.summary, *(f"{n}. {step}" for n, step in enumerate(article.steps, start=1))]
            items.append(
                SuggestionShape(
                    source=candidate.label, title=article.title, text="\n".join(lines), score=candidate.score
                )
            )
    calming: list[str] = []
    if decision.sentiment.label in ("angry", "dissatisfied"):
        ready = (await canned(house, "", conversation_id, agent, now)).items
        calming = [item.filled for item in ready if item.category == CALMING]
    return SuggestionList(question=mask(question), items=items, calming=calming)


async def canned(house: House, typed: str, conversation_id: str | None, agent: AgentRow, now: datetime) -> CannedList:
    """Canned replies that fit what was typed, filled in for a conversation."""
    values = {"number": agent.number}
    if conversation_id is not None:
        values |= await _values(house, conversation_id, now)
    rows = reply_rules.matching(await house.database.read(replies.all_replies), typed)
    items = []
    for row in rows:
        filled, missing = reply_rules.fill_in(row.text, values)
        items.append(
            CannedShape(
                id=row.id,
                shortcut=row.shortcut,
                title=row.title,
                category=row.category,
                text=row.text,
                filled=filled,
                missing=missing,
            )
        )
    return CannedList(items=items, variables=dict(reply_rules.VARIABLES))


async def _values(house: House, conversation_id: str, now: datetime) -> dict[str, str]:
    def work(connection: Connection) -> tuple[str | None, list[tickets.TicketRow]]:
        conversation = conversations.require(connection, conversation_id)
        return conversation.customer_id, tickets.of_conversation(connection, conversation_id)

    customer_id, filed = await house.database.read(work)
    values: dict[str, str] = {}
    live = [ticket for ticket in filed if ticket.status in OPEN_STATUSES] or filed
    if live:
        values |= {"ticket": live[0].number, "due": spoken(live[0].due_at, now)}
    if customer_id is None:
        return values
    try:
        customer = await house.platform.customer(customer_id)
        orders = await house.platform.orders(customer_id, limit=1)
    except (PlatformUnavailable, NotFound):
        return values
    values["name"] = f"{customer.name[:1]}先生/女士"
    if orders:
        values |= {"station": orders[0].station_name, "amount": f"{orders[0].paid_fen / 100:.2f} 元"}
    return values


def rating_shape(row: RatingRow, names: dict[int, str]) -> RatingShape:
    return RatingShape(
        id=row.id,
        conversation_id=row.conversation_id,
        agent=names.get(row.agent_id) if row.agent_id is not None else None,
        attitude=row.attitude,
        speed=row.speed,
        solution=row.solution,
        words=mask(row.words) if row.words else None,
        rated_at=row.rated_at,
        owner=row.owner,
        improvement=row.improvement,
        improved_at=row.improved_at,
    )
