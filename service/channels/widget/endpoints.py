"""The in-app chat widget: sessions, messages, history, and the socket that wakes it."""

from __future__ import annotations

import asyncio
import logging
from typing import Annotated, Any, Mapping

from fastapi import APIRouter, Depends, Query, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import JSONResponse
from sqlalchemy import Connection

from contracts.conversation import Attachment, InboundMessage, Owner
from service.access import current_session
from service.channels.widget.schemas import (
    HistoryAnswer,
    MessageAnswer,
    MessageRequest,
    SessionAnswer,
    SessionRequest,
)
from service.clock import utc_now
from service.conversations import service as conversations
from service.customers.service import BadToken, Session
from service.errors import ApiError
from service.handoff import service as handoff
from service.house import House, house_of
from service.tickets import service as tickets

log = logging.getLogger(__name__)
router = APIRouter(prefix="/api/v1/widget", tags=["widget"])

CHANNEL = "widget"
PAGE = 200
SOCKET_AUTH_SECONDS = 10.0
CONTEXT_KEYS = frozenset({"page", "order_id", "station_id", "location", "app_version", "network", "os"})

SessionOf = Annotated[Session, Depends(current_session)]


@router.post("/sessions", response_model=SessionAnswer)
async def open_session(body: SessionRequest, request: Request) -> SessionAnswer:
    """Open (or resume) the one conversation of a customer, or of a guest."""
    house = house_of(request)
    house.limits.require(house.limits.address, _address(request))
    now = utc_now()
    customer_id = house.tokens.read_customer(body.customer_token) if body.customer_token else None
    resumed = house.tokens.read_session(body.session_token) if body.session_token else None

    def work(connection: Connection) -> str:
        if customer_id is None and resumed is not None and resumed.customer_id is None:
            return conversations.require(connection, resumed.conversation_id).id
        return conversations.open_conversation(connection, CHANNEL, customer_id, None, now).id

    conversation_id = await house.database.write(work)
    token = house.tokens.session_token(Session(conversation_id, customer_id), now)
    return SessionAnswer(token=token, conversation_id=conversation_id)


@router.post("/messages", response_model=MessageAnswer, response_model_exclude_none=True)
async def send_message(body: MessageRequest, request: Request, session: SessionOf) -> JSONResponse:
    """Store a message, wait for its turn, and return the replies."""
    house = house_of(request)
    house.limits.require(house.limits.customer, session.conversation_id)
    inbound = InboundMessage(
        conversation_id=session.conversation_id,
        client_id=body.client_id,
        channel=CHANNEL,
        text=_clean(body.text),
        payload=body.payload,
        attachments=await _attachments(house, session, [a.id for a in body.attachments]),
        context={k: v for k, v in body.context.items() if k in CONTEXT_KEYS},
    )
    reply = await house.runner.receive(inbound)
    # The shape is made by `conversations.wire`; validating it once more would cost as much as the turn's SQL.
    return JSONResponse({"ack": {"seq": reply.seq}, "messages": list(reply.messages), "state": reply.state})


@router.get("/messages", response_model=HistoryAnswer, response_model_exclude_none=True)
async def history(request: Request, session: SessionOf, after_seq: Annotated[int, Query(ge=0)] = 0) -> HistoryAnswer:
    """Messages after a sequence number: how a client resumes, whatever it missed."""
    messages, state, more = await _after(house_of(request), session.conversation_id, after_seq)
    return HistoryAnswer.model_validate({"messages": messages, "state": state, "more": more})


@router.websocket("/socket")
async def socket(websocket: WebSocket) -> None:
    """Wakes the widget: new messages, typing, queue place, tickets.

    The first frame is `{"type": "auth", "token": …, "after_seq": n}`; tokens in addresses would end up in logs.
    """
    house = house_of(websocket)
    await websocket.accept()
    try:
        hello = await asyncio.wait_for(websocket.receive_json(), SOCKET_AUTH_SECONDS)
        session = house.tokens.read_session(str(hello.get("token", "")))
        after_seq = int(hello.get("after_seq", 0))
    except (BadToken, ValueError, AttributeError, TypeError, asyncio.TimeoutError):
        await websocket.close(code=4401, reason="auth")
        return
    except WebSocketDisconnect:
        return
    await _serve(house, websocket, session, after_seq)


async def _serve(house: House, websocket: WebSocket, session: Session, after_seq: int) -> None:
    sent = after_seq
    with house.hub.listen(session.conversation_id) as hints:
        reader = asyncio.create_task(_read(house, websocket, session))
        try:
            sent = await _send_news(house, websocket, session, sent)
            while not reader.done():
                waiting = asyncio.create_task(hints.get())
                await asyncio.wait({waiting, reader}, return_when=asyncio.FIRST_COMPLETED)
                if not waiting.done():
                    waiting.cancel()
                    break
                event = waiting.result()
                if event["type"] == "messages":
                    sent = await _send_news(house, websocket, session, sent)
                else:
                    await websocket.send_json(dict(event))
        except (WebSocketDisconnect, RuntimeError):
            # RuntimeError is what the server raises when it sends on a socket that the client has just closed.
            log.debug("socket of %s closed while sending", session.conversation_id)
        finally:
            reader.cancel()


async def _send_news(house: House, websocket: WebSocket, session: Session, sent: int) -> int:
    """Send what came after `sent`, with the queue's place; returns the newest number."""
    more = True
    while more:
        messages, state, more = await _after(house, session.conversation_id, sent)
        if messages:
            sent = messages[-1]["seq"]
        await websocket.send_json({"type": "messages", "messages": messages, "state": state})
    if state == Owner.QUEUED.value:
        place = await house.database.read(lambda c: handoff.place_of(c, session.conversation_id))
        if place is not None:
            await websocket.send_json({**place.card(), "type": "queue"})
    return sent


async def _read(house: House, websocket: WebSocket, session: Session) -> None:
    """Frames of the client: it types, or asks for what it missed."""
    while True:
        try:
            frame = await websocket.receive_json()
        except (WebSocketDisconnect, ValueError):
            return
        if isinstance(frame, dict) and frame.get("type") == "typing":
            event: Mapping[str, Any] = {
                "type": "typing",
                "sender": "customer",
                "conversation_id": session.conversation_id,
            }
            house.hub.publish("agents", event)
        elif isinstance(frame, dict) and frame.get("type") == "ping":
            await websocket.send_json({"type": "pong"})


async def _after(house: House, conversation_id: str, seq: int) -> tuple[list[dict[str, Any]], str, bool]:
    def work(connection: Connection) -> tuple[list[dict[str, Any]], str, bool]:
        rows = conversations.messages_after(connection, conversation_id, seq, PAGE + 1)
        owner = conversations.require(connection, conversation_id).owner
        # What was said stays as it was; a ticket's card shows the ticket as it is now.
        shown = tickets.cards(connection, [conversations.wire(row) for row in rows[:PAGE]])
        return shown, owner.value, len(rows) > PAGE

    return await house.database.read(work)


async def _attachments(house: House, session: Session, ids: list[str]) -> tuple[Attachment, ...]:
    if not ids:
        return ()
    known = await house.database.read(lambda c: conversations.attachments_in(c, session.conversation_id, ids))
    missing = [i for i in ids if i not in known]
    if missing:
        raise ApiError(422, "unknown_attachment", "有图片没有上传成功，请重新上传后再发送")
    return tuple(Attachment(i, known[i]) for i in ids)


def _clean(text: str) -> str:
    """Without characters that no store or reader can keep: lone surrogates, NUL and other control characters."""
    kept = text.encode("utf-8", "ignore").decode("utf-8")
    return "".join(c for c in kept if c >= " " or c in "\n\t").replace("\x7f", "").strip()


def _address(request: Request) -> str:
    return request.client.host if request.client is not None else "unknown"
