"""What an agent sees of a conversation: gathered from conversations, turns, tickets and the platform."""

from __future__ import annotations

import dataclasses
import time
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from contracts.conversation import Owner, Sender
from contracts.errors import NotFound, PlatformUnavailable
from contracts.platform import Customer
from contracts.taxonomy import Taxonomy, load_taxonomy
from contracts.tickets import OPEN_STATUSES, STATUS_TITLES
from service.agents import service as agents
from service.agents.service import AgentRow
from service.channels.console.schemas import (
    AgentShape,
    CustomerBrief,
    StoryAnswer,
    TurnShape,
)
from service.channels.tickets.service import ticket_shape
from service.channels.widget.schemas import MessageShape
from service.clock import utc_now
from service.conversations import service as conversations
from service.conversations.service import ConversationRow, MessageRow
from service.handoff import rules as handoff_rules
from service.handoff import service as handoff
from service.house import House
from service.privacy import mask, mask_name
from service.reading import service as reading
from service.reading.service import Side
from service.tickets import service as tickets
from service.tickets.service import TicketRow
from service.turns import service as turn_service
from service.turns.service import JudgedTurn

LEVEL_TITLES = {"puka": "普卡", "gold": "金卡", "platinum": "白金", "diamond": "钻石"}
FEELING_TITLES = {"calm": "平静", "anxious": "焦虑", "dissatisfied": "不满", "angry": "愤怒"}
STORY_MESSAGES = 120
"""The newest; older pages are fetched when somebody goes back."""
STORY_TURNS = 60
# Labels that say how somebody feels or what he wants done, not what happened.
UNSPECIFIC = frozenset({"intent:complaint_general", "intent:callback_request"}) | {
    f"intent:{spec.id}" for spec in load_taxonomy().intents.values() if spec.group == "ticket"
}


def label_title(taxonomy: Taxonomy, label: str | None) -> str:
    """A label in words."""
    if not label:
        return ""
    kind, name = label.split(":", 1)
    if kind == "faq":
        question = taxonomy.questions.get(name)
        return question.text if question is not None else name
    return taxonomy.intents[name].title


def agent_shape(agent: AgentRow) -> AgentShape:
    return AgentShape(
        id=agent.id,
        username=agent.username,
        number=agent.number,
        role=agent.role.value,
        department=agent.department,
        station_id=agent.station_id,
        skills=list(agent.skills),
        capacity=agent.capacity,
        presence=agent.presence,
        automatic=agent.automatic,
    )


async def brief(house: House, customer_id: str | None) -> tuple[CustomerBrief, Customer | None]:
    """Who the customer is; unknown details when the platform does not answer."""
    if customer_id is None:
        return CustomerBrief(id=None, name="访客", level=None, level_title=None), None
    try:
        customer = await house.platform.customer(customer_id)
    except (PlatformUnavailable, NotFound):
        return CustomerBrief(id=customer_id, name="客户", level=None, level_title=None), None
    known = CustomerBrief(
        id=customer_id,
        name=mask_name(customer.name),
        level=customer.level,
        level_title=LEVEL_TITLES.get(customer.level, customer.level),
    )
    return known, customer


def problem_turn(turns: list[JudgedTurn]) -> JudgedTurn | None:
    """The turn that says what it is about: the last concrete problem, else the last question, else the last turn."""
    problems = [t for t in turns if t.kind == "flow" and t.label not in UNSPECIFIC]
    relevant = problems or [t for t in turns if t.kind == "faq"] or turns
    return relevant[-1] if relevant else None


def opening_line(taxonomy: Taxonomy, messages: list[MessageRow], turn: JudgedTurn | None) -> str:
    """The problem in one sentence: what it is about, and what the customer said of it, masked."""
    said = next((m.text for m in messages if turn is not None and m.seq == turn.seq), "")
    if not said:
        said = next((m.text for m in reversed(messages) if m.sender is Sender.CUSTOMER), "")
    title = label_title(taxonomy, turn.label) if turn is not None and turn.kind in ("flow", "faq") else ""
    words = mask(said)[:80]
    return f"{title}：“{words}”" if title else f"“{words}”"


async def story(house: House, conversation_id: str, agent: AgentRow) -> StoryAnswer:
    """Everything about a conversation that its agent needs.

    Raises:
        NotFound: there is no such conversation.
    """

    def work(connection: Connection) -> dict[str, Any]:
        conversation = conversations.require(connection, conversation_id)
        waiting = handoff.live(connection, conversation_id)
        return {
            "conversation": conversation,
            "messages": conversations.last_messages(connection, conversation.id, STORY_MESSAGES + 1),
            "read_seq": reading.read_to(connection, conversation.id, Side.CUSTOMER),
            "turns": turn_service.judged(connection, conversation_id, STORY_TURNS),
            "tickets": tickets.of_conversation(connection, conversation_id),
            "handoff": waiting,
            "agent": agents.agent(connection, conversation.agent_id) if conversation.agent_id else None,
        }

    found = await house.database.read(work)
    earlier, found["messages"] = len(found["messages"]) > STORY_MESSAGES, found["messages"][-STORY_MESSAGES:]
    conversation: ConversationRow = found["conversation"]
    customer, record = await brief(house, conversation.customer_id)
    orders, coupons, available = await _records(house, record)
    taxonomy = house.taxonomy
    turn = problem_turn(found["turns"])
    waiting = found["handoff"]
    return StoryAnswer(
        conversation_id=conversation_id,
        state=conversation.owner.value,
        epoch=conversation.epoch,
        mine=conversation.owner is Owner.HUMAN and conversation.agent_id == agent.id,
        agent=agent_shape(found["agent"]) if found["agent"] is not None else None,
        customer=customer,
        phone=mask(record.phone) if record is not None else None,
        plates=[mask(p) for p in record.plates] if record is not None else [],
        points=record.points if record is not None else None,
        balance_fen=record.balance_fen if record is not None else None,
        summary=summary(taxonomy, found["messages"], found["turns"], found["tickets"], waiting),
        opening=opening_line(taxonomy, found["messages"], turn),
        messages=[MessageShape.model_validate(conversations.wire(m)) for m in found["messages"]],
        earlier=earlier,
        read_seq=found["read_seq"],
        wrap_ups=[],
        turns=[turn_shape(taxonomy, t) for t in found["turns"]],
        tickets=[ticket_shape(taxonomy, t) for t in found["tickets"]],
        orders=orders,
        coupons=coupons,
        platform_available=available,
        handoff=None
        if waiting is None
        else {
            "reason": waiting.reason,
            "reason_title": handoff_rules.REASON_TITLES[waiting.reason],
            "rule": waiting.rule,
            "state": waiting.state,
            "queued_at": waiting.queued_at.isoformat(),
            "note": dict(waiting.note) if waiting.note else None,
        },
    )


async def looked_at(house: House, conversation_id: str, agent: AgentRow) -> None:
    """Audit that the agent reads this conversation: once a view, however often his console asks what is new."""
    if house.limits.views.first(f"{agent.id}:{conversation_id}", time.monotonic()):
        await house.database.write(
            lambda c: agents.audit(c, agent.username, "conversation.read", conversation_id, {}, utc_now())
        )


async def _records(house: House, customer: Customer | None) -> tuple[list[dict[str, Any]], list[dict[str, Any]], bool]:
    if customer is None:
        return [], [], False
    try:
        orders = await house.platform.orders(customer.id, limit=10)
        coupons = await house.platform.coupons(customer.id)
    except PlatformUnavailable:
        return [], [], False
    return [_record(o) for o in orders], [_record(c) for c in coupons], True


def _record(record: Any) -> dict[str, Any]:
    shape = dataclasses.asdict(record)
    return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in shape.items()}


def turn_shape(taxonomy: Taxonomy, turn: JudgedTurn) -> TurnShape:
    return TurnShape(
        seq=turn.seq,
        label=turn.label,
        label_title=label_title(taxonomy, turn.label),
        kind=turn.kind,
        tier=turn.tier,
        confidence=turn.confidence,
        sentiment=turn.sentiment,
        sentiment_score=turn.sentiment_score,
        outcome=turn.outcome,
        trace=[dict(step) for step in turn.trace or ()],
        elapsed_ms=turn.elapsed_ms,
    )


def summary(
    taxonomy: Taxonomy,
    messages: list[MessageRow],
    turns: list[JudgedTurn],
    filed: list[TicketRow],
    waiting: handoff.HandoffRow | None,
) -> list[str]:
    """The story in three lines: the problem, what was done, how the customer feels and why a person is needed."""
    lines = [f"问题：{opening_line(taxonomy, messages, problem_turn(turns))}"]
    open_tickets = [t for t in filed if t.status in OPEN_STATUSES]
    if open_tickets:
        numbers = "、".join(f"{t.number}（{STATUS_TITLES[t.status]}）" for t in open_tickets[:3])
        lines.append(f"已处理：已建工单 {numbers}")
    else:
        answered = [label_title(taxonomy, t.label) for t in turns if t.kind == "faq"]
        lines.append(f"已处理：看过文章“{answered[-1]}”" if answered else "已处理：尚未建工单")
    feelings = " → ".join(dict.fromkeys(FEELING_TITLES[t.sentiment] for t in turns[-6:])) or "未知"
    why = handoff_rules.REASON_TITLES[waiting.reason] if waiting is not None else "未转人工"
    lines.append(f"情绪：{feelings}；转人工原因：{why}")
    return lines
