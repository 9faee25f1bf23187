"""A customer's own tickets in the app: where they are, and what he can do with one tap, whoever is talking to him."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection

from contracts.progress import title_of
from contracts.taxonomy import Taxonomy
from contracts.tickets import STATUS_TITLES, CustomerAction
from service.access import current_session
from service.channels.tickets.customer.schemas import (
    ActionAnswer,
    ActionRequest,
    NodeShape,
    OwnTicket,
    OwnTicketDetail,
    OwnTicketList,
)
from service.channels.widget.schemas import MessageShape
from service.clock import utc_now
from service.conversations import service as conversations
from service.customers.service import Session
from service.errors import ApiError
from service.house import House, house_of
from service.tickets import service as tickets
from service.tickets.customer import rules, service
from service.tickets.service import TicketRow
from service.tickets.sla import service as sla

router = APIRouter(prefix="/api/v1/widget/tickets", tags=["widget"])

SessionOf = Annotated[Session, Depends(current_session)]


@router.get("", response_model=OwnTicketList)
async def own_tickets(request: Request, session: SessionOf) -> OwnTicketList:
    """The customer's tickets, newest first, each with its card as it is now."""
    house = house_of(request)

    def work(connection: Connection) -> OwnTicketList:
        conversation = conversations.require(connection, session.conversation_id)
        rows = tickets.of_conversation(connection, conversation.id)
        return OwnTicketList(items=[_own(connection, house.taxonomy, row) for row in rows])

    return await house.database.read(work)


@router.get("/{number}", response_model=OwnTicketDetail)
async def own_ticket(number: str, request: Request, session: SessionOf) -> OwnTicketDetail:
    """One ticket: its nodes, what was asked, and why it is promised for that time."""
    house = house_of(request)

    def work(connection: Connection) -> OwnTicketDetail:
        conversation = conversations.require(connection, session.conversation_id)
        return _detail(connection, house, service.owned(connection, conversation, number))

    return await house.database.read(work)


@router.post("/{number}/{action}", response_model=ActionAnswer)
async def act(
    number: str, action: CustomerAction, body: ActionRequest, request: Request, session: SessionOf
) -> ActionAnswer:
    """Confirm, reopen, withdraw, urge, add information, or ask why it takes so long."""
    house, now = house_of(request), utc_now()
    house.limits.require(house.limits.customer, session.conversation_id)
    files = [a.id for a in body.attachments]
    if action is CustomerAction.INFO and not body.note.strip() and not files:
        raise ApiError(422, "empty", "请写下要补充的内容，或者上传图片")

    def work(connection: Connection) -> ActionAnswer:
        conversation = conversations.require(connection, session.conversation_id, lock=True)
        known = conversations.attachments_in(connection, conversation.id, files)
        if len(known) < len(set(files)):
            raise ApiError(422, "unknown_attachment", "有图片没有上传成功，请重新上传后再发送")
        reply = service.act(connection, conversation, number, action, body.note.strip(), now, files)
        (row,) = conversations.append(connection, conversation, [reply], now)
        ticket = service.owned(connection, conversation, number)
        message = MessageShape.model_validate(conversations.wire_row(row))
        return ActionAnswer(message=message, ticket=_detail(connection, house, ticket))

    answer = await house.database.write(work)
    house.outbox.wake()
    return answer


def _own(connection: Connection, taxonomy: Taxonomy, row: TicketRow) -> OwnTicket:
    asked = [e.data.get("question") for e in tickets.events(connection, row.number) if e.kind == "asked"]
    waits = row.paused_at is not None
    return OwnTicket(
        number=row.number,
        title=title_of(taxonomy, row.category),
        status=row.status.value,
        status_title=STATUS_TITLES[row.status],
        summary=row.summary,
        created_at=row.created_at,
        due_at=row.due_at,
        question=str(asked[-1]) if waits and asked else None,
        resolution=row.resolution,
        card=tickets.card(row),
    )


def _detail(connection: Connection, house: House, row: TicketRow) -> OwnTicketDetail:
    nodes = [
        NodeShape(title=node.title, at=node.at, note=node.note)
        for node in rules.nodes(house.taxonomy, tickets.events(connection, row.number))
    ]
    why = rules.why(house.taxonomy, row, sla.policy(), utc_now())
    return OwnTicketDetail(**_own(connection, house.taxonomy, row).model_dump(), nodes=nodes, why=why)
