"""What rings right now: the socket's alarms are hints, this is the truth for a console that was opened later."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection

from contracts.progress import title_of
from service.access import allowed
from service.agents.rules import Permission, may
from service.agents.service import AgentRow
from service.channels.alarms.schemas import AlarmsAnswer, ConversationAlarm, TicketAlarm
from service.channels.tickets import service as shapes
from service.handoff import service as handoff
from service.house import house_of
from service.tickets import service as tickets

router = APIRouter(prefix="/api/v1/alarms", tags=["alarms"])

Worker = Annotated[AgentRow, Depends(allowed(Permission.TICKETS_WORK))]


@router.get("", response_model=AlarmsAnswer)
async def alarms(request: Request, agent: Worker) -> AlarmsAnswer:
    """P0 tickets and customers that nobody took in time.

    Supervisors are told of all, departments and stations of their tickets, agents of none: they have the queue.
    """
    house = house_of(request)
    supervises = may(agent.role, Permission.SUPERVISE)
    if may(agent.role, Permission.TICKETS_ALL) and not supervises:
        return AlarmsAnswer(tickets=[], conversations=[])
    departments, station_id = shapes.visible(agent)

    def work(connection: Connection) -> AlarmsAnswer:
        rung = tickets.rung(connection, departments, station_id)
        waiting = handoff.waiting(connection) if supervises else []
        return AlarmsAnswer(
            tickets=[
                TicketAlarm(
                    number=row.number,
                    title=title_of(house.taxonomy, row.category),
                    department=row.working,
                    department_title=house.taxonomy.departments[row.working],
                    since=row.offered_at or row.created_at,
                    due_at=row.due_at,
                )
                for row in rung
            ],
            conversations=[
                ConversationAlarm(conversation_id=row.conversation_id, reason=row.reason, since=row.queued_at)
                for row in waiting
                if row.rung_at is not None
            ],
        )

    return await house.database.read(work)
