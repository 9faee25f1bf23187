"""Tickets for agents, department handlers and station staff: one ticket, moves by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection

from contracts.tickets import TicketStatus
from service.access import allowed, current_agent
from service.agents import service as agents
from service.agents.rules import Permission
from service.agents.service import AgentRow
from service.channels.tickets import service as shapes
from service.channels.tickets.desk.endpoints import root_cause
from service.channels.tickets.schemas import TicketChange, TicketDetail
from service.clock import utc_now
from service.house import house_of
from service.tickets import service as tickets
from service.tickets.desk import service as desk
from service.tickets.service import TicketRow

router = APIRouter(prefix="/api/v1/tickets", tags=["tickets"])

Caller = Annotated[AgentRow, Depends(current_agent)]
Worker = Annotated[AgentRow, Depends(allowed(Permission.TICKETS_WORK))]


@router.get("/{number}", response_model=TicketDetail)
async def ticket(number: str, request: Request, agent: Caller) -> TicketDetail:
    """One ticket with everything that happened to it."""
    house, now = house_of(request), utc_now()

    def work(connection: Connection) -> TicketDetail:
        row = shapes.require(connection, number, agent)
        return shapes.for_reader(shapes.ticket_detail(connection, house.taxonomy, row, now), agent)

    return await house.database.read(work)


@router.patch("/{number}", response_model=TicketDetail)
async def advance(number: str, body: TicketChange, request: Request, agent: Worker) -> TicketDetail:
    """Move a ticket on; the customer is told. `closed` needs a note that says where the customer confirmed it."""
    house, now = house_of(request), utc_now()

    def work(connection: Connection) -> TicketDetail:
        shapes.require(connection, number, agent)
        moved = _moved(connection, number, body, agent, now)
        agents.audit(connection, agent.username, "ticket.advance", number, {"status": body.status}, now)
        return shapes.for_reader(shapes.ticket_detail(connection, house.taxonomy, moved, now), agent)

    detail = await house.database.write(work)
    house.outbox.wake()
    return detail


def _moved(connection: Connection, number: str, body: TicketChange, agent: AgentRow, now: datetime) -> TicketRow:
    target = TicketStatus(body.status)
    if target is TicketStatus.SOLVED:
        cause = root_cause(connection, body.root_cause) if body.root_cause else None
        return desk.solve(connection, number, agent, body.note, cause, body.side, now)
    if target is TicketStatus.CLOSED:
        return desk.close(connection, number, agent, body.note, now)
    return tickets.advance(connection, number, target, body.note, agent.username, now, agent_id=agent.id)
