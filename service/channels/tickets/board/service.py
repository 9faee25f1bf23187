"""The tickets page: what can be chosen, what a list is narrowed to, and one action for many tickets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Query
from sqlalchemy import Connection

from contracts.errors import NotFound
from contracts.taxonomy import Taxonomy
from contracts.tickets import OPEN_STATUSES, TicketStatus
from service.agents import service as agents
from service.agents.rules import Permission, may
from service.agents.service import AgentRow
from service.channels.tickets import service as shapes
from service.channels.tickets.board import rules
from service.channels.tickets.board.schemas import (
    BulkItem,
    BulkRequest,
    CategoryChoice,
    ChoiceShape,
    ColleagueChoice,
    PriorityChoice,
    TicketChoices,
)
from service.channels.tickets.schemas import RootCauseShape
from service.errors import ApiError
from service.house import House
from service.policies import service as policies
from service.search import service as search
from service.tickets.desk import service as desk
from service.tickets.dispatch import service as dispatch
from service.tickets.dispatch.service import DeskFilter
from service.tickets.parties import service as parties
from service.tickets.rules import TRANSITIONS
from service.tickets.service import Filter, TicketRow, WrongStatus

OPEN = "open"
SOON = timedelta(hours=1)
_MOST_SOUNDING = 500
_SHARES_OUT = frozenset({"assign", "unassign", "priority"})


def _csv(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def choices(connection: Connection, house: House, agent: AgentRow, now: datetime) -> TicketChoices:
    """What this agent can choose from."""
    taxonomy = house.taxonomy
    departments, station_id = shapes.visible(agent)
    bounds = Filter(departments=departments, station_id=station_id)
    return TicketChoices(
        departments=[ChoiceShape(id=i, title=t) for i, t in taxonomy.departments.items()],
        categories=_categories(taxonomy),
        priorities=[
            PriorityChoice(id=p.id, title=p.label, first_response=p.first_response, resolve=p.resolve)
            for p in taxonomy.priorities.values()
        ],
        colleagues=[
            ColleagueChoice(
                id=row.id,
                username=row.username,
                number=row.number,
                department=row.department,
                role=row.role.value,
                station_id=row.station_id,
                active=row.active,
            )
            for row in agents.all_agents(connection)
            if may(row.role, Permission.TICKETS_WORK)
        ],
        stations=dispatch.stations(connection, bounds, now),
        root_causes=[
            RootCauseShape(id=r.id, title=r.title, kind=r.kind, side=r.side) for r in policies.root_causes(connection)
        ],
        sides=[ChoiceShape(id=i, title=t) for i, t in parties.SIDES.items()],
        moves={status.value: sorted(s.value for s in targets) for status, targets in TRANSITIONS.items()},
        questions={group: list(texts) for group, texts in rules.QUESTIONS.items()},
        soon_minutes=int(SOON.total_seconds() // 60),
    )


def _categories(taxonomy: Taxonomy) -> list[CategoryChoice]:
    return [
        CategoryChoice(
            id=spec.id,
            title=spec.title,
            means=spec.means,
            group=spec.group,
            department=spec.department,
            priority=spec.priority or "P2",
            steps=list(taxonomy.steps.get(spec.id, (spec.department,))),
            sounds=rules.sounds(spec.title),
        )
        for spec in taxonomy.intents.values()
        if spec.department is not None
    ]


class Filters:
    """What a list is narrowed to, as it is asked for."""

    def __init__(
        self,
        customer_id: Annotated[str | None, Query(max_length=64)] = None,
        status: Annotated[str | None, Query(max_length=200, description="statuses with commas, or `open`")] = None,
        department: Annotated[str | None, Query(max_length=16, description="owns it or has its step")] = None,
        category: Annotated[str | None, Query(max_length=1000, description="categories with commas")] = None,
        priority: Annotated[str | None, Query(max_length=20, description="priorities with commas")] = None,
        level: Annotated[str | None, Query(max_length=60, description="customers' levels with commas")] = None,
        owner: Annotated[str | None, Query(max_length=64, description="`me`, `none`, or a user name")] = None,
        station: Annotated[str | None, Query(max_length=64)] = None,
        overdue: Annotated[bool, Query(description="open, and a promise was broken")] = False,
        soon: Annotated[bool, Query(description="open, running, and due within the hour")] = False,
        parent: Annotated[str | None, Query(max_length=16, description="tickets of this mass incident")] = None,
        since: Annotated[datetime | None, Query(description="filed at or after, with zone")] = None,
        until: Annotated[datetime | None, Query(description="filed before, with zone")] = None,
        numbers: Annotated[str | None, Query(max_length=2000, description="among these alone, with commas")] = None,
        q: Annotated[str | None, Query(max_length=100, description="in the ticket's words, or sounding so")] = None,
    ) -> None:
        self.customer_id, self.status, self.department, self.priority = customer_id, status, department, priority
        self.category, self.level, self.station, self.soon = category, level, station, soon
        self.owner, self.overdue, self.parent, self.text = owner, overdue, parent, (q or "").strip()
        self.since, self.until, self.numbers = since, until, numbers

    def read(self, connection: Connection, house: House, agent: AgentRow, now: datetime) -> DeskFilter:
        """The filter within what this agent may see.

        Raises:
            ApiError: something that does not exist was asked for (422), or he sees no tickets (403).
        """
        departments, station_id = shapes.visible(agent)
        if self.department is not None and self.department not in house.taxonomy.departments:
            raise ApiError(422, "unknown_department", "没有这个部门，请重新选择")
        priorities = _csv((self.priority or "").upper())
        unknown = [p for p in priorities if p not in house.taxonomy.priorities]
        if unknown:
            raise ApiError(422, "unknown_priority", f"没有这种优先级：{'、'.join(unknown)}")
        if any(moment is not None and moment.tzinfo is None for moment in (self.since, self.until)):
            raise ApiError(422, "no_zone", "时间要带时区")
        if station_id is not None and self.station not in (None, station_id):
            raise ApiError(403, "forbidden", "只能查看本站的工单")
        base = Filter(
            customer_id=self.customer_id,
            statuses=_statuses(self.status),
            departments=departments,
            station_id=station_id if station_id is not None else self.station,
            department=self.department,
            priorities=priorities,
            person=self._person(connection, agent),
            unassigned=self.owner == "none",
            overdue=self.overdue,
            parent_number=self.parent,
        )
        return DeskFilter(
            base=base,
            numbers=_csv(self.numbers) if self.numbers is not None else None,
            categories=_csv(self.category),
            levels=_csv(self.level),
            words=self.text or None,
            sounding=search.tickets_with(connection, self.text, _MOST_SOUNDING) if self.text else (),
            about=rules.called(house.taxonomy, self.text),
            due_after=now if self.soon else None,
            due_before=now + SOON if self.soon else None,
            since=self.since,
            until=self.until,
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


def _statuses(status: str | None) -> list[str]:
    if not status:
        return []
    if status == OPEN:
        return [s.value for s in OPEN_STATUSES]
    asked = _csv(status)
    unknown = [s for s in asked if s not in {t.value for t in TicketStatus}]
    if unknown:
        raise ApiError(422, "unknown_status", f"没有这种工单状态：{'、'.join(unknown)}")
    return asked


@dataclass(frozen=True)
class Order:
    """An action for many tickets, checked. `to`: who gets them."""

    wanted: BulkRequest
    to: AgentRow | None = None


def order(connection: Connection, house: House, agent: AgentRow, wanted: BulkRequest) -> Order:
    """Check what does not depend on the single ticket.

    Raises:
        ApiError: he may not share out work (403), or what the action needs is missing or does not exist (422).
    """
    if wanted.action in _SHARES_OUT and not may(agent.role, Permission.TICKETS_ALL):
        raise ApiError(403, "forbidden", "分派和改优先级需要客服或主管权限，请联系主管")
    if wanted.action == "note" and not wanted.note.strip():
        raise ApiError(422, "no_note", "请写下备注内容")
    if wanted.action == "priority" and wanted.priority is None:
        raise ApiError(422, "no_priority", "请选择优先级")
    if wanted.department is not None and wanted.department not in house.taxonomy.departments:
        raise ApiError(422, "unknown_department", "没有这个部门，请重新选择")
    if wanted.action != "assign":
        return Order(wanted)
    found = agents.credentials(connection, wanted.username or "")
    if found is None or not may(found[0].role, Permission.TICKETS_WORK):
        raise ApiError(422, "unknown_agent", "没有这个账号，或者他不能处理工单")
    return Order(wanted, found[0])


async def carry_out(house: House, agent: AgentRow, ordered: Order, number: str, now: datetime) -> BulkItem:
    """Do it to one ticket, in a unit of work of its own, with its line of the audit log."""

    def unit(connection: Connection) -> BulkItem:
        before = shapes.require(connection, number, agent)
        worker = agents.agent(connection, before.assignee_id) if before.assignee_id is not None else None
        row = _act(connection, agent, ordered, number, now)
        wanted = ordered.wanted
        data = wanted.model_dump(include={"username", "department", "priority"}, exclude_none=True)
        agents.audit(connection, agent.username, f"ticket.{wanted.action}", number, {**data, "bulk": True}, now)
        return BulkItem(
            number=number,
            done=True,
            assignee=worker.username if worker is not None else None,
            priority=before.priority,
            ticket=shapes.for_reader(shapes.ticket_shape(house.taxonomy, row), agent),
        )

    try:
        return await house.database.write(unit)
    except (NotFound, WrongStatus) as error:
        return BulkItem(number=number, done=False, problem=str(error))


def _act(connection: Connection, agent: AgentRow, ordered: Order, number: str, now: datetime) -> TicketRow:
    wanted, to = ordered.wanted, ordered.to
    if to is not None:
        try:
            shapes.require(connection, number, to)
        except NotFound:
            raise NotFound(f"这张工单不在 {to.username} 的部门或油站范围内，请换一位同事") from None
        return desk.assign(connection, number, agent, to, wanted.note, now)
    if wanted.action == "unassign":
        return dispatch.unassign(connection, number, agent, wanted.note, now)
    if wanted.action == "priority":
        assert wanted.priority is not None
        return dispatch.set_priority(connection, number, agent, wanted.priority, wanted.note, now)
    if wanted.action == "pass":
        return desk.pass_on(connection, number, agent, wanted.department, wanted.note, now)
    if wanted.action == "note":
        return desk.note(connection, number, agent, wanted.note, now)
    return desk.accept(connection, number, agent, now)


def counted(connection: Connection, wanted: DeskFilter, now: datetime) -> tuple[dict[str, int], int]:
    """How many tickets of each status there are, and how many of the open ones are overdue."""
    return dispatch.counts(connection, wanted, now), dispatch.count(connection, wanted.late(), now)
