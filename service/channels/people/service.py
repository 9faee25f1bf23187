"""What supervisors and agents see of people: the wall, accounts, suggestions, canned replies for a conversation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

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
)
from service.clock import CHINA, spoken
from service.conversations import service as conversations
from service.handoff import service as handoff
from service.house import House
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
        items=accounts_of(connection, now), skills=dict(SKILLS), departments=dict(house.taxonomy.departments)
    )


def accounts_of(connection: Connection, now: datetime) -> list[AccountShape]:
    """Every account with its load and whether it is on duty."""
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
