"""Tickets as agents and handlers see them: gathered from the ticket, its events, its parties and its people."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Mapping, Sequence, TypeVar

from sqlalchemy import Connection

from contracts.errors import NotFound
from contracts.progress import progress_steps, title_of
from contracts.taxonomy import Taxonomy
from contracts.tickets import STATUS_TITLES
from service.agents import service as agents
from service.agents.rules import Permission, may
from service.agents.service import AgentRow
from service.channels.tickets.schemas import (
    EventShape,
    FileShape,
    PartyShape,
    PersonShape,
    ProposalShape,
    RulingShape,
    TicketDetail,
    TicketShape,
)
from service.conversations import service as conversations
from service.errors import ApiError
from service.privacy import mask, mask_id
from service.tickets import service as tickets
from service.tickets.customer import rules as customer_rules
from service.tickets.desk import rules as desk_rules
from service.tickets.parties import service as parties
from service.tickets.relations import service as relations
from service.tickets.relations.service import ProposalRow
from service.tickets.rules import TRANSITIONS
from service.tickets.service import TicketRow
from service.tickets.sla import service as sla

_OF_CUSTOMER = ("filed", "info", "again", "correction")
_WORDS = ("summary", "details", "resolution", "events", "said", "checked", "demanded", "parties")
"""Where words of customers may stand."""

Seen = TypeVar("Seen", bound=TicketShape)


def ticket_shape(taxonomy: Taxonomy, ticket: TicketRow) -> TicketShape:
    """A ticket in a list."""
    return TicketShape(
        number=ticket.number,
        category=ticket.category,
        title=title_of(taxonomy, ticket.category),
        department=ticket.department,
        department_title=taxonomy.departments[ticket.department],
        working=ticket.working,
        priority=ticket.priority,
        status=ticket.status.value,
        status_title=STATUS_TITLES[ticket.status],
        summary=ticket.summary,
        details=dict(ticket.details),
        order_ids=list(ticket.order_ids),
        customer_id=ticket.customer_id,
        level=ticket.level,
        channel=ticket.channel,
        station_id=ticket.station_id,
        conversation_id=ticket.conversation_id or "",
        created_at=ticket.created_at,
        updated_at=ticket.updated_at,
        first_response_due_at=ticket.first_response_due_at,
        first_response_at=ticket.first_response_at,
        promised_at=ticket.promised_at,
        due_at=ticket.due_at,
        overdue=ticket.is_open and (ticket.breaches > 0 or _unanswered(ticket)),
        breaches=ticket.breaches,
        first_late=ticket.first_breached_at is not None,
        paused=ticket.paused_at is not None,
        paused_left=ticket.paused_left,
        urges=ticket.urges,
        reopened=ticket.reopened,
        escalation=ticket.escalation,
        owner_id=ticket.owner_id,
        assignee_id=ticket.assignee_id,
        parent_number=ticket.parent_number,
        merged_into=ticket.merged_into,
        incident=ticket.conversation_id is None,
        resolution=ticket.resolution,
        root_cause=ticket.root_cause,
        side=ticket.side,
        steps=progress_steps(taxonomy, tickets.view(ticket)),
    )


def _unanswered(ticket: TicketRow) -> bool:
    return ticket.first_breached_at is not None and ticket.first_response_at is None


def ticket_detail(connection: Connection, taxonomy: Taxonomy, ticket: TicketRow, now: datetime) -> TicketDetail:
    """A ticket with all that is known of it."""
    events = tickets.events(connection, ticket.number)
    proposal = relations.proposal_of(connection, ticket.number)
    demanded = ticket.details.get("demand")
    return TicketDetail(
        **ticket_shape(taxonomy, ticket).model_dump(),
        events=[EventShape(kind=e.kind, actor=e.actor, data=dict(e.data), at=e.at) for e in events],
        said=_lines(ticket.details.get("said")) + [str(e.data["note"]) for e in events if _said(e.kind, e.data)],
        checked=_lines(ticket.details.get("checked")),
        demanded=str(demanded) if demanded else None,
        attachments=_files(connection, ticket, [e.data for e in events]),
        owner=_person(connection, ticket.owner_id),
        assignee=_person(connection, ticket.assignee_id),
        parties=_parties(connection, ticket.number),
        rulings=_rulings(connection, ticket.number),
        links=relations.linked(connection, ticket.number),
        children=[c.number for c in tickets.children(connection, ticket.number)],
        proposal=proposal_shape(proposal) if proposal is not None else None,
        why=customer_rules.why(taxonomy, ticket, sla.policy(), now),
        timers=relations.timers_of(connection, ticket.number),
        next_step=desk_rules.next_step(taxonomy, ticket),
        may=sorted(s.value for s in TRANSITIONS[ticket.status]),
    )


def for_reader(shape: Seen, agent: AgentRow) -> Seen:
    """A ticket as this agent may see it: personal data is plain for those alone who may have it revealed."""
    if may(agent.role, Permission.REVEAL):
        return shape
    hidden: dict[str, Any] = {
        name: _masked(value) for name, value in shape.model_dump(include=set(_WORDS)).items() if value is not None
    }
    hidden["customer_id"] = mask_id(shape.customer_id) if shape.customer_id else None
    hidden["conversation_id"] = ""
    return type(shape).model_validate({**shape.model_dump(), **hidden})


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {key: _masked(one) for key, one in value.items()}
    return [_masked(one) for one in value] if isinstance(value, list) else value


def files(connection: Connection, ticket: TicketRow) -> list[FileShape]:
    """Pictures and recordings that belong to a ticket, the customer's and those that handlers took."""
    return _files(connection, ticket, [e.data for e in tickets.events(connection, ticket.number)])


def proposal_shape(row: ProposalRow) -> ProposalShape:
    return ProposalShape(
        id=row.id,
        ticket_number=row.ticket_number,
        title=row.title,
        problem=row.problem,
        solution=row.solution,
        status=row.status,
        actor=row.actor,
        at=row.at,
    )


def visible(agent: AgentRow) -> tuple[list[str] | None, str | None]:
    """Departments and station that bound what an agent sees; None where nothing bounds it.

    Raises:
        ApiError: his role sees no tickets (403).
    """
    if may(agent.role, Permission.TICKETS_ALL):
        return None, None
    if may(agent.role, Permission.TICKETS_DEPARTMENT):
        return [agent.department or ""], None
    if may(agent.role, Permission.TICKETS_STATION):
        return None, agent.station_id or ""
    raise ApiError(403, "forbidden", "您的角色没有这项权限，请联系主管")


def require(connection: Connection, number: str, agent: AgentRow) -> TicketRow:
    """The ticket, if this agent may see it; otherwise it does not exist for him.

    Raises:
        NotFound: see above.
    """
    departments, station_id = visible(agent)
    row = tickets.ticket(connection, number)
    if row is None or not _in_bounds(row, departments, station_id):
        raise NotFound("没有这张工单，或者它不在您的范围内")
    return row


def _in_bounds(row: TicketRow, departments: Sequence[str] | None, station_id: str | None) -> bool:
    if departments is not None:
        return row.department in departments or row.working in departments
    return station_id is None or row.station_id == station_id


def _said(kind: str, data: Mapping[str, Any]) -> bool:
    return kind in _OF_CUSTOMER and bool(data.get("note"))


def _lines(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value] if value else []
    return [str(v) for v in value] if isinstance(value, list | tuple) else []


def _files(connection: Connection, ticket: TicketRow, data: Sequence[Mapping[str, Any]]) -> list[FileShape]:
    ids = list(ticket.details.get("attachments") or ())
    for one in data:
        ids += one.get("attachments") or ()
    unique = list(dict.fromkeys(str(i) for i in ids))
    if not unique or ticket.conversation_id is None:
        return []
    known = conversations.attachments_in(connection, ticket.conversation_id, unique)
    return [FileShape(id=i, media_type=known.get(i)) for i in unique]


def _person(connection: Connection, agent_id: int | None) -> PersonShape | None:
    found = agents.agent(connection, agent_id) if agent_id is not None else None
    if found is None:
        return None
    return PersonShape(id=found.id, username=found.username, number=found.number, department=found.department)


def _parties(connection: Connection, number: str) -> list[PartyShape]:
    return [
        PartyShape(
            party=p.party,
            party_title=parties.PARTIES[p.party],
            name=p.name,
            question=p.question,
            asked_at=p.asked_at,
            due_at=p.due_at,
            statement=p.statement,
            stated_at=p.stated_at,
        )
        for p in parties.parties(connection, number)
    ]


def _rulings(connection: Connection, number: str) -> list[RulingShape]:
    return [
        RulingShape(
            kind=r.kind,
            side=r.side,
            side_title=parties.SIDES.get(r.side, r.side),
            cause=r.cause,
            amount=r.amount,
            unit=r.unit,
            words=r.words,
            actor=r.actor,
            at=r.at,
        )
        for r in parties.rulings(connection, number)
    ]
