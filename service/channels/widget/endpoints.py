"""The in-app chat widget: sessions, messages, history, and the socket that wakes it."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import ExitStack
from typing import Annotated, Any, Mapping

from fastapi import APIRouter, Depends, Query, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import JSONResponse
from sqlalchemy import Connection

from contracts.conversation import InboundMessage, Owner
from contracts.errors import NotFound
from service.access import current_session, still_his
from service.channels.attachments import service as pictures
from service.channels.guests import service as guest_channel
from service.channels.help import service as help_pages
from service.channels.sockets.service import next_frame, whole_number
from service.channels.widget import service as reading
from service.channels.widget.schemas import (
    HistoryAnswer,
    MessageAnswer,
    MessageRequest,
    PhoneAnswer,
    PhoneRequest,
    ProofAnswer,
    ProofRequest,
    SessionAnswer,
    SessionRequest,
)
from service.clock import utc_now
from service.conversations import service as conversations
from service.customers.service import BadToken, Session
from service.delivery.service import AGENTS, QUEUE
from service.errors import ApiError
from service.guests import rules as guest_rules
from service.guests import service as guests
from service.guests.rules import Outcome
from service.handoff import service as handoff
from service.handoff.service import QueuePlace
from service.house import House, house_of
from service.reading import service as marks
from service.reading.service import Side

log = logging.getLogger(__name__)
router = APIRouter(prefix="/api/v1/widget", tags=["widget"])

CHANNEL = "widget"
MOST_SEQ = 2**31 - 1
SOCKET_AUTH_SECONDS = 10.0
TYPING_SECONDS = 1.0

SessionOf = Annotated[Session, Depends(current_session)]


@router.post("/sessions", response_model=SessionAnswer)
async def open_session(body: SessionRequest, request: Request) -> SessionAnswer:
    """Open (or resume) the one conversation of a customer, or of a guest.

    A guest's `session_token` beside the `customer_token` says who logged in: what he said becomes the customer's.
    """
    house = house_of(request)
    house.limits.require(house.limits.address, _address(request))
    now = utc_now()
    customer_id = house.tokens.read_customer(body.customer_token) if body.customer_token else None
    resumed = house.tokens.read_session(body.session_token) if body.session_token else None

    def work(connection: Connection) -> str:
        if resumed is not None and resumed.customer_id is None:
            if customer_id is not None:
                return guest_channel.identify(connection, resumed.conversation_id, customer_id, CHANNEL).id
            found = conversations.require(connection, resumed.conversation_id)
            if found.customer_id is None:
                return found.id
        return conversations.open_conversation(connection, CHANNEL, customer_id, None, now).id

    conversation_id = await house.database.write(work)
    return _session(house, conversation_id, customer_id)


@router.post("/phone", response_model=PhoneAnswer)
async def ask_phone_code(body: PhoneRequest, request: Request, session: SessionOf) -> PhoneAnswer:
    """Have a six-digit code sent to a guest's number. Whether the number has an account is not told."""
    house = house_of(request)
    phone = _guests_number(house, session, body.phone, request)
    now = utc_now()
    asked = await house.database.write(
        lambda c: guests.ask_code(c, conversations.require(c, session.conversation_id), phone, now)
    )
    if not asked.sent:
        text = house.replies.say("guest_code_wait", wait=f"{asked.wait} 秒")
        raise ApiError(429, "too_many", text, {"Retry-After": str(asked.wait)})
    house.outbox.wake()
    return PhoneAnswer(
        phone=guest_rules.masked(phone),
        expires_in=round(guest_rules.CODE_LIFE.total_seconds()),
        again_in=round(guest_rules.PAUSE.total_seconds()),
    )


@router.post("/phone/verify", response_model=ProofAnswer)
async def verify_phone(body: ProofRequest, request: Request, session: SessionOf) -> ProofAnswer:
    """Prove a number by its code. The answer's token is the guest's session from now on."""
    house = house_of(request)
    phone = _guests_number(house, session, body.phone, request)
    code = guest_rules.code_in(body.code)

    def work(connection: Connection) -> guest_channel.Proof:
        conversation = conversations.require(connection, session.conversation_id, lock=True)
        found = guest_channel.prove(house, connection, conversation, phone, code or "")
        if found.outcome is Outcome.RIGHT:
            conversations.append(connection, found.conversation, found.replies, utc_now())
        return found

    proof = await house.database.write(work)
    house.outbox.wake()
    if proof.outcome is not Outcome.RIGHT:
        raise ApiError(422, f"code_{proof.outcome.value}", proof.replies[0].text)
    if proof.conversation.id != session.conversation_id:
        house.hub.publish(session.conversation_id, {"type": "moved"})
    found = _session(house, proof.conversation.id, None)
    return ProofAnswer.model_validate(
        {"token": found.token, "conversation_id": found.conversation_id, "tickets": proof.tickets}
    )


@router.post("/messages", response_model=MessageAnswer, response_model_exclude_none=True)
async def send_message(body: MessageRequest, request: Request, session: SessionOf) -> JSONResponse:
    """Store a message, wait for its turn, and return the replies."""
    house = house_of(request)
    house.limits.require(house.limits.customer, session.conversation_id)
    attached = await reading.attachments(house, session.conversation_id, [a.id for a in body.attachments])
    context = await help_pages.context_of(house, session, body.payload, body.context)
    inbound = InboundMessage(
        conversation_id=session.conversation_id,
        client_id=body.client_id,
        channel=CHANNEL,
        text=reading.clean(body.text),
        payload=body.payload,
        attachments=attached,
        context=context | await pictures.seen_in(house, attached),
    )
    if session.customer_id is None and guest_rules.phone_in(inbound.text) is not None:
        # Each number that a guest writes may send a text message.
        house.limits.require(house.limits.code, _address(request))
    heard = await guest_channel.hear(house, inbound) if session.customer_id is None else None
    if heard is not None:
        told = {"ack": {"seq": heard.seq}, "messages": list(heard.messages), "state": heard.state}
        if heard.conversation_id != session.conversation_id:
            told["session"] = _session(house, heard.conversation_id, None).model_dump()
        return JSONResponse(told)
    reply = await house.runner.receive(inbound)
    await pictures.show_words(house, attached)
    # The shape is made by `conversations.wire`; validating it once more would cost as much as the turn's SQL.
    return JSONResponse({"ack": {"seq": reply.seq}, "messages": list(reply.messages), "state": reply.state})


@router.get("/messages", response_model=HistoryAnswer, response_model_exclude_none=True)
async def history(
    request: Request,
    session: SessionOf,
    after_seq: Annotated[int, Query(ge=0, le=MOST_SEQ)] = 0,
    before_seq: Annotated[int | None, Query(ge=0, le=MOST_SEQ)] = None,
) -> HistoryAnswer:
    """Messages after a sequence number: how a client resumes, whatever it missed.

    With `before_seq` the last ones before that number instead (0: the newest of all): how a client opens a long
    conversation at its end and reads backwards. `more` then says that there are older ones.
    """
    house = house_of(request)
    if before_seq is None:
        messages, state, more = await reading.after(house, session.conversation_id, after_seq)
    else:
        messages, state, more = await reading.before(house, session.conversation_id, before_seq or None)
    read_seq = await house.database.read(lambda c: marks.read_to(c, session.conversation_id, Side.AGENT))
    place = None
    if state == Owner.QUEUED.value:
        place = await house.database.read(lambda c: handoff.place_of(c, session.conversation_id, utc_now()))
    found = {"messages": messages, "state": state, "more": more, "read_seq": read_seq}
    return HistoryAnswer.model_validate({**found, "queue": place.card() if place is not None else None})


@router.websocket("/socket")
async def socket(websocket: WebSocket) -> None:
    """Wakes the widget: new messages, typing, queue place, tickets.

    The first frame is `{"type": "auth", "token": …, "after_seq": n}`; tokens in addresses would end up in logs.
    """
    house = house_of(websocket)
    await websocket.accept()
    try:
        hello = await asyncio.wait_for(next_frame(websocket), SOCKET_AUTH_SECONDS)
        if hello is None:
            return
        session = await still_his(house, house.tokens.read_session(str(hello.get("token", ""))))
    except (BadToken, NotFound, ValueError, asyncio.TimeoutError):
        # ValueError: a token of characters that no text can have.
        await websocket.close(code=4401, reason="auth")
        return
    await _serve(house, websocket, session, whole_number(hello.get("after_seq")))


async def _serve(house: House, websocket: WebSocket, session: Session, after_seq: int) -> None:
    sent, told = after_seq, None
    # Only who waits hears of every change of the queue: of thousands of sockets hardly any does.
    with house.hub.listen(session.conversation_id) as hints, ExitStack() as waits:
        reader = asyncio.create_task(_read(house, websocket, session))
        try:
            sent, told = await _send_news(house, websocket, session, sent)
            while not reader.done():
                if told is None:
                    waits.close()
                elif not house.hub.hears(hints, QUEUE):
                    waits.enter_context(house.hub.join(hints, QUEUE))
                    told = await _send_place(house, websocket, session, told)
                waiting = asyncio.create_task(hints.get())
                await asyncio.wait({waiting, reader}, return_when=asyncio.FIRST_COMPLETED)
                if not waiting.done():
                    waiting.cancel()
                    break
                events = [waiting.result()]
                while not hints.empty():
                    events.append(hints.get_nowait())
                kinds = {event["type"] for event in events}
                if "moved" in kinds:
                    # The guest was recognised: he comes back to the conversation that is his.
                    await websocket.close(code=4409, reason="moved")
                    break
                # However many hints came meanwhile, one look finds all.
                if "messages" in kinds:
                    sent, told = await _send_news(house, websocket, session, sent)
                elif "queue" in kinds and told is not None:
                    told = await _send_place(house, websocket, session, told)
                for event in events:
                    if event["type"] not in ("messages", "queue"):
                        await websocket.send_json(dict(event))
        except (WebSocketDisconnect, RuntimeError):
            # RuntimeError is what the server raises when it sends on a socket that the client has just closed.
            log.debug("socket of %s closed while sending", session.conversation_id)
        finally:
            reader.cancel()


async def _send_news(house: House, websocket: WebSocket, session: Session, sent: int) -> tuple[int, QueuePlace | None]:
    """Send what came after `sent`, with the queue's place; returns the newest number and the place of who waits."""
    more = True
    while more:
        messages, state, more = await reading.after(house, session.conversation_id, sent)
        if messages:
            sent = messages[-1]["seq"]
        await websocket.send_json({"type": "messages", "messages": messages, "state": state})
    if state == Owner.QUEUED.value:
        return sent, await _send_place(house, websocket, session, None)
    return sent, None


async def _send_place(
    house: House, websocket: WebSocket, session: Session, told: QueuePlace | None
) -> QueuePlace | None:
    """Tell who waits where he stands, if that is not what he was told last; returns what he knows now."""
    place = await house.database.read(lambda c: handoff.place_of(c, session.conversation_id, utc_now()))
    if place is not None and place != told:
        await websocket.send_json({**place.card(), "type": "queue"})
    return place


async def _read(house: House, websocket: WebSocket, session: Session) -> None:
    """Frames of the client: it types, or asks for what it missed."""
    typed, read = 0.0, 0
    while (frame := await next_frame(websocket)) is not None:
        if frame.get("type") == "typing" and time.monotonic() - typed > TYPING_SECONDS:
            typed = time.monotonic()
            event: Mapping[str, Any] = {
                "type": "typing",
                "sender": "customer",
                "conversation_id": session.conversation_id,
            }
            house.hub.publish("agents", event)
        elif frame.get("type") == "read" and (seq := whole_number(frame.get("seq"))) > read:
            read = seq
            await _note_read(house, session, seq)
        elif frame.get("type") == "ping":
            await websocket.send_json({"type": "pong"})


async def _note_read(house: House, session: Session, seq: int) -> None:
    """The customer's screen showed everything up to `seq`: his agent may see that."""
    moved = await house.database.write(lambda c: marks.customer_read(c, session.conversation_id, seq, utc_now()))
    if moved:
        house.hub.publish(AGENTS, {"type": "read", "conversation_id": session.conversation_id, "seq": seq})


def _session(house: House, conversation_id: str, customer_id: str | None) -> SessionAnswer:
    token = house.tokens.session_token(Session(conversation_id, customer_id), utc_now())
    return SessionAnswer(token=token, conversation_id=conversation_id)


def _guests_number(house: House, session: Session, phone: str, request: Request) -> str:
    """The number that a guest gave.

    Raises:
        ApiError: he is logged in (409), it is no mobile number (422), or too many asked from his address (429).
    """
    if session.customer_id is not None:
        raise ApiError(409, "logged_in", house.replies.say("guest_has_login"))
    house.limits.require(house.limits.code, _address(request))
    found = guest_rules.phone_in(phone)
    if found is None:
        raise ApiError(422, "bad_phone", "请填写 11 位手机号")
    return found


def _address(request: Request) -> str:
    return request.client.host if request.client is not None else "unknown"
