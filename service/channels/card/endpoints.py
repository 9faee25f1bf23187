"""The customer card for agents: everything about a customer, one personal field in plain text, a note of a call."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection

from contracts.errors import NotFound
from service.access import allowed
from service.agents import service as agents
from service.agents.rules import Permission
from service.agents.service import AgentRow
from service.channels.card import service as cards
from service.channels.card.schemas import (
    CardAnswer,
    PhoneNoteAnswer,
    PhoneNoteRequest,
    RevealAnswer,
    RevealRequest,
)
from service.channels.service import Channels, channels_of
from service.clock import utc_now
from service.conversations import service as conversations
from service.house import house_of
from service.notes import service as notes
from service.tickets import service as tickets
from service.tickets.desk import service as desk

router = APIRouter(prefix="/api/v1/customers", tags=["customers"])

PHONE_NOTE = "【电话】"

Talker = Annotated[AgentRow, Depends(allowed(Permission.CONVERSATIONS))]
Revealer = Annotated[AgentRow, Depends(allowed(Permission.REVEAL))]
ChannelsOf = Annotated[Channels, Depends(channels_of)]


@router.get("/{customer_id}/card", response_model=CardAnswer)
async def card(customer_id: str, request: Request, channels: ChannelsOf, agent: Talker) -> CardAnswer:
    """Everything about a customer, personal data masked; reading it is audited."""
    house, now = house_of(request), utc_now()
    found = await cards.card(house, channels, customer_id, now)
    await house.database.write(lambda c: agents.audit(c, agent.username, "customer.card", customer_id, {}, now))
    return found


@router.post("/{customer_id}/reveal", response_model=RevealAnswer)
async def reveal(customer_id: str, body: RevealRequest, request: Request, agent: Revealer) -> RevealAnswer:
    """One personal field in plain text. It is in the audit log before it is told."""
    house = house_of(request)
    value = await cards.reveal(house, customer_id, body.field)
    about = {"field": body.field, "conversation_id": body.conversation_id}
    await house.database.write(
        lambda c: agents.audit(c, agent.username, "customer.reveal", customer_id, about, utc_now())
    )
    return RevealAnswer(field=body.field, value=value)


@router.post("/{customer_id}/phone-notes", response_model=PhoneNoteAnswer, status_code=201)
async def phone_note(customer_id: str, body: PhoneNoteRequest, request: Request, agent: Talker) -> PhoneNoteAnswer:
    """Keep what was said on the phone: an internal note of the conversation, and of the ticket it was about."""
    house, now = house_of(request), utc_now()
    await house.platform.customer(customer_id)

    def work(connection: Connection) -> str:
        talk = conversations.open_conversation(connection, "widget", customer_id, None, now)
        number = body.ticket_number
        about = ""
        if number is not None:
            ticket = tickets.ticket(connection, number)
            if ticket is None or ticket.customer_id != customer_id:
                raise NotFound("这位客户没有这张工单")
            desk.note(connection, number, agent, f"{PHONE_NOTE}{body.text}", now)
            about = f"（工单 {number}）"
        notes.add(connection, talk.id, agent, f"{PHONE_NOTE}{about}{body.text}", now)
        agents.audit(connection, agent.username, "customer.phone_note", customer_id, {"ticket": number}, now)
        return talk.id

    conversation_id = await house.database.write(work)
    house.outbox.wake()
    return PhoneNoteAnswer(conversation_id=conversation_id)
