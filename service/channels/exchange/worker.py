"""Brings a conversation's new messages to the customer's channel, one sender an address at a time."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Mapping

from sqlalchemy import Connection

from service import metrics
from service.channels.attachments import service as attachments
from service.channels.contract import Channel, Notice, Outcome, Piece, Recipient, Sent
from service.channels.exchange import repository, rules
from service.channels.exchange.repository import AddressRow
from service.channels.exchange.service import Exchange, brought, undelivered
from service.clock import utc_now
from service.conversations import service as conversations
from service.delivery import service as delivery
from service.delivery.worker import Later
from service.house import House
from service.loop import Loop
from service.storage.service import StorageUnavailable

log = logging.getLogger(__name__)

HOLD_SECONDS = 25.0
SWEEP_SECONDS = 2.0
TIDY_SECONDS = 3600.0
REPEATS_IN_DOUBT = 1
UNDELIVERED = "message.undelivered"
"""Event for the platform's systems: the customer cannot be reached here now, the app may tell him."""


class Undelivered(Exception):
    """A send did not succeed or nobody knows; the outbox tries again with growing pauses."""


@dataclass(frozen=True)
class Parcel:
    """One send, as it was written down before it is tried. Without a piece it is a notice that something waits."""

    send_id: int
    address: AddressRow
    held_until: float
    piece: Piece | None
    seq: int


class Post:
    """The outbox' handler for channels that do not fetch."""

    def __init__(self, house: House, exchange: Exchange) -> None:
        self._house = house
        self._exchange = exchange
        self._voice = house.replies

    async def push(self, conversation_id: str, payload: Mapping[str, Any]) -> None:
        """Send all that is new to where the customer wrote last.

        Raises:
            Later: somebody else is at this address, or the platform is busy.
            Undelivered: see there.
        """
        channel = self._exchange.channels.get(payload["channel"])
        if channel is None:
            log.warning("channel %s is off; its customer finds his messages in the app", payload["channel"])
            return
        while await self._send_next(conversation_id, channel):
            continue

    async def _send_next(self, conversation_id: str, channel: Channel) -> bool:
        """One send from beginning to end; True when another may follow."""
        packed_at = utc_now()
        parcel = await self._house.database.write(lambda c: self._pack(c, conversation_id, channel, packed_at))
        if parcel is None:
            return False
        outcome = await self._carry(channel, parcel)
        kind = "message" if parcel.piece is not None else "notice"
        metrics.CHANNEL_SENDS.labels(channel.name, kind, outcome.sent.value).inc()
        now = utc_now()
        more = await self._house.database.write(lambda c: self._record(c, parcel, outcome, now))
        if outcome.sent is Sent.AGAIN and outcome.retry_after:
            raise Later(time.time() + outcome.retry_after)
        if outcome.sent in (Sent.AGAIN, Sent.UNKNOWN) and parcel.piece is not None:
            raise Undelivered(f"{channel.name}: {outcome.sent.value} {outcome.code or ''} {outcome.reason}")
        return more

    def _pack(self, connection: Connection, conversation_id: str, channel: Channel, now: datetime) -> Parcel | None:
        """Write down what is tried next; None when there is nothing to do."""
        conversation = conversations.require(connection, conversation_id)
        address = repository.address_of(connection, conversation.id, channel.name)
        if conversation.channel != channel.name or address is None:
            return None
        stamp = time.time()
        if address.held_until > stamp:
            raise Later(address.held_until + 0.05)
        for doubtful in repository.open_sends(connection, address.id, "message"):
            # Its process died between sending and writing down what became of it.
            repository.end_send(connection, doubtful.id, "unknown", now)
            metrics.CHANNEL_SENDS.labels(channel.name, "message", "unknown").inc()
        waiting = undelivered(connection, address, channel)
        if not waiting:
            return None
        piece, last = waiting[0], waiting[-1].last_seq
        held = rules.Credit(address.credit, address.credit_until, address.event_credit, address.event_credit_until)
        credit = rules.spent(held, channel.capacity, stamp)
        if credit is None:
            return self._notice(connection, address, last, now)
        if rules.spent(credit, channel.capacity, stamp) is None and piece.file is None:
            piece = replace(piece, text=piece.text + rules.MORE)
        until = stamp + HOLD_SECONDS
        repository.update_address(connection, address.id, held_until=until, **asdict(credit))
        send_id = self._write_down(connection, address, piece, "message", now)
        return Parcel(send_id, address, until, piece, last)

    def _notice(self, connection: Connection, address: AddressRow, last: int, now: datetime) -> Parcel | None:
        """The words may not be sent: the customer is told once that something waits."""
        if last <= address.noticed_seq:
            return None
        repository.update_address(connection, address.id, noticed_seq=last)
        piece = Piece(last, last)
        return Parcel(
            self._write_down(connection, address, piece, "notice", now), address, address.held_until, None, last
        )

    def _write_down(self, connection: Connection, address: AddressRow, piece: Piece, kind: str, now: datetime) -> int:
        return repository.insert_send(
            connection,
            channel=address.channel,
            address_id=address.id,
            conversation_id=address.conversation_id,
            first_seq=piece.first_seq,
            last_seq=piece.last_seq,
            part=piece.part,
            kind=kind,
            status="sending",
            created_at=now,
            updated_at=now,
        )

    async def _carry(self, channel: Channel, parcel: Parcel) -> Outcome:
        """The send itself, outside any unit of work."""
        recipient = Recipient(parcel.address.external_id, parcel.address.state)
        key = f"{parcel.address.conversation_id}:{parcel.seq}"
        if parcel.piece is None:
            link = self._house.settings.public_url or ""
            notice = Notice(self._voice.say("channel_notice"), utc_now(), link)
            return await channel.notify(recipient, notice, key)
        file = None
        if parcel.piece.file is not None:
            try:
                file = await attachments.whole(self._house, parcel.piece.file)
            except StorageUnavailable as error:
                return Outcome(Sent.AGAIN, reason=str(error))
            if file is None:
                return Outcome(Sent.REFUSED, reason="the file is gone")
        key = f"{parcel.address.conversation_id}:{parcel.piece.last_seq}:{parcel.piece.part}"
        return await channel.send(recipient, parcel.piece, key, file)

    def _record(self, connection: Connection, parcel: Parcel, outcome: Outcome, now: datetime) -> bool:
        """Write down what became of it; True when the next piece may be tried."""
        status = {
            Sent.DONE: "sent",
            Sent.UNKNOWN: "unknown",
            Sent.CLOSED: "parked",
            Sent.REFUSED: "refused",
        }.get(outcome.sent, "failed")
        repository.end_send(
            connection, parcel.send_id, status, now, code=outcome.code, reason=outcome.reason[:200] or None
        )
        address = repository.address_by_id(connection, parcel.address.id)
        if address is None:
            return False
        values: dict[str, Any] = {}
        if address.held_until == parcel.held_until and parcel.piece is not None:
            values["held_until"] = 0.0
        if outcome.state is not None:
            values["state"] = {**address.state, **outcome.state}
        if parcel.piece is None:
            if outcome.sent is not Sent.DONE:
                self._tell_the_app(connection, address, parcel.seq)
        elif outcome.sent is Sent.DONE:
            values |= brought(parcel.piece)
        elif outcome.sent is Sent.UNKNOWN and self._doubted_enough(connection, parcel):
            values |= brought(parcel.piece)
            self._tell_the_app(connection, address, parcel.piece.last_seq)
        elif outcome.sent is Sent.REFUSED:
            # The channel will never take it; in the app it can be read.
            values |= {**brought(parcel.piece), "choices": address.choices}
            self._tell_the_app(connection, address, parcel.piece.last_seq)
        elif outcome.sent is Sent.CLOSED:
            values |= {"credit": 0, "event_credit": 0}
        elif outcome.sent is Sent.GONE:
            values["active"] = False
            self._tell_the_app(connection, address, parcel.seq)
        if values:
            repository.update_address(connection, address.id, **values)
        if parcel.piece is None:
            return False
        return outcome.sent in (Sent.DONE, Sent.REFUSED, Sent.CLOSED)

    @staticmethod
    def _doubted_enough(connection: Connection, parcel: Parcel) -> bool:
        """Once more after a doubt is better than nothing; more often would fill the customer's screen."""
        piece = parcel.piece
        assert piece is not None
        count = repository.count_unknown(connection, parcel.address.id, piece.first_seq, piece.part)
        return count > REPEATS_IN_DOUBT

    def _tell_the_app(self, connection: Connection, address: AddressRow, seq: int) -> None:
        conversation = conversations.require(connection, address.conversation_id)
        fact = {"channel": address.channel, "seq": seq, "customer_id": conversation.customer_id}
        delivery.announce_event(connection, UNDELIVERED, f"{conversation.id}:{address.id}:{seq}", fact)

    async def run(self) -> None:
        """Look for what processes left behind, and forget what is old, until cancelled."""
        sweep = Loop("channels", self._exchange.sweep, SWEEP_SECONDS)
        tidy = Loop("old receipts", self._exchange.tidy, TIDY_SECONDS)
        await asyncio.gather(sweep.run(), tidy.run())
