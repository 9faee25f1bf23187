"""The lists of tickets, what can be chosen on their page, and one action for many of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import Connection

from service.access import allowed, current_agent
from service.agents.rules import Permission
from service.agents.service import AgentRow
from service.channels.tickets import service as shapes
from service.channels.tickets.board import rules
from service.channels.tickets.board import service as board
from service.channels.tickets.board.schemas import BulkAnswer, BulkRequest, TicketChoices
from service.channels.tickets.board.service import Filters
from service.channels.tickets.schemas import TicketCounts, TicketList
from service.clock import utc_now
from service.errors import ApiError
from service.house import house_of
from service.tickets.dispatch import service as dispatch
from service.tickets.dispatch.service import Position, Sort
from service.tickets.service import TicketRow

router = APIRouter(prefix="/api/v1/tickets", tags=["tickets"])

PAGE = 50

Caller = Annotated[AgentRow, Depends(current_agent)]
Worker = Annotated[AgentRow, Depends(allowed(Permission.TICKETS_WORK))]
Wanted = Annotated[Filters, Depends()]


@router.get("", response_model=TicketList)
async def list_tickets(
    request: Request,
    agent: Caller,
    wanted: Wanted,
    sort: Sort = Sort.NEWEST,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = PAGE,
) -> TicketList:
    """Tickets that the agent may see, newest first unless asked for in another order."""
    house, now = house_of(request), utc_now()
    after = _position(cursor, sort)

    def work(connection: Connection) -> list[TicketRow]:
        found = wanted.read(connection, house, agent, now)
        return dispatch.search(connection, found, sort, after, limit + 1, now)

    rows = await house.database.read(work)
    items = [shapes.for_reader(shapes.ticket_shape(house.taxonomy, row), agent) for row in rows[:limit]]
    more = rules.cursor(dispatch.position(rows[limit - 1], sort), sort) if len(rows) > limit else None
    return TicketList(items=items, next=more)


@router.get("/counts", response_model=TicketCounts)
async def count_tickets(request: Request, agent: Caller, wanted: Wanted) -> TicketCounts:
    """How many tickets of each status a filter finds, and how many of the open ones are overdue."""
    house, now = house_of(request), utc_now()

    def work(connection: Connection) -> TicketCounts:
        counts, late = board.counted(connection, wanted.read(connection, house, agent, now), now)
        return TicketCounts(counts=counts, overdue=late)

    return await house.database.read(work)


@router.get("/choices", response_model=TicketChoices)
async def choices(request: Request, agent: Worker) -> TicketChoices:
    """What tickets can be narrowed to, given to, and solved with."""
    house, now = house_of(request), utc_now()
    return await house.database.read(lambda c: board.choices(c, house, agent, now))


@router.post("/bulk", response_model=BulkAnswer)
async def bulk(body: BulkRequest, request: Request, agent: Worker) -> BulkAnswer:
    """One action for up to 100 tickets, one after another: what cannot be done to one leaves the others done.

    `assign`, `unassign` and `priority` need the right to all tickets.
    """
    house, now = house_of(request), utc_now()
    house.limits.require(house.limits.customer, f"bulk:{agent.id}")
    ordered = await house.database.read(lambda c: board.order(c, house, agent, body))
    items = [await board.carry_out(house, agent, ordered, number, now) for number in dict.fromkeys(body.numbers)]
    house.outbox.wake()
    return BulkAnswer(items=items, done=sum(item.done for item in items))


def _position(cursor: str | None, sort: Sort) -> Position | None:
    if cursor is None:
        return None
    try:
        return rules.read_cursor(cursor, sort)
    except ValueError:
        raise ApiError(422, "bad_cursor", "翻页位置无效，请从第一页重新查看") from None
