"""The agents' console: log-in, queue, conversations, and the socket that wakes it."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Annotated, Any, Mapping

from fastapi import APIRouter, Depends, Query, Request, WebSocket, WebSocketDisconnect
from pydantic import AwareDatetime
from sqlalchemy import Connection

from contracts.conversation import Owner
from contracts.errors import NotFound
from service.access import agent_of_token, allowed, bearer, current_agent
from service.agents import service as agents
from service.agents.rules import Permission
from service.agents.service import AgentRow
from service.channels.alarms.service import Ear
from service.channels.console import service as console
from service.channels.console.inbox import endpoints as inbox
from service.channels.console.lists import service as lists
from service.channels.console.schemas import (
    AgentShape,
    CloseRequest,
    ConversationList,
    LoginAnswer,
    LoginRequest,
    QueueAnswer,
    SayAnswer,
    SayRequest,
    StateAnswer,
    StoryAnswer,
    TransferRequest,
)
from service.channels.console.talk import endpoints as talk_pages
from service.channels.console.talk import service as talk
from service.channels.console.wrapup import endpoints as wrapup_pages
from service.channels.console.wrapup import service as wrapup
from service.channels.service import channels_of
from service.channels.sockets.service import next_frame, whole_number
from service.clock import utc_now
from service.conversations import service as conversations
from service.delivery.service import AGENTS
from service.errors import ApiError
from service.handoff import service as handoff
from service.house import House, house_of
from service.inbox import service as notices
from service.inbox.service import Kind
from service.reading import service as reading
from service.tickets import service as tickets
from service.wrapups import service as wrapups

log = logging.getLogger(__name__)
router = APIRouter(prefix="/api/v1", tags=["console"])
parts = (talk_pages.router, wrapup_pages.router, inbox.router)

SOCKET_AUTH_SECONDS = 10.0
SEEN_SECONDS = 15.0
"""How often it is written down at most that a console was heard of."""

Caller = Annotated[AgentRow, Depends(current_agent)]
QueueReader = Annotated[AgentRow, Depends(allowed(Permission.QUEUE))]
Talker = Annotated[AgentRow, Depends(allowed(Permission.CONVERSATIONS))]


@router.post("/agents/login", response_model=LoginAnswer)
async def login(body: LoginRequest, request: Request) -> LoginAnswer:
    """Log in with user name and password."""
    house = house_of(request)
    address = request.client.host if request.client is not None else "unknown"
    house.limits.require(house.limits.login, address)
    found = await house.database.read(lambda c: agents.credentials(c, body.username))
    agent = await asyncio.to_thread(agents.check_password, found, body.password)
    if agent is None:
        raise ApiError(401, "bad_login", "用户名或密码不对，请重新输入")
    hours = house.settings.agent_session_hours
    token = await house.database.write(lambda c: agents.open_session(c, agent, hours, utc_now()))
    return LoginAnswer(token=token, agent=console.agent_shape(agent))


@router.post("/agents/logout", status_code=204)
async def logout(request: Request, _agent: Caller) -> None:
    """End this session."""
    digest = agents.token_hash(bearer(request))
    await house_of(request).database.write(lambda c: agents.close_session(c, digest))


@router.get("/agents/me", response_model=AgentShape)
async def me(agent: Caller) -> AgentShape:
    """Who is logged in."""
    return console.agent_shape(agent)


@router.get("/handoff/queue", response_model=QueueAnswer)
async def queue(request: Request, _agent: QueueReader) -> QueueAnswer:
    """Conversations that wait for a person, most urgent first."""
    return QueueAnswer(items=await lists.queue(house_of(request), utc_now()))


@router.get("/conversations", response_model=ConversationList)
async def my_conversations(
    request: Request, agent: Talker, mine: Annotated[bool, Query()] = True, since: AwareDatetime | None = None
) -> ConversationList:
    """The conversations that the agent has (`mine=true`); with `since` only those that changed meanwhile."""
    if not mine:
        raise ApiError(422, "invalid", "目前只能列出自己的会话（mine=true）")
    return await lists.mine(house_of(request), agent, since, utc_now())


@router.get("/conversations/{conversation_id}", response_model=StoryAnswer)
async def conversation(conversation_id: str, request: Request, agent: Talker) -> StoryAnswer:
    """The whole story of a conversation; looking at it is audited, once a view."""
    house = house_of(request)
    answer = await console.story(house, conversation_id, agent)
    answer.wrap_ups = await house.database.read(lambda c: wrapup.shown(c, answer.conversation_id))
    await console.looked_at(house, conversation_id, agent)
    return answer


@router.post("/conversations/{conversation_id}/claim", response_model=StateAnswer)
async def claim(conversation_id: str, request: Request, agent: Talker) -> StateAnswer:
    """Take the conversation; 409 when another agent has it."""
    house = house_of(request)
    await house.database.write(lambda c: handoff.claim(c, conversation_id, agent, utc_now()))
    return await _state(house, conversation_id)


@router.post("/conversations/{conversation_id}/messages", response_model=SayAnswer)
async def say(conversation_id: str, body: SayRequest, request: Request, agent: Talker) -> SayAnswer:
    """Write to the customer, or send pictures; 409 when the conversation is not (any more) the agent's."""
    if not body.text.strip() and not body.attachments:
        raise ApiError(422, "empty", "请写点内容或选一张图片再发送")
    house = house_of(request)
    now = utc_now()

    def work(connection: Connection) -> int:
        files = talk.attached(connection, conversation_id, [a.id for a in body.attachments])
        seq = handoff.say(connection, conversation_id, agent, body.text, body.client_id, now, files)
        tickets.person_spoke(connection, conversation_id, agent.id, agent.username, now)
        return seq

    seq = await house.database.write(work)
    house.outbox.wake()
    return SayAnswer(seq=seq)


@router.post("/conversations/{conversation_id}/transfer", response_model=StateAnswer)
async def transfer(conversation_id: str, body: TransferRequest, request: Request, agent: Talker) -> StateAnswer:
    """Back to the queue for a department, or to a colleague who is there (409 when he is not), with a note."""
    house = house_of(request)
    if body.department is not None and body.department not in house.taxonomy.departments:
        raise ApiError(422, "unknown_department", "没有这个部门，请重新选择")

    def work(connection: Connection) -> None:
        to = agents.agent(connection, body.agent_id) if body.agent_id is not None else None
        if body.agent_id is not None and to is None:
            raise NotFound("没有这位同事，请刷新后再选")
        now = utc_now()
        handoff.transfer(connection, conversation_id, agent, body.department, body.note, now, to=to)
        if to is not None:
            # He reads why it comes to him, also when he looks at it later or it has left him again.
            home = conversations.require(connection, conversation_id).id
            notices.tell(connection, to.id, Kind.TRANSFER, agent.username, body.note, now, home)

    await house.database.write(work)
    return await _state(house, conversation_id)


@router.post("/conversations/{conversation_id}/close", response_model=StateAnswer)
async def close(conversation_id: str, body: CloseRequest, request: Request, agent: Talker) -> StateAnswer:
    """End the conversation, or give it back to the assistant; what came of it is kept in the same step."""
    house = house_of(request)
    now = utc_now()

    def work(connection: Connection) -> None:
        ended = handoff.close(connection, conversation_id, agent, Owner(body.to), now)
        told = body.wrap_up
        if told is not None:
            home = conversations.require(connection, conversation_id).id
            wrapups.keep(connection, home, ended, agent, told.result, told.root_cause, told.summary, told.tags, now)

    await house.database.write(work)
    return await _state(house, conversation_id)


async def _state(house: House, conversation_id: str) -> StateAnswer:
    house.outbox.wake()

    def work(connection: Connection) -> StateAnswer:
        row = conversations.require(connection, conversation_id)
        return StateAnswer(state=row.owner.value, epoch=row.epoch)

    return await house.database.read(work)


@router.websocket("/agents/socket")
async def socket(websocket: WebSocket) -> None:
    """Wakes the console: queue, messages, tickets, typing; department and station staff hear of their tickets alone.

    The first frame is `{"type": "auth", "token": …}`."""
    house = house_of(websocket)
    await websocket.accept()
    try:
        hello = await asyncio.wait_for(next_frame(websocket), SOCKET_AUTH_SECONDS)
        if hello is None:
            return
        agent = await agent_of_token(house, str(hello.get("token", "")))
    except (ValueError, asyncio.TimeoutError):
        # ValueError: a token of characters that no text can have.
        agent = None
    ear = Ear(house, agent) if agent is not None else None
    if agent is None or ear is None or not ear.allowed:
        await websocket.close(code=4401, reason="auth")
        return
    await _serve(house, websocket, agent, ear)


async def _serve(house: House, websocket: WebSocket, agent: AgentRow, ear: Ear) -> None:
    with house.hub.listen(AGENTS) as hints:
        reader = asyncio.create_task(_read(house, websocket, agent, ear))
        try:
            await websocket.send_json(ear.greeting)
            while not reader.done():
                waiting = asyncio.create_task(hints.get())
                await asyncio.wait({waiting, reader}, return_when=asyncio.FIRST_COMPLETED)
                if not waiting.done():
                    waiting.cancel()
                    break
                frame = await ear.heard(waiting.result())
                if frame is not None:
                    await websocket.send_json(frame)
        except (WebSocketDisconnect, RuntimeError):
            # RuntimeError is what the server raises when it sends on a socket that the client has just closed.
            log.debug("an agent's socket closed while sending")
        finally:
            reader.cancel()


async def _read(house: House, websocket: WebSocket, agent: AgentRow, ear: Ear) -> None:
    """Frames of the console; each says that the agent can be reached, written down now and then."""
    heard = 0.0
    while True:
        if time.monotonic() - heard > SEEN_SECONDS:
            heard = time.monotonic()
            await house.database.write(lambda c: agents.seen(c, agent.id, utc_now()))
        frame = await next_frame(websocket)
        if frame is None:
            return
        if frame.get("type") == "typing" and ear.talks and _is_id(frame.get("conversation_id")):
            house.hub.publish(frame["conversation_id"], {"type": "typing", "sender": "agent"})
            channels_of(websocket).typing.tell(frame["conversation_id"], agent.id)
        elif frame.get("type") == "read" and ear.talks:
            await _note_read(house, frame, agent)
        elif frame.get("type") == "ping":
            await websocket.send_json({"type": "pong"})


def _is_id(value: object) -> bool:
    """Whether it has the shape of a conversation's id."""
    return isinstance(value, str) and value.isascii() and value.isalnum() and len(value) <= 64


async def _note_read(house: House, frame: Mapping[str, Any], agent: AgentRow) -> None:
    """The agent's screen showed the conversation up to a message: the customer may see that."""
    if not _is_id(frame.get("conversation_id")) or not (seq := whole_number(frame.get("seq"))):
        return
    conversation_id = str(frame["conversation_id"])
    try:
        moved = await house.database.write(lambda c: reading.agent_read(c, conversation_id, agent.id, seq, utc_now()))
    except NotFound:
        return
    if moved:
        house.hub.publish(conversation_id, {"type": "read", "sender": "agent", "seq": seq})
