"""The socket that wakes the widget: a hint, the fetch is the truth."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import ExitStack
from typing import Any, Mapping

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from contracts.conversation import Owner
from contracts.errors import NotFound
from service.access import still_his
from service.channels.sockets.service import next_frame, whole_number
from service.channels.widget import service as reading
from service.clock import utc_now
from service.customers.service import BadToken, Session
from service.delivery.service import AGENTS, QUEUE
from service.handoff import service as handoff
from service.handoff.service import QueuePlace
from service.house import House, house_of
from service.reading import service as marks

log = logging.getLogger(__name__)
router = APIRouter()

SOCKET_AUTH_SECONDS = 10.0
TYPING_SECONDS = 1.0
READ_SECONDS = 1.0
"""A read mark is written no more often than this."""


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
    typed, mark = 0.0, _ReadMark(house, session)
    while (frame := await next_frame(websocket)) is not None:
        if frame.get("type") == "typing" and time.monotonic() - typed > TYPING_SECONDS:
            typed = time.monotonic()
            event: Mapping[str, Any] = {
                "type": "typing",
                "sender": "customer",
                "conversation_id": session.conversation_id,
            }
            house.hub.publish("agents", event)
        elif frame.get("type") == "read":
            mark.seen(whole_number(frame.get("seq")))
        elif frame.get("type") == "ping":
            await websocket.send_json({"type": "pong"})


class _ReadMark:
    """How far the customer's screen got. However many frames say so, a second sees one write; the last of them counts,
    also when the socket is closed meanwhile."""

    def __init__(self, house: House, session: Session) -> None:
        self._house, self._session = house, session
        self._seen = self._written = 0
        self._writing: asyncio.Task[None] | None = None

    def seen(self, seq: int) -> None:
        self._seen = max(self._seen, seq)
        if self._seen > self._written and (self._writing is None or self._writing.done()):
            self._writing = asyncio.create_task(self._write())

    async def _write(self) -> None:
        while self._seen > self._written:
            self._written = self._seen
            try:
                await _note_read(self._house, self._session, self._written)
            except NotFound:
                return
            except Exception:
                # A hint and nothing more: the next frame tells it anew.
                log.exception("conversation %s: a read mark was not written", self._session.conversation_id)
            await asyncio.sleep(READ_SECONDS)


async def _note_read(house: House, session: Session, seq: int) -> None:
    """The customer's screen showed everything up to `seq`: his agent may see that."""
    moved = await house.database.write(lambda c: marks.customer_read(c, session.conversation_id, seq, utc_now()))
    if moved:
        house.hub.publish(AGENTS, {"type": "read", "conversation_id": session.conversation_id, "seq": seq})
