"""Takes updates in durably, sees that each is handled once, and gives the passive answer when it is ready in time."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Coroutine, Mapping, Sequence

from sqlalchemy import Connection

from service import metrics
from service.channels.contract import Channel, Envelope, Piece, Unreadable, Update
from service.channels.desk.service import Desk
from service.channels.exchange import repository, rules
from service.clock import utc_now
from service.conversations import service as conversations
from service.delivery import service as delivery
from service.house import House

# What other parts of the channels may use of this one, beside the class below.
from service.channels.exchange.repository import (  # isort: skip
    SendRow as SendRow,
    count_sends as count_sends,
    sends_of as sends_of,
)

log = logging.getLogger(__name__)

LEASE_SECONDS = 30.0
FRESH_SECONDS = 5.0
MAX_ATTEMPTS = 5
KEPT = timedelta(days=3)
LOADED = 100


@dataclass(frozen=True)
class Passive:
    """The answer that goes back in the same request; `send_id` is confirmed when it has left."""

    text: str
    update: Update
    send_id: int


@dataclass(frozen=True)
class _Taken:
    receipt_id: int
    update: Update
    answered: bool
    answer: str | None


class Exchange:
    """The way in for all channels."""

    def __init__(self, house: House, desk: Desk, channels: Mapping[str, Channel]) -> None:
        self._house = house
        self._desk = desk
        self.channels = channels
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._asides: set[asyncio.Task[None]] = set()

    async def take(self, channel: Channel, envelope: Envelope) -> Sequence[Update]:
        """Store what came in and start to handle it; it is durable when this returns.

        Raises:
            Refused: it is not authentic.
        """
        taken = await self._take(channel, envelope)
        for item in taken:
            self._start(item.receipt_id, 0.0)
        return [item.update for item in taken]

    async def answer(self, channel: Channel, envelope: Envelope, seconds: float) -> Passive | None:
        """Take one update in and wait for its replies, but not longer than `seconds`; None: they follow by `send`.

        Raises:
            Refused: it is not authentic.
        """
        deadline = time.monotonic() + seconds
        taken = await self._take(channel, envelope)
        if not taken:
            return None
        item = taken[0]
        if item.answered:
            # It was answered before and is asked again: the answer did not arrive.
            return None if not item.answer else Passive(item.answer, item.update, 0)
        held_until = time.time() + seconds + 0.5
        task = self._start(item.receipt_id, held_until)
        done, _ = await asyncio.wait({task}, timeout=max(0.0, deadline - time.monotonic()))
        ready = bool(done) and task.exception() is None
        if not done:
            self._aside(channel.typing(item.update.external_id))
        now = utc_now()
        passive = await self._house.database.write(lambda c: self._settle(c, item, channel, held_until, ready, now))
        self._house.outbox.wake()
        return passive

    async def confirm(self, passive: Passive) -> None:
        """The passive answer has left the house."""
        now = utc_now()
        if await self._house.database.write(lambda c: repository.end_send(c, passive.send_id, "sent", now)):
            metrics.CHANNEL_SENDS.labels(passive.update.channel, "passive", "sent").inc()

    async def sweep(self) -> None:
        """Handle what a process left behind, and send again what perhaps never left the house."""
        stamp, now = time.time(), utc_now()
        old = now - timedelta(seconds=FRESH_SECONDS)
        forsaken = await self._house.database.read(lambda c: repository.forsaken_receipts(c, stamp, old, LOADED))
        for receipt_id in forsaken:
            self._start(receipt_id, 0.0)
        before = now - timedelta(seconds=LEASE_SECONDS)
        doubtful = await self._house.database.read(lambda c: repository.doubtful_sends(c, before, LOADED))
        for send in doubtful:
            await self._house.database.write(lambda c, send=send: _rewind(c, send, now))  # type: ignore[misc]

    async def tidy(self) -> None:
        """Forget receipts that no platform will repeat any more."""
        before = utc_now() - KEPT
        await self._house.database.write(lambda c: repository.delete_receipts(c, before))

    async def drain(self, seconds: float) -> None:
        """Let what is under way finish before the process ends."""
        if self._tasks:
            await asyncio.wait(set(self._tasks.values()), timeout=seconds)

    async def _take(self, channel: Channel, envelope: Envelope) -> list[_Taken]:
        content = channel.verify(envelope)
        try:
            updates = channel.parse(content, envelope.received_at)
        except Unreadable as error:
            log.warning("%s: acknowledged, but not understood: %s", channel.name, error)
            return []
        if not updates:
            return []
        now = envelope.received_at
        return await self._house.database.write(lambda c: [_receive(c, update, now) for update in updates])

    def _start(self, receipt_id: int, held_until: float) -> asyncio.Task[None]:
        known = self._tasks.get(receipt_id)
        if known is not None:
            return known
        task = asyncio.create_task(self._handle(receipt_id, held_until), name=f"receipt {receipt_id}")
        self._tasks[receipt_id] = task

        def ended(done: asyncio.Task[None]) -> None:
            self._tasks.pop(receipt_id, None)
            if not done.cancelled():
                done.exception()  # it was logged; asking for it says that nothing was forgotten

        task.add_done_callback(ended)
        return task

    async def _handle(self, receipt_id: int, held_until: float) -> None:
        """Handle one receipt; what fails keeps its lease and is taken up again when that is over."""
        stamp = time.time()
        row = await self._house.database.write(
            lambda c: repository.claim_receipt(c, receipt_id, stamp, stamp + LEASE_SECONDS)
        )
        if row is None or row.content is None:
            return
        status = "done"
        try:
            update = rules.update_from_dict(row.content)
            await self._desk.handle(update, self.channels[row.channel], held_until)
        except Exception:
            log.exception("%s: receipt %s failed, attempt %s", row.channel, receipt_id, row.attempts)
            if row.attempts < MAX_ATTEMPTS:
                raise
            status = "failed"
        kept = row.content if status == "failed" else None
        await self._house.database.write(
            lambda c: repository.update_receipt(c, receipt_id, status=status, content=kept)
        )

    def _aside(self, work: Coroutine[Any, Any, None]) -> None:
        """Done beside everything else; nobody waits for it."""
        task = asyncio.create_task(work)
        self._asides.add(task)

        def ended(done: asyncio.Task[None]) -> None:
            self._asides.discard(done)
            if not done.cancelled() and done.exception() is not None:
                log.warning("typing could not be shown: %r", done.exception())

        task.add_done_callback(ended)

    def _settle(
        self, connection: Connection, item: _Taken, channel: Channel, held_until: float, ready: bool, now: datetime
    ) -> Passive | None:
        """Decide what goes back at once, and write down that it was; whatever is left is pushed."""
        update = item.update
        receipt = repository.receipt(connection, update.channel, update.external_id, update.key)
        if receipt is not None and receipt.answer is not None:
            # Another try of the same update was a moment faster; both get the same words.
            return Passive(receipt.answer, update, 0) if receipt.answer else None
        address = repository.address(connection, update.channel, update.external_id, lock=True)
        piece: Piece | None = None
        if address is not None:
            if address.held_until == held_until:
                repository.update_address(connection, address.id, held_until=0.0)
            # While another process or task is sending, what goes out passively might arrive twice.
            if ready and not repository.open_sends(connection, address.id, "message"):
                piece = next(iter(undelivered(connection, address, channel)), None)
            delivery.hurry(connection, delivery.PUSH, address.conversation_id, time.time())
        if address is None or piece is None or piece.file is not None:
            repository.update_receipt(connection, item.receipt_id, answer="")
            return None
        text = rules.numbered(piece)
        repository.update_receipt(connection, item.receipt_id, answer=text)
        repository.update_address(connection, address.id, **brought(piece))
        send_id = repository.insert_send(
            connection,
            channel=channel.name,
            address_id=address.id,
            conversation_id=address.conversation_id,
            first_seq=piece.first_seq,
            last_seq=piece.last_seq,
            part=piece.part,
            kind="passive",
            status="sending",
            created_at=now,
            updated_at=now,
        )
        return Passive(text, update, send_id)


def undelivered(connection: Connection, address: repository.AddressRow, channel: Channel) -> list[Piece]:
    """What the address has not got yet, in order."""
    rows = conversations.messages_after(connection, address.conversation_id, address.delivered_seq, LOADED)
    found = channel.degrade(rows)
    first = found[0].first_seq if found else 0
    return [p for p in found if p.first_seq != first or p.part >= address.delivered_part]


def brought(piece: Piece) -> dict[str, object]:
    """What changes in an address when it got a piece."""
    values: dict[str, object] = {"delivered_part": piece.part + 1}
    if piece.ends:
        values = {"delivered_seq": piece.last_seq, "delivered_part": 0}
    if piece.file is None:
        values["choices"] = [{"title": c.title, "payload": c.payload} for c in piece.choices] or None
    return values


def _receive(connection: Connection, update: Update, now: datetime) -> _Taken:
    known = repository.receipt(connection, update.channel, update.external_id, update.key)
    if known is not None:
        return _Taken(known.id, update, known.answer is not None, known.answer)
    receipt_id = repository.insert_receipt(
        connection,
        channel=update.channel,
        external_id=update.external_id,
        key=update.key,
        status="pending",
        content=rules.update_to_dict(update),
        attempts=0,
        lease_until=0.0,
        received_at=now,
    )
    return _Taken(receipt_id, update, False, None)


def _rewind(connection: Connection, send: SendRow, now: datetime) -> None:
    """Nobody knows whether it arrived: it is counted, and a passive answer is sent again unless more was sent since."""
    if not repository.end_send(connection, send.id, "unknown", now):
        return
    metrics.CHANNEL_SENDS.labels(send.channel, send.kind, "unknown").inc()
    if send.kind != "passive":
        return
    address = repository.address_by_id(connection, send.address_id)
    if address is not None and address.delivered_seq == send.last_seq and address.delivered_part == 0:
        repository.update_address(
            connection, address.id, delivered_seq=send.first_seq - 1, delivered_part=send.part, choices=None
        )
        payload = {"seq": send.last_seq, "channel": send.channel}
        delivery.put(connection, delivery.PUSH, send.conversation_id, payload)
