"""Tickets for agents, department handlers and station staff: lists, one ticket, moves by hand."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import Connection

from contracts.tickets import OPEN_STATUSES, TicketStatus
from service.access import allowed, current_agent
from service.agents import service as agents
from service.agents.rules import Permission
from service.agents.service import AgentRow
from service.channels.tickets import service as shapes
from service.channels.tickets.desk.endpoints import root_cause
from service.channels.tickets.schemas import TicketChange, TicketCounts, TicketDetail, TicketList
from service.clock import utc_now
from service.errors import ApiError
from service.house import House, house_of
from service.tickets import service as tickets
from service.tickets.desk import service as desk
from service.tickets.service import Filter, TicketRow

router = APIRouter(prefix="/api/v1/tickets", tags=["tickets"])

PAGE = 50
OPEN = "open"

Caller = Annotated[AgentRow, Depends(current_agent)]
Worker = Annotated[AgentRow, Depends(allowed(Permission.TICKETS_WORK))]


class Filters:
    """What a list is narrowed to, as it is asked for."""

    def __init__(
        self,
        customer_id: Annotated[str | None, Query(max_length=64)] = None,
        status: Annotated[str | None, Query(max_length=200, description="statuses with commas, or `open`")] = None,
        department: Annotated[str | None, Query(max_length=16, description="owns it or has its step")] = None,
        priority: Annotated[str | None, Query(max_length=20, description="priorities with commas")] = None,
        owner: Annotated[str | None, Query(max_length=64, description="`me`, `none`, or a user name")] = None,
        overdue: Annotated[bool, Query(description="open, and a promise was broken")] = False,
        parent: Annotated[str | None, Query(max_length=16, description="tickets of this mass incident")] = None,
        q: Annotated[str | None, Query(max_length=100, description="in number, summary, customer, result")] = None,
    ) -> None:
        self.customer_id, self.status, self.department, self.priority = customer_id, status, department, priority
        self.owner, self.overdue, self.parent, self.text = owner, overdue, parent, q

    def read(self, connection: Connection, house: House, agent: AgentRow) -> Filter:
        """The filter within what this agent may see.

        Raises:
            ApiError: something that does not exist was asked for (422), or he sees no tickets (403).
        """
        departments, station_id = shapes.visible(agent)
        if self.department is not None and self.department not in house.taxonomy.departments:
            raise ApiError(422, "unknown_department", "没有这个部门，请重新选择")
        priorities = [p for p in (self.priority or "").upper().split(",") if p]
        unknown = [p for p in priorities if p not in house.taxonomy.priorities]
        if unknown:
            raise ApiError(422, "unknown_priority", f"没有这种优先级：{'、'.join(unknown)}")
        return Filter(
            customer_id=self.customer_id,
            statuses=_statuses(self.status),
            departments=departments,
            station_id=station_id,
            department=self.department,
            priorities=priorities,
            person=self._person(connection, agent),
            unassigned=self.owner == "none",
            overdue=self.overdue,
            parent_number=self.parent,
            text=(self.text or "").strip() or None,
        )

    def _person(self, connection: Connection, agent: AgentRow) -> int | None:
        if self.owner is None or self.owner == "none":
            return None
        if self.owner == "me":
            return agent.id
        found = agents.credentials(connection, self.owner)
        if found is None:
            raise ApiError(422, "unknown_agent", "没有这个账号，请检查用户名")
        return found[0].id


Wanted = Annotated[Filters, Depends()]


@router.get("", response_model=TicketList)
async def list_tickets(
    request: Request, agent: Caller, wanted: Wanted, cursor: Annotated[str | None, Query(max_length=200)] = None
) -> TicketList:
    """Tickets that the agent may see, newest first."""
    house = house_of(request)
    before, now = _position(cursor), utc_now()

    def work(connection: Connection) -> list[TicketRow]:
        found = wanted.read(connection, house, agent)
        return tickets.search(connection, found, before=before, limit=PAGE + 1, now=now)

    rows = await house.database.read(work)
    items = [shapes.for_reader(shapes.ticket_shape(house.taxonomy, row), agent) for row in rows[:PAGE]]
    return TicketList(items=items, next=_cursor(rows[PAGE - 1]) if len(rows) > PAGE else None)


@router.get("/counts", response_model=TicketCounts)
async def count_tickets(request: Request, agent: Caller, wanted: Wanted) -> TicketCounts:
    """How many tickets of each status a filter finds, and how many of the open ones are overdue."""
    house, now = house_of(request), utc_now()

    def work(connection: Connection) -> TicketCounts:
        found = wanted.read(connection, house, agent)
        late = tickets.counts(connection, tickets.overdue(found), now)
        return TicketCounts(counts=tickets.counts(connection, found, now), overdue=sum(late.values()))

    return await house.database.read(work)


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


def _statuses(status: str | None) -> list[str]:
    if not status:
        return []
    if status == OPEN:
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
