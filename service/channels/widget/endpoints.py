"""The in-app chat widget: sessions, messages, history."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from sqlalchemy import Connection

from contracts.conversation import InboundMessage, Owner
from service.access import current_session
from service.channels.attachments import service as pictures
from service.channels.guests import service as guest_channel
from service.channels.help import service as help_pages
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
from service.channels.widget.socket import endpoints as socket
from service.clock import utc_now
from service.conversations import service as conversations
from service.customers.service import Session
from service.errors import ApiError
from service.guests import rules as guest_rules
from service.guests import service as guests
from service.guests.rules import Outcome
from service.handoff import service as handoff
from service.house import House, house_of
from service.reading import service as marks
from service.reading.service import Side

router = APIRouter(prefix="/api/v1/widget", tags=["widget"])
router.include_router(socket.router)

CHANNEL = "widget"

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
    after_seq: Annotated[int, Query(ge=0, le=reading.MOST_SEQ)] = 0,
    before_seq: Annotated[int | None, Query(ge=0, le=reading.MOST_SEQ)] = None,
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
