"""Agents among themselves: presence, accounts and shifts, notes, canned replies, search, ratings, the wall."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from contracts.errors import NotFound, PlatformUnavailable
from service.access import allowed, current_agent, current_session
from service.agents import service as agents
from service.agents.rules import Permission, Presence, Role
from service.agents.service import AccountError, AgentRow
from service.channels.console import service as console
from service.channels.console.schemas import AgentShape, StateAnswer
from service.channels.people import service as people
from service.channels.people.schemas import (
    AccountChange,
    AccountList,
    AccountRequest,
    CallerAnswer,
    CannedList,
    CannedRequest,
    FoundList,
    FoundShape,
    ImprovementRequest,
    InternalNoteList,
    InternalNoteRequest,
    InternalNoteShape,
    PresenceRequest,
    RatingList,
    RatingRequest,
    RatingShape,
    SuggestionList,
)
from service.clock import utc_now
from service.conversations import service as conversations
from service.customers.service import Session
from service.errors import ApiError
from service.handoff import service as handoff
from service.house import house_of
from service.notes import service as notes
from service.privacy import mask, mask_name
from service.ratings import service as ratings
from service.replies import service as replies
from service.search import service as search

router = APIRouter(prefix="/api/v1", tags=["people"])

Caller = Annotated[AgentRow, Depends(current_agent)]
Talker = Annotated[AgentRow, Depends(allowed(Permission.CONVERSATIONS))]
Supervisor = Annotated[AgentRow, Depends(allowed(Permission.SUPERVISE))]
Administrator = Annotated[AgentRow, Depends(allowed(Permission.AGENTS))]
SessionOf = Annotated[Session, Depends(current_session)]


@router.put("/agents/me/presence", response_model=AgentShape)
async def set_presence(body: PresenceRequest, request: Request, agent: Talker) -> AgentShape:
    """Say whether conversations are welcome (`online`), whether the service may give some by itself (`automatic`)."""
    house = house_of(request)
    presence = Presence(body.presence)
    await house.database.write(lambda c: agents.set_presence(c, agent, presence, utc_now(), automatic=body.automatic))
    house.outbox.wake()
    found = await house.database.read(lambda c: agents.agent(c, agent.id))
    assert found is not None
    return console.agent_shape(found)


@router.get("/agents", response_model=AccountList)
async def list_agents(request: Request, _agent: Supervisor) -> AccountList:
    """Every account with its load, presence and shifts."""
    house = house_of(request)
    return await house.database.read(lambda c: people.accounts(house, c, utc_now()))


@router.post("/agents", response_model=AgentShape, status_code=201)
async def add_agent(body: AccountRequest, request: Request, admin: Administrator) -> AgentShape:
    """Make an account."""
    house = house_of(request)
    if body.department is not None and body.department not in house.taxonomy.departments:
        raise ApiError(422, "unknown_department", "没有这个部门，请重新选择")
    try:
        await house.database.write(
            lambda c: agents.add(
                c,
                body.username,
                body.password,
                Role(body.role),
                utc_now(),
                department=body.department,
                station_id=body.station_id,
            )
        )
    except AccountError as error:
        raise ApiError(422, "bad_account", _account_words(body, error)) from error
    found = await house.database.read(lambda c: agents.credentials(c, body.username))
    assert found is not None
    await house.database.write(
        lambda c: agents.audit(c, admin.username, "agent.add", body.username, {"role": body.role}, utc_now())
    )
    return console.agent_shape(found[0])


def _account_words(body: AccountRequest, error: AccountError) -> str:
    if "taken" in str(error):
        return f"用户名“{body.username}”已被使用，请换一个"
    if body.role == "handler" and not body.department:
        return "处理人员要选择部门"
    if body.role == "station" and not body.station_id:
        return "油站人员要填写油站编号"
    return "账号信息不完整，请检查后再提交"


@router.patch("/agents/{agent_id}", response_model=AgentShape)
async def change_agent(agent_id: int, body: AccountChange, request: Request, actor: Supervisor) -> AgentShape:
    """Change skills, capacity, shifts; closing an account ends its sessions and needs an administrator."""
    if body.active is not None and actor.role is not Role.ADMIN:
        raise ApiError(403, "forbidden", "停用或启用账号需要管理员")
    if body.active is False and actor.id == agent_id:
        raise ApiError(422, "bad_account", "不能停用自己的账号")
    shifts = None if body.shifts is None else [(s.weekday, s.start_minute, s.end_minute) for s in body.shifts]
    try:
        changed = await house_of(request).database.write(
            lambda c: agents.change(
                c,
                agent_id,
                actor.username,
                utc_now(),
                skills=body.skills,
                capacity=body.capacity,
                active=body.active,
                automatic=body.automatic,
                shifts=shifts,
            )
        )
    except AccountError as error:
        raise ApiError(422, "bad_account", str(error)) from error
    return console.agent_shape(changed)


@router.post("/conversations/{conversation_id}/takeover", response_model=StateAnswer)
async def take_over(conversation_id: str, request: Request, agent: Supervisor) -> StateAnswer:
    """Take a conversation from whoever has it."""
    house = house_of(request)
    row = await house.database.write(lambda c: handoff.take_over(c, conversation_id, agent, utc_now()))
    await house.database.write(
        lambda c: agents.audit(c, agent.username, "conversation.takeover", conversation_id, {}, utc_now())
    )
    house.outbox.wake()
    return StateAnswer(state=row.owner.value, epoch=row.epoch)


@router.get("/conversations/{conversation_id}/notes", response_model=InternalNoteList)
async def list_notes(conversation_id: str, request: Request, _agent: Talker) -> InternalNoteList:
    """Internal notes, oldest first; customers never see them."""
    rows = await house_of(request).database.read(lambda c: notes.notes_of(c, conversation_id))
    return InternalNoteList(items=[InternalNoteShape.model_validate(row, from_attributes=True) for row in rows])


@router.post("/conversations/{conversation_id}/notes", response_model=InternalNoteList, status_code=201)
async def add_note(
    conversation_id: str, body: InternalNoteRequest, request: Request, agent: Talker
) -> InternalNoteList:
    """Leave a note; `@name` mentions a colleague, who is told. A whisper needs a supervisor."""
    if body.whisper and agent.role not in (Role.SUPERVISOR, Role.ADMIN):
        raise ApiError(403, "forbidden", "悄悄话由主管发送")
    house = house_of(request)
    await house.database.write(
        lambda c: notes.add(c, conversation_id, agent, body.text, utc_now(), whisper=body.whisper)
    )
    house.outbox.wake()
    return await list_notes(conversation_id, request, agent)


@router.get("/conversations/{conversation_id}/suggestions", response_model=SuggestionList)
async def suggestions(conversation_id: str, request: Request, agent: Talker) -> SuggestionList:
    """Replies from the knowledge base for the customer's newest message."""
    return await people.suggestions(house_of(request), conversation_id, agent, utc_now())


@router.get("/canned", response_model=CannedList)
async def list_canned(
    request: Request,
    agent: Talker,
    q: Annotated[str, Query(max_length=60)] = "",
    conversation_id: Annotated[str | None, Query(max_length=32)] = None,
) -> CannedList:
    """Canned replies by shortcut, title or sound, filled in for a conversation."""
    return await people.canned(house_of(request), q, conversation_id, agent, utc_now())


@router.post("/canned", response_model=CannedList, status_code=201)
async def add_canned(body: CannedRequest, request: Request, agent: Supervisor) -> CannedList:
    """Keep a new canned reply."""
    return await _save_canned(None, body, request, agent)


@router.put("/canned/{reply_id}", response_model=CannedList)
async def change_canned(reply_id: int, body: CannedRequest, request: Request, agent: Supervisor) -> CannedList:
    """Change a canned reply."""
    return await _save_canned(reply_id, body, request, agent)


async def _save_canned(reply_id: int | None, body: CannedRequest, request: Request, agent: AgentRow) -> CannedList:
    house = house_of(request)
    await house.database.write(
        lambda c: replies.save(
            c, reply_id, body.shortcut, body.title, body.category, body.text, agent.username, utc_now()
        )
    )
    return await people.canned(house, "", None, agent, utc_now())


@router.delete("/canned/{reply_id}", status_code=204)
async def remove_canned(reply_id: int, request: Request, agent: Supervisor) -> None:
    """Take a canned reply away."""
    await house_of(request).database.write(lambda c: replies.remove(c, reply_id, agent.username, utc_now()))


@router.get("/search", response_model=FoundList)
async def find(
    request: Request,
    agent: Talker,
    q: Annotated[str, Query(min_length=1, max_length=80)],
    limit: Annotated[int, Query(ge=1, le=100)] = 30,
) -> FoundList:
    """Messages and tickets by any part of their words, by pinyin or its initials; masked, and audited."""
    house = house_of(request)
    rows = await house.database.read(lambda c: search.find(c, q, limit))
    await house.database.write(
        lambda c: agents.audit(c, agent.username, "search", mask(q), {"found": len(rows)}, utc_now())
    )
    return FoundList(
        items=[
            FoundShape(kind=r.kind, ref=r.ref, conversation_id=r.conversation_id, text=mask(r.text)[:200], at=r.at)
            for r in rows
        ]
    )


@router.get("/customers/by-phone", response_model=CallerAnswer)
async def by_phone(
    request: Request, agent: Talker, phone: Annotated[str, Query(pattern=r"^1[3-9]\d{9}$")]
) -> CallerAnswer:
    """Who calls from this number, for the note of a phone call; audited."""
    house = house_of(request)
    await house.database.write(
        lambda c: agents.audit(c, agent.username, "customer.by_phone", mask(phone), {}, utc_now())
    )
    customer_id = await house.platform.customer_of_phone(phone)
    if customer_id is None:
        raise NotFound("没有用这个手机号的客户")
    try:
        customer = await house.platform.customer(customer_id)
    except PlatformUnavailable:
        raise ApiError(503, "platform_down", "平台暂时连不上，请稍后再查") from None
    talk = await house.database.read(lambda c: conversations.conversation_of_customer(c, customer_id))
    return CallerAnswer(
        customer_id=customer_id,
        name=mask_name(customer.name),
        level=customer.level,
        conversation_id=talk.id if talk is not None else None,
    )


@router.get("/ratings", response_model=RatingList)
async def list_ratings(request: Request, _agent: Supervisor, tasks: bool = False) -> RatingList:
    """What customers said of the service; `tasks=true`: bad ratings that nobody has looked into."""

    house = house_of(request)
    rows = await house.database.read(lambda c: ratings.rated(c, only_tasks=tasks, limit=100))
    names = {a.id: a.username for a in await house.database.read(agents.all_agents)}
    return RatingList(items=[people.rating_shape(row, names) for row in rows])


@router.post("/ratings/{rating_id}/improve", response_model=RatingShape)
async def improve(rating_id: int, body: ImprovementRequest, request: Request, agent: Supervisor) -> RatingShape:
    """Close the task of a bad rating with what came of it."""
    house = house_of(request)
    row = await house.database.write(
        lambda c: ratings.improve(c, rating_id, agent.username, body.improvement, utc_now())
    )
    names = {a.id: a.username for a in await house.database.read(agents.all_agents)}
    return people.rating_shape(row, names)


@router.post("/widget/ratings", status_code=204)
async def rate(body: RatingRequest, request: Request, session: SessionOf) -> None:
    """The customer's marks for the person who served him; once."""
    house = house_of(request)
    marks = {"attitude": body.attitude, "speed": body.speed, "solution": body.solution}
    await house.database.write(
        lambda c: ratings.rate(c, session.conversation_id, body.handoff_id, marks, body.words, utc_now())
    )
    house.outbox.wake()
