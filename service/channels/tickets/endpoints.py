"""Tickets for agents, department handlers and station staff."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import Connection

from contracts.errors import NotFound
from contracts.tickets import OPEN_STATUSES, TicketStatus
from service.access import allowed, current_agent
from service.agents import service as agents
from service.agents.rules import Permission, may
from service.agents.service import AgentRow
from service.channels.console import service as console
from service.channels.console.schemas import TicketChange, TicketDetail, TicketList
from service.clock import utc_now
from service.errors import ApiError
from service.house import house_of
from service.tickets import service as tickets
from service.tickets.service import TicketRow

router = APIRouter(prefix="/api/v1/tickets", tags=["tickets"])

PAGE = 50

Caller = Annotated[AgentRow, Depends(current_agent)]
Worker = Annotated[AgentRow, Depends(allowed(Permission.TICKETS_WORK))]


@router.get("", response_model=TicketList)
async def list_tickets(
    request: Request,
    agent: Caller,
    customer_id: Annotated[str | None, Query(max_length=64)] = None,
    status: Annotated[str | None, Query(max_length=200, description="statuses with commas, or `open`")] = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> TicketList:
    """Tickets that the agent may see, newest first."""
    house = house_of(request)
    departments, station_id = _visible(agent)
    statuses, before = _statuses(status), _position(cursor)

    def work(connection: Connection) -> list[TicketRow]:
        return tickets.search(
            connection,
            customer_id=customer_id,
            statuses=statuses,
            departments=departments,
            station_id=station_id,
            before=before,
            limit=PAGE + 1,
        )

    rows = await house.database.read(work)
    items = [console.ticket_shape(house.taxonomy, row) for row in rows[:PAGE]]
    return TicketList(items=items, next=_cursor(rows[PAGE - 1]) if len(rows) > PAGE else None)


@router.get("/{number}", response_model=TicketDetail)
async def ticket(number: str, request: Request, agent: Caller) -> TicketDetail:
    """One ticket with everything that happened to it."""
    house = house_of(request)

    def work(connection: Connection) -> TicketDetail:
        return console.ticket_detail(connection, house.taxonomy, _require(connection, number, agent))

    return await house.database.read(work)


@router.patch("/{number}", response_model=TicketDetail)
async def advance(number: str, body: TicketChange, request: Request, agent: Worker) -> TicketDetail:
    """Move a ticket on; the customer is told."""
    house = house_of(request)
    now = utc_now()

    def work(connection: Connection) -> TicketDetail:
        _require(connection, number, agent)
        moved = tickets.advance(connection, number, TicketStatus(body.status), body.note, agent.username, now)
        agents.audit(connection, agent.username, "ticket.advance", number, {"status": body.status}, now)
        return console.ticket_detail(connection, house.taxonomy, moved)

    detail = await house.database.write(work)
    house.outbox.wake()
    return detail


def _require(connection: Connection, number: str, agent: AgentRow) -> TicketRow:
    """The ticket, if this agent may see it; otherwise it does not exist for him."""
    departments, station_id = _visible(agent)
    row = tickets.ticket(connection, number)
    hidden = (
        row is None
        or (departments is not None and row.department not in departments)
        or (station_id is not None and row.details.get("station_id") != station_id)
    )
    if row is None or hidden:
        raise NotFound("没有这张工单，或者它不在您的范围内")
    return row


def _visible(agent: AgentRow) -> tuple[list[str] | None, str | None]:
    """Departments and station that bound what the agent sees; None where nothing bounds it."""
    if may(agent.role, Permission.TICKETS_ALL):
        return None, None
    if may(agent.role, Permission.TICKETS_DEPARTMENT):
        return [agent.department or ""], None
    if may(agent.role, Permission.TICKETS_STATION):
        return None, agent.station_id or ""
    raise ApiError(403, "forbidden", "您的角色没有这项权限，请联系主管")


def _statuses(status: str | None) -> list[str]:
    if not status:
        return []
    if status == "open":
        return [s.value for s in OPEN_STATUSES]
    asked = [s.strip() for s in status.split(",") if s.strip()]
    unknown = [s for s in asked if s not in {t.value for t in TicketStatus}]
    if unknown:
        raise ApiError(422, "unknown_status", f"没有这种工单状态：{'、'.join(unknown)}")
    return asked


def _cursor(row: TicketRow) -> str:
    return base64.urlsafe_b64encode(f"{row.created_at.isoformat()}|{row.number}".encode()).decode()


def _position(cursor: str | None) -> tuple[datetime, str] | None:
    if cursor is None:
        return None
    try:
        at, number = base64.urlsafe_b64decode(cursor.encode()).decode().split("|")
        return datetime.fromisoformat(at), number
    except (ValueError, binascii.Error):
        raise ApiError(422, "bad_cursor", "翻页位置无效，请从第一页重新查看") from None
