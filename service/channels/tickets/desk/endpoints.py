"""What handlers do with a ticket: take, assign, ask, answer, pass on, note, solve, merge, link, propose."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Callable

from fastapi import APIRouter, Depends, Header, Query, Request
from sqlalchemy import Connection

from contracts.policy import RootCause
from service.access import allowed
from service.agents import service as agents
from service.agents.rules import Permission, may
from service.agents.service import AgentRow
from service.channels.tickets import service as shapes
from service.channels.tickets.schemas import (
    AssignRequest,
    DeskTicketRequest,
    IncidentList,
    IncidentShape,
    NumberRequest,
    PassRequest,
    ProposalList,
    ProposalRequest,
    ProposalShape,
    RootCauseList,
    RootCauseShape,
    SettleRequest,
    SolveRequest,
    TextRequest,
    TicketDetail,
)
from service.clock import utc_now
from service.conversations import service as conversations
from service.conversations.service import ConversationRow
from service.errors import ApiError
from service.house import house_of
from service.policies import service as policies
from service.tickets import service as tickets
from service.tickets.desk import service as desk
from service.tickets.incidents import service as incidents
from service.tickets.parties import service as parties
from service.tickets.relations import service as relations

router = APIRouter(prefix="/api/v1/tickets", tags=["tickets"])

PAGE = 100

Worker = Annotated[AgentRow, Depends(allowed(Permission.TICKETS_WORK))]
Dispatcher = Annotated[AgentRow, Depends(allowed(Permission.TICKETS_ALL))]
Reader = Annotated[AgentRow, Depends(allowed(Permission.KNOWLEDGE_READ))]
Editor = Annotated[AgentRow, Depends(allowed(Permission.KNOWLEDGE_EDIT))]

IdempotencyKey = Annotated[str, Header(alias="Idempotency-Key", min_length=1, max_length=64, pattern=r"^[\w.:-]+$")]

Work = Callable[[Connection, datetime], Any]


async def worked(request: Request, agent: AgentRow, number: str, action: str, work: Work, **data: Any) -> TicketDetail:
    """Do something with a ticket that the agent may see; audited, and answered with the ticket as it is then."""
    house, now = house_of(request), utc_now()

    def unit(connection: Connection) -> TicketDetail:
        shapes.require(connection, number, agent)
        work(connection, now)
        agents.audit(connection, agent.username, f"ticket.{action}", number, data, now)
        row = tickets.ticket(connection, number)
        assert row is not None
        return shapes.for_reader(shapes.ticket_detail(connection, house.taxonomy, row, now), agent)

    detail = await house.database.write(unit)
    house.outbox.wake()
    return detail


def root_cause(connection: Connection, cause_id: str) -> RootCause:
    """The root cause with this id.

    Raises:
        ApiError: there is none (422).
    """
    found = next((c for c in policies.root_causes(connection) if c.id == cause_id), None)
    if found is None:
        raise ApiError(422, "unknown_root_cause", "没有这种根本原因，请重新选择")
    return found


@router.post("", response_model=TicketDetail)
async def file_ticket(
    body: DeskTicketRequest, request: Request, agent: Dispatcher, idempotency_key: IdempotencyKey
) -> TicketDetail:
    """File a ticket for a customer; he hears of it at once. The same `Idempotency-Key` again is the same ticket.

    409 when he has an open one of this category and `anyway` is not set.
    """
    house, now = house_of(request), utc_now()
    spec = house.taxonomy.intents.get(body.category)
    if spec is None or spec.department is None:
        raise ApiError(422, "unknown_category", "这类问题不能提交工单，请重新选择")
    wanted = desk.DeskTicket(**body.model_dump(exclude={"conversation_id", "customer_id"}))
    if body.customer_id is not None:
        await house.platform.customer(body.customer_id)
    conversation = await house.database.write(lambda c: _conversation(c, body, now))
    known = await tickets.circumstances_of(
        house.platform, conversation.customer_id, body.order_ids, {"said": body.said}
    )

    def work(connection: Connection) -> TicketDetail:
        held = conversations.require(connection, conversation.id, lock=True)
        row = desk.file(connection, held, agent, wanted, idempotency_key, now, known)
        agents.audit(connection, agent.username, "ticket.file", row.number, {"category": row.category}, now)
        return shapes.ticket_detail(connection, house.taxonomy, row, now)

    detail = await house.database.write(work)
    house.outbox.wake()
    return detail


def _conversation(connection: Connection, body: DeskTicketRequest, now: datetime) -> ConversationRow:
    if body.conversation_id is not None:
        return conversations.require(connection, body.conversation_id)
    if body.customer_id is None:
        raise ApiError(422, "no_customer", "请选择是哪一位客户的工单")
    return conversations.open_conversation(connection, "widget", body.customer_id, None, now)


@router.get("/root-causes", response_model=RootCauseList)
async def list_root_causes(request: Request, _agent: Worker) -> RootCauseList:
    """What a ticket may be solved with, and whose side each cause is on."""
    rows = await house_of(request).database.read(policies.root_causes)
    return RootCauseList(items=[RootCauseShape(id=r.id, title=r.title, kind=r.kind, side=r.side) for r in rows])


@router.get("/incidents", response_model=IncidentList)
async def list_incidents(request: Request, _agent: Worker) -> IncidentList:
    """Mass incidents that are going on, newest first."""
    house = house_of(request)

    def work(connection: Connection) -> list[IncidentShape]:
        return [_incident(connection, row) for row in incidents.all_live(connection)]

    return IncidentList(items=await house.database.read(work))


@router.get("/proposals", response_model=ProposalList)
async def list_proposals(
    request: Request,
    _agent: Reader,
    status: Annotated[str, Query(pattern="^(proposed|taken|refused|all)$")] = "proposed",
) -> ProposalList:
    """Solved tickets that were proposed as articles, newest first."""
    statuses = [] if status == "all" else [status]
    rows = await house_of(request).database.read(lambda c: relations.proposals(c, statuses, PAGE))
    return ProposalList(items=[shapes.proposal_shape(row) for row in rows])


@router.post("/proposals/{proposal_id}", response_model=ProposalShape)
async def settle_proposal(proposal_id: int, body: SettleRequest, request: Request, agent: Editor) -> ProposalShape:
    """An editor takes a proposal over, or refuses it; 409 when that was done before."""

    def work(connection: Connection) -> ProposalShape:
        row = relations.settle(connection, proposal_id, body.status)
        agents.audit(connection, agent.username, f"proposal.{body.status}", str(proposal_id), {}, utc_now())
        return shapes.proposal_shape(row)

    return await house_of(request).database.write(work)


@router.post("/{number}/accept", response_model=TicketDetail)
async def accept(number: str, request: Request, agent: Worker) -> TicketDetail:
    """Take the ticket; 409 when somebody else works on it. The first to take it answers for it to the end."""
    return await worked(request, agent, number, "accept", lambda c, now: desk.accept(c, number, agent, now))


@router.post("/{number}/assign", response_model=TicketDetail)
async def assign(number: str, body: AssignRequest, request: Request, agent: Dispatcher) -> TicketDetail:
    """Give the ticket to somebody who may work on it. Handlers and stations only take tickets, they do not give."""

    def work(connection: Connection, now: datetime) -> None:
        found = agents.credentials(connection, body.username)
        if found is None or not may(found[0].role, Permission.TICKETS_WORK):
            raise ApiError(422, "unknown_agent", "没有这个账号，或者他不能处理工单")
        shapes.require(connection, number, found[0])
        desk.assign(connection, number, agent, found[0], body.note, now)

    return await worked(request, agent, number, "assign", work, to=body.username)


@router.post("/{number}/ask", response_model=TicketDetail)
async def ask(number: str, body: TextRequest, request: Request, agent: Worker) -> TicketDetail:
    """Ask the customer for something; the clock stands still until he answers."""
    return await worked(request, agent, number, "ask", lambda c, now: desk.ask(c, number, agent, body.text, now))


@router.post("/{number}/answer", response_model=TicketDetail)
async def answer(number: str, body: TextRequest, request: Request, agent: Worker) -> TicketDetail:
    """Write to the customer about his ticket, in the channel he uses."""
    return await worked(request, agent, number, "answer", lambda c, now: desk.answer(c, number, agent, body.text, now))


@router.post("/{number}/pass", response_model=TicketDetail)
async def pass_on(number: str, body: PassRequest, request: Request, agent: Worker) -> TicketDetail:
    """On to the next department, with a note for it."""
    if body.department is not None and body.department not in house_of(request).taxonomy.departments:
        raise ApiError(422, "unknown_department", "没有这个部门，请重新选择")
    return await worked(
        request,
        agent,
        number,
        "pass",
        lambda c, now: desk.pass_on(c, number, agent, body.department, body.note, now),
        to=body.department,
    )


@router.post("/{number}/notes", response_model=TicketDetail)
async def add_note(number: str, body: TextRequest, request: Request, agent: Worker) -> TicketDetail:
    """A note for colleagues; the customer does not see it."""
    return await worked(request, agent, number, "note", lambda c, now: desk.note(c, number, agent, body.text, now))


@router.post("/{number}/solve", response_model=TicketDetail)
async def solve(number: str, body: SolveRequest, request: Request, agent: Worker) -> TicketDetail:
    """Solve the ticket with its root cause and the side that answers for it; the customer is asked to confirm."""
    if body.side is not None and body.side not in (*parties.SIDES, "none"):
        raise ApiError(422, "unknown_side", "没有这种责任方，请重新选择")

    def work(connection: Connection, now: datetime) -> None:
        cause = root_cause(connection, body.root_cause)
        desk.solve(connection, number, agent, body.resolution, cause, body.side, now)

    return await worked(request, agent, number, "solve", work, root_cause=body.root_cause)


@router.post("/{number}/merge", response_model=TicketDetail)
async def merge(number: str, body: NumberRequest, request: Request, agent: Worker) -> TicketDetail:
    """Close this duplicate into the customer's ticket `number` of the body; answers with the duplicate."""

    def work(connection: Connection, now: datetime) -> None:
        shapes.require(connection, body.number, agent)
        relations.merge(connection, number, body.number, agent.username, now)

    return await worked(request, agent, number, "merge", work, into=body.number)


@router.post("/{number}/links", response_model=TicketDetail)
async def link(number: str, body: NumberRequest, request: Request, agent: Worker) -> TicketDetail:
    """Link this ticket with another one."""

    def work(connection: Connection, now: datetime) -> None:
        shapes.require(connection, body.number, agent)
        relations.link(connection, number, body.number, agent.username, now)

    return await worked(request, agent, number, "link", work, to=body.number)


@router.post("/{number}/proposal", response_model=TicketDetail)
async def propose(number: str, body: ProposalRequest, request: Request, agent: Worker) -> TicketDetail:
    """Propose what a solved ticket taught as an article."""
    return await worked(
        request,
        agent,
        number,
        "propose",
        lambda c, now: relations.propose(c, number, body.title, body.problem, body.solution, agent.username, now),
    )


def _incident(connection: Connection, row: incidents.IncidentRow) -> IncidentShape:
    ticket = tickets.ticket(connection, row.number)
    assert ticket is not None
    return IncidentShape(
        number=row.number,
        cause=row.cause,
        summary=ticket.summary,
        category=ticket.category,
        department=ticket.department,
        status=ticket.status.value,
        started_at=row.started_at,
        due_at=ticket.due_at,
        tickets=len(tickets.children(connection, row.number)),
    )
