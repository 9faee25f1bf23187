"""The two lists of the desk: who waits, and whom the agent has."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from service.agents.service import AgentRow
from service.channels.console import service as console
from service.channels.console.schemas import ConversationItem, ConversationList, CustomerBrief, QueueItem
from service.conversations import service as conversations
from service.conversations.service import ConversationRow, MessageRow
from service.handoff import rules as handoff_rules
from service.handoff import service as handoff
from service.house import House
from service.privacy import mask
from service.tickets import service as tickets
from service.turns import service as turn_service
from service.turns.service import JudgedTurn

ASKED_AT_ONCE = 8
OVERLAP = timedelta(seconds=5)
"""What changed is written down a moment after the time it bears: who asks again asks a little further back."""


async def queue(house: House, now: datetime) -> list[QueueItem]:
    """The queue in order, each with its story in one sentence."""

    def work(connection: Connection) -> list[tuple[Any, ConversationRow, str, JudgedTurn | None, int]]:
        found = []
        for row in handoff.waiting(connection):
            conversation = conversations.require(connection, row.conversation_id)
            turns = turn_service.judged(connection, row.conversation_id, 8)
            messages = conversations.last_messages(connection, row.conversation_id, 40)
            open_tickets = len(tickets.open_of(connection, row.conversation_id))
            problem = console.problem_turn(turns)
            found.append(
                (row, conversation, console.opening_line(house.taxonomy, messages, problem), problem, open_tickets)
            )
        return found

    found = await house.database.read(work)
    briefs = await _briefs(house, [conversation.customer_id for _, conversation, *_ in found])
    items = []
    for place, ((row, _, story, turn, open_tickets), customer) in enumerate(zip(found, briefs, strict=True), start=1):
        items.append(
            QueueItem(
                conversation_id=row.conversation_id,
                place=place,
                reason=row.reason,
                reason_title=handoff_rules.REASON_TITLES[row.reason],
                rule=row.rule,
                department=row.department,
                queued_at=row.queued_at,
                waiting_seconds=max(0, int((now - row.queued_at).total_seconds())),
                customer=customer,
                story=story,
                sentiment=turn.sentiment if turn is not None else None,
                label=turn.label if turn is not None else None,
                label_title=console.label_title(house.taxonomy, turn.label) if turn is not None else None,
                open_tickets=open_tickets,
                priority=row.priority,
                skills=list(row.skills),
                at_the_pump=row.at_the_pump,
                off_hours=row.off_hours,
                opens_at=row.opens_at,
            )
        )
    return items


async def mine(house: House, agent: AgentRow, since: datetime | None, now: datetime) -> ConversationList:
    """The conversations that the agent has, or those of them that changed since then."""

    def work(connection: Connection) -> tuple[list[ConversationRow], dict[str, MessageRow], list[str]]:
        rows = conversations.conversations_of_agent(connection, agent.id, since)
        newest = conversations.newest_of(connection, [row.id for row in rows])
        return rows, newest, conversations.ids_of_agent(connection, agent.id) if since else [row.id for row in rows]

    rows, newest, ids = await house.database.read(work)
    briefs = await _briefs(house, [row.customer_id for row in rows])
    items = [_item(row, newest.get(row.id), customer) for row, customer in zip(rows, briefs, strict=True)]
    return ConversationList(items=items, ids=ids, at=now - OVERLAP)


def _item(row: ConversationRow, last: MessageRow | None, customer: CustomerBrief) -> ConversationItem:
    return ConversationItem(
        conversation_id=row.id,
        customer=customer,
        state=row.owner.value,
        channel=row.channel,
        updated_at=row.updated_at,
        seq=row.seq,
        last_sender=last.sender.value if last is not None else None,
        preview=_preview(last),
    )


async def _briefs(house: House, customer_ids: list[str | None]) -> list[CustomerBrief]:
    """Several customers, some at a time: a slow platform holds up the list once, not once for each of them."""
    gate = asyncio.Semaphore(ASKED_AT_ONCE)

    async def one(customer_id: str | None) -> CustomerBrief:
        async with gate:
            return (await console.brief(house, customer_id))[0]

    return await asyncio.gather(*(one(customer_id) for customer_id in customer_ids))


def _preview(last: MessageRow | None) -> str:
    if last is None:
        return ""
    return mask(last.text)[:60] or ("[图片]" if last.attachments else "")
