"""What a customer's update means: a message for a turn, a press, a follow, a wish to bind, a farewell."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Mapping, Sequence

from sqlalchemy import Connection

from contracts.conversation import Attachment, Button, InboundMessage, Owner, Reply, Sender
from service.answers import rules as answer_rules
from service.answers.rules import Voice
from service.channels.attachments import service as attachments
from service.channels.binding.service import Binding
from service.channels.contract import Channel, Media, MediaGone, Update, UpdateKind
from service.channels.exchange import repository, rules
from service.channels.exchange.repository import AddressRow
from service.channels.guests import service as guests
from service.clock import utc_now
from service.conversations import service as conversations
from service.errors import ApiError
from service.house import House

log = logging.getLogger(__name__)

LOCATION_LIFE = timedelta(minutes=30)
_WELCOME = ("intent:paid_not_fueled", "intent:coupon_not_received", "intent:station_find", "intent:invoice_apply")
_MESSAGES = (UpdateKind.MESSAGE, UpdateKind.PRESS)
_MEDIA_WORDS = {"voice": "[语音]", "image": "[图片]", "video": "[视频]"}


@dataclass(frozen=True)
class Entered:
    """The conversation that an update belongs to, as it was when it came."""

    conversation_id: str
    owner: Owner
    address: AddressRow
    asked_slot: str | None


class Desk:
    """Handles updates; doing it again for the same update changes nothing."""

    def __init__(self, house: House, binding: Binding) -> None:
        self._house = house
        self._binding = binding
        self._voice = Voice(house.replies, house.taxonomy)

    async def handle(self, update: Update, channel: Channel, held_until: float) -> None:
        """Carry it out. Replies are written to the conversation; somebody else brings them to the customer.

        `held_until`: until then nothing is pushed to the customer, because a passive answer may take it.
        """
        if update.kind is UpdateKind.IGNORED:
            return
        if update.kind is UpdateKind.UNFOLLOW:
            await self._binding.forget(update.channel, update.external_id)
            return
        if update.kind in (UpdateKind.LOCATION, UpdateKind.CONSENT):
            await self._remember(update)
            return
        now = utc_now()
        entered = await self._house.database.write(lambda c: self._enter(c, update, channel, held_until, now))
        if update.kind is UpdateKind.FOLLOW:
            await self._welcome(update, entered)
        elif update.kind is UpdateKind.UNREADABLE:
            await self._say(update, entered, [Reply(self._voice.say("channel_unknown"), source="channel")])
        elif not await self._bound(update, entered):
            await self._turn(update, channel, entered)

    def _enter(
        self, connection: Connection, update: Update, channel: Channel, held_until: float, now: datetime
    ) -> Entered:
        """Find or make conversation and address; what was said in another channel meanwhile counts as read there."""
        conversation = conversations.open_conversation(connection, update.channel, None, update.external_id, now)
        address = repository.address(connection, update.channel, update.external_id, lock=True)
        if address is None:
            repository.insert_address(
                connection,
                channel=update.channel,
                external_id=update.external_id,
                conversation_id=conversation.id,
                active=True,
                delivered_seq=conversation.seq,
                delivered_part=0,
                held_until=0.0,
                credit=0,
                credit_until=0.0,
                event_credit=0,
                event_credit_until=0.0,
                noticed_seq=conversation.seq,
                choices=None,
                state={},
                used_at=now,
            )
            address = repository.address(connection, update.channel, update.external_id)
            assert address is not None
        held = rules.Credit(address.credit, address.credit_until, address.event_credit, address.event_credit_until)
        credit = rules.granted(held, update.kind, channel.capacity, update.at.timestamp())
        values: dict[str, Any] = {
            "credit": credit.credit,
            "credit_until": credit.credit_until,
            "event_credit": credit.event_credit,
            "event_credit_until": credit.event_credit_until,
            "held_until": max(address.held_until, held_until),
            "conversation_id": conversation.id,
            "active": True,
            "used_at": now,
            "state": {**address.state, **update.state},
        }
        if conversation.channel != update.channel or address.conversation_id != conversation.id:
            values |= {"delivered_seq": conversation.seq, "delivered_part": 0, "noticed_seq": conversation.seq}
            conversations.use_channel(connection, conversation.id, update.channel)
        repository.update_address(connection, address.id, **values)
        address = repository.address(connection, update.channel, update.external_id)
        assert address is not None
        dialogue = conversations.open_dialogue(connection, conversation.id)
        asked = dialogue.requested_slot if dialogue is not None else None
        return Entered(conversation.id, conversation.owner, address, asked)

    async def _turn(self, update: Update, channel: Channel, entered: Entered) -> None:
        """A message like any other: stored, answered by its turn."""
        if self._house.limits.customer.take(entered.conversation_id, time.monotonic()) > 0:
            await self._say(update, entered, [Reply(self._voice.say("channel_busy"), source="channel")])
            return
        text, payload, menu = await self._meant(update, entered)
        kept, missed = await self._media(update, channel, entered.conversation_id)
        if missed and not kept and not text:
            key = "channel_voice" if missed == ["voice"] else "channel_media_gone"
            await self._say(update, entered, self._person(key))
            return
        if kept and not text and all(a.media_type.startswith("audio/") for a in kept):
            await self._say(update, entered, self._person("channel_voice"), kept)
            return
        context: dict[str, Any] = {}
        if menu is not None:
            context["menu"] = dict(menu)
        location = self._location(update, entered.address)
        if location is not None:
            context["location"] = location
        context |= await attachments.seen_in(self._house, kept)
        inbound = InboundMessage(
            conversation_id=entered.conversation_id,
            client_id=client_id(update),
            channel=update.channel,
            text=text,
            payload=payload,
            attachments=tuple(kept),
            context=context,
        )
        if await guests.hear(self._house, inbound) is None:
            await self._house.runner.receive(inbound)
            await attachments.show_words(self._house, kept)

    async def _meant(self, update: Update, entered: Entered) -> tuple[str, str | None, Mapping[str, str] | None]:
        """Text, payload, and the menu entry that vouches for the payload."""
        if update.kind is UpdateKind.PRESS and update.payload is not None:
            title = update.text or self._title(update.payload)
            return title, update.payload, {"title": title, "payload": update.payload}
        if update.location is not None and not update.text:
            return (
                self._voice.say("channel_location"),
                "intent:station_find",
                {
                    "title": self._voice.say("channel_location"),
                    "payload": "intent:station_find",
                },
            )
        if update.choice is not None:
            choice = await self._drawn(update.choice, entered.conversation_id)
        else:
            choice = rules.chosen(update.text, entered.address.choices or (), entered.asked_slot)
        if choice is not None:
            return choice["title"], choice["payload"], None
        return update.text, None, None

    async def _drawn(self, choice: str, conversation_id: str) -> Mapping[str, str] | None:
        """The button that a drawn choice stands for: `<seq>-<number>`."""
        seq, _, number = choice.partition("-")
        if not (seq.isdecimal() and number.isdecimal() and len(seq) < 10 and len(number) < 3):
            return None
        rows = await self._house.database.read(
            lambda c: conversations.messages_after(c, conversation_id, int(seq) - 1, 1)
        )
        buttons: Sequence[Mapping[str, str]] = (rows[0].buttons or ()) if rows and rows[0].seq == int(seq) else ()
        return buttons[int(number) - 1] if 0 < int(number) <= len(buttons) else None

    def _title(self, payload: str) -> str:
        if payload == answer_rules.HUMAN:
            return self._voice.say("button_human")
        try:
            return self._voice.title(payload)
        except (KeyError, ValueError):
            log.warning("a menu entry means nothing: %r", payload[:80])
            return payload

    def _location(self, update: Update, address: AddressRow) -> Mapping[str, Any] | None:
        """Where the customer is: he just said it, or the channel told us a short while ago."""
        if update.location is not None:
            return update.location
        known = address.state.get("location")
        if known is None or update.at - datetime.fromisoformat(known["at"]) > LOCATION_LIFE:
            return None
        return {k: v for k, v in known.items() if k != "at"}

    async def _media(
        self, update: Update, channel: Channel, conversation_id: str
    ) -> tuple[list[Attachment], list[str]]:
        """The pictures in our own store, because channels keep them for days only; kinds of those that are missing."""
        kept, missed = [], []
        for media in update.media:
            found = await self._fetch(media, channel, conversation_id)
            if found is None:
                missed.append(media.kind)
            else:
                kept.append(found)
        return kept, missed

    async def _fetch(self, media: Media, channel: Channel, conversation_id: str) -> Attachment | None:
        try:
            content = await channel.fetch(media)
            return await attachments.store(self._house, conversation_id, content, voice=media.kind == "voice")
        except (MediaGone, ApiError) as error:
            log.warning("%s: a %s could not be kept: %s", channel.name, media.kind, error)
            return None

    def _person(self, key: str) -> list[Reply]:
        return [Reply(self._voice.say(key), source="channel", buttons=(self._voice.human_button(),))]

    async def _welcome(self, update: Update, entered: Entered) -> None:
        buttons = [Button(self._voice.title(label), label) for label in _WELCOME]
        text = f"{self._voice.say('channel_welcome')}\n{self._binding.hint(update.channel)}".strip()
        reply = Reply(text, source="channel", buttons=(*buttons, self._voice.human_button()))
        await self._say(update, entered, [reply], silent=True)

    async def _bound(self, update: Update, entered: Entered) -> bool:
        """Whether it was about binding, and answered."""
        replies = await self._binding.hear(update, entered.conversation_id, entered.address)
        if replies is None:
            return False
        await self._say(replace(update, text=self._binding.kept_words(update)), entered, replies)
        return True

    async def _say(
        self,
        update: Update,
        entered: Entered,
        replies: Sequence[Reply],
        kept: Sequence[Attachment] = (),
        *,
        silent: bool = False,
    ) -> None:
        """Store what came and answer it without a turn; a person who has the conversation answers himself."""
        now = utc_now()
        words = update.text or "".join(_MEDIA_WORDS.get(m.kind, "") for m in update.media) or "[其他消息]"

        def work(connection: Connection) -> None:
            # Binding may have joined the conversation to another meanwhile: the customer's current one is meant.
            conversation = conversations.open_conversation(connection, update.channel, None, update.external_id, now)
            conversation = conversations.require(connection, conversation.id, lock=True)
            if conversations.message_by_client_id(connection, conversation.id, client_id(update)) is not None:
                return
            if not silent:
                said = Reply(words, sender=Sender.CUSTOMER)
                conversations.append(
                    connection, conversation, [said], now, client_id=client_id(update), attachments=tuple(kept)
                )
            if conversation.owner is not Owner.HUMAN:
                again = client_id(update) if silent else None
                conversations.append(connection, conversation, replies, now, client_id=again)

        await self._house.database.write(work)
        self._house.outbox.wake()

    async def _remember(self, update: Update) -> None:
        """What the channel tells of the customer without a word of his."""

        def work(connection: Connection) -> None:
            address = repository.address(connection, update.channel, update.external_id, lock=True)
            if address is None:
                return
            state = {**address.state, **rules.counted_consents(address.state, update.state)}
            if update.location is not None:
                state["location"] = {**update.location, "at": update.at.isoformat()}
            repository.update_address(connection, address.id, state=state)

        await self._house.database.write(work)


def client_id(update: Update) -> str:
    """What makes a repeated update the same message of its conversation; at most 80 characters."""
    return f"{update.channel}:{update.key}"[:80] if len(update.key) < 60 else f"{update.channel}:{rules.digest(update)}"
