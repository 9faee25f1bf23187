"""Binding a channel identity to a customer of the app: by consent, undone when he wants, forgotten when he leaves."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any, Mapping, Sequence

from sqlalchemy import Connection

from contracts.conversation import Button, Reply
from contracts.errors import NotFound, PlatformUnavailable
from service.agents import service as agents
from service.answers.rules import Voice
from service.attachments import service as attachments
from service.callbacks import service as callbacks
from service.channels.binding import repository, rules
from service.channels.contract import Update, UpdateKind
from service.channels.exchange import repository as exchange
from service.channels.exchange import rules as exchange_rules
from service.channels.exchange.repository import AddressRow
from service.clock import utc_now
from service.conversations import service as conversations
from service.conversations.service import ConversationRow
from service.handoff import service as handoff
from service.house import House
from service.inbox import service as inbox
from service.notes import service as notes
from service.ratings import service as ratings
from service.reading import service as reading
from service.robots import service as robots
from service.search import service as search
from service.tickets import service as tickets
from service.turns import service as turns
from service.wrapups import service as wrapups

# What endpoints of this domain may use, beside the class below.
from service.channels.binding.repository import (  # isort: skip
    BindingRow as BindingRow,
)

log = logging.getLogger(__name__)

CODE_LIFE = timedelta(minutes=10)
APP = "widget"


class Binding:
    """Who is who across channels."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._voice = Voice(house.replies, house.taxonomy)

    def hint(self, channel: str) -> str:
        """How to bind, for a welcome."""
        base = self._house.settings.public_url
        if channel == "wechat" and base and self._house.settings.wechat_app_secret:
            return self._voice.say("channel_bind_hint", link=f"{base.rstrip('/')}/channels/wechat/bind")
        return self._voice.say("channel_bind_hint_code")

    async def new_code(self, customer_id: str) -> tuple[str, datetime]:
        """A code for the customer to send in the other channel, and until when it works."""
        code, now = rules.new_code(), utc_now()
        digest = rules.digest(code, self._house.settings.secret)
        await self._house.database.write(lambda c: repository.insert_code(c, digest, customer_id, now + CODE_LIFE))
        return code, now + CODE_LIFE

    async def customer_of_code(self, code: str) -> str | None:
        """The customer who got this code in the app; it is used up."""
        digest, now = rules.digest(code, self._house.settings.secret), utc_now()
        return await self._house.database.write(lambda c: repository.use_code(c, digest, now))

    async def hear(self, update: Update, conversation_id: str, address: AddressRow) -> Sequence[Reply] | None:
        """The answer when the customer's words are about binding, else None."""
        code = rules.code_in(update.text)
        if code is not None:
            return await self._offer(address, code, update.at.timestamp())
        pending = address.state.get("bind")
        if pending is not None:
            answer = self._answer(update, address)
            if answer is not None:
                return await self._decide(update, address, pending, answer)
        wish = update.payload if update.kind is UpdateKind.PRESS else rules.wish(update.text)
        if wish == rules.UNDO:
            undone = await self.undo(update.channel, update.external_id)
            return self._words("bind_undone" if undone else "bind_none")
        if wish == rules.BIND:
            return [Reply(self.hint(update.channel), source="binding")]
        return None

    @staticmethod
    def kept_words(update: Update) -> str:
        """The customer's words as they are kept: a code is nobody's business afterwards."""
        text = update.text or rules.TITLES.get(update.payload or "", "")
        return rules.veiled(text) if rules.code_in(text) is not None else text

    async def bind(self, channel: str, external_id: str, customer_id: str, proof: str) -> None:
        """The identity is this customer's from now on, by his consent; a binding to somebody else ends."""
        now = utc_now()
        await self._house.database.write(lambda c: self._bind(c, channel, external_id, customer_id, proof, now))
        self._house.outbox.wake()

    async def undo(self, channel: str, external_id: str) -> bool:
        """The identity stands for itself again, with an empty conversation; False when it was not bound."""
        now = utc_now()
        return await self._house.database.write(lambda c: _undo(c, channel, external_id, now))

    async def bindings_of(self, customer_id: str) -> list[BindingRow]:
        return await self._house.database.read(lambda c: repository.bindings_of(c, customer_id))

    async def account(self, customer_id: str) -> str:
        """The account as it may be shown before it is known who asks; empty when the platform does not answer."""
        try:
            return rules.account(await self._house.platform.customer(customer_id))
        except (NotFound, PlatformUnavailable):
            return ""

    async def forget(self, channel: str, external_id: str) -> None:
        """The customer left the channel: what the channel told us of him goes, and what only it knew is erased."""
        now = utc_now()
        files = await self._house.database.write(lambda c: _forget(c, channel, external_id, now))
        self._house.outbox.wake()
        log.info("%s: a customer left, %s files are erased", channel, files)

    async def _offer(self, address: AddressRow, code: str, now: float) -> Sequence[Reply]:
        tries: Sequence[float] = address.state.get("tries", ())
        if rules.too_often(tries, now):
            return self._words("bind_too_often")
        customer_id = await self.customer_of_code(code)
        if customer_id is None:
            await self._keep(address, {"tries": [*tries[-9:], now]})
            return self._words("bind_wrong_code")
        await self._keep(address, {"bind": {"customer_id": customer_id, "until": now + CODE_LIFE.total_seconds()}})
        buttons = (Button(self._voice.say("bind_yes"), rules.YES), Button(self._voice.say("bind_no"), rules.NO))
        text = self._voice.say("bind_ask", account=await self.account(customer_id) or "您的账号")
        return [Reply(text, source="binding", buttons=buttons)]

    def _answer(self, update: Update, address: AddressRow) -> str | None:
        titles = {self._voice.say("bind_yes"): rules.YES, "同意": rules.YES, self._voice.say("bind_no"): rules.NO}
        chosen = exchange_rules.chosen(update.text, address.choices or (), None)
        answer = chosen["payload"] if chosen is not None else titles.get(update.text.strip())
        return answer if answer in (rules.YES, rules.NO) else None

    async def _decide(
        self, update: Update, address: AddressRow, pending: Mapping[str, Any], answer: str
    ) -> Sequence[Reply]:
        await self._keep(address, {"bind": None})
        if update.at.timestamp() > float(pending["until"]):
            return self._words("bind_wrong_code")
        if answer == rules.NO:
            return self._words("bind_declined")
        customer_id = str(pending["customer_id"])
        await self.bind(update.channel, update.external_id, customer_id, "code")
        return self._words("bind_done", account=await self.account(customer_id) or "已确认")

    async def _keep(self, address: AddressRow, values: Mapping[str, Any]) -> None:
        state = {k: v for k, v in {**address.state, **values}.items() if v is not None}
        await self._house.database.write(lambda c: exchange.update_address(c, address.id, state=state))

    def _words(self, key: str, **values: object) -> list[Reply]:
        return [Reply(self._voice.say(key, **values), source="binding")]

    def _bind(
        self, connection: Connection, channel: str, external_id: str, customer_id: str, proof: str, now: datetime
    ) -> None:
        known = repository.binding_of(connection, channel, external_id)
        if known is not None and known.customer_id == customer_id:
            return
        if known is not None:
            _undo(connection, channel, external_id, now)
        repository.insert_binding(connection, channel, external_id, customer_id, proof, now)
        guest = conversations.open_conversation(connection, channel, None, external_id, now)
        home = conversations.conversation_of_customer(connection, customer_id)
        if home is None:
            conversations.set_customer(connection, guest.contact_id, customer_id)
            tickets.move_to(connection, guest.id, conversations.require(connection, guest.id))
        elif home.id != guest.id:
            join(connection, guest.id, home.id, now)
        agents.audit(connection, customer_id, "binding.made", channel, {"proof": proof}, now)


def join(connection: Connection, guest_id: str, home_id: str, now: datetime) -> ConversationRow:
    """What somebody said before it was known who he is becomes part of his lifelong conversation."""
    guest = conversations.require(connection, guest_id, lock=True)
    home = conversations.require(connection, home_id, lock=True)
    offset = conversations.join(connection, guest, home, now)
    turns.move(connection, guest.id, home.id, offset)
    tickets.move_to(connection, guest.id, home)
    callbacks.move(connection, guest.id, home.id, now)
    handoff.move_to(connection, guest, home, now)
    notes.move(connection, guest.id, home.id)
    inbox.move(connection, guest.id, home.id)
    reading.move(connection, guest.id, home.id, offset)
    wrapups.move(connection, guest.id, home.id)
    exchange.move_addresses(connection, guest.id, home.id, offset)
    return conversations.require(connection, home.id)


def _undo(connection: Connection, channel: str, external_id: str, now: datetime) -> bool:
    bound = repository.binding_of(connection, channel, external_id)
    if bound is None:
        return False
    repository.undo(connection, channel, external_id, now)
    home = conversations.conversation_of_identity(connection, channel, external_id)
    alone = conversations.new_conversation(connection, channel, now)
    conversations.move_identity(connection, channel, external_id, alone.contact_id)
    if home is not None and home.channel == channel:
        conversations.use_channel(connection, home.id, APP)
    address = exchange.address(connection, channel, external_id, lock=True)
    if address is not None:
        values = {"conversation_id": alone.id, "delivered_seq": 0, "delivered_part": 0, "noticed_seq": 0}
        exchange.update_address(connection, address.id, choices=None, **values)
    agents.audit(connection, bound.customer_id, "binding.undone", channel, {}, now)
    return True


def _forget(connection: Connection, channel: str, external_id: str, now: datetime) -> int:
    conversation = conversations.conversation_of_identity(connection, channel, external_id)
    address = exchange.address(connection, channel, external_id, lock=True)
    if address is not None:
        exchange.delete_address(connection, address.id)
    exchange.delete_receipts_of(connection, channel, external_id)
    repository.forget(connection, channel, external_id, now)
    conversations.delete_identity(connection, channel, external_id)
    if conversation is None:
        return 0
    agents.audit(connection, "channel", "identity.forgotten", channel, {}, now)
    others = conversations.count_identities(connection, conversation.contact_id)
    if conversation.customer_id is not None or others:
        conversations.use_channel(connection, conversation.id, APP)
        return 0
    # What is still being worked on needs his words until it is done.
    tickets.erase_words(connection, conversation.id)
    robots.erase_words(connection, conversation.id)
    search.forget(connection, conversation.id)
    notes.forget(connection, conversation.id)
    inbox.forget(connection, conversation.id)
    reading.forget(connection, conversation.id)
    wrapups.erase_words(connection, conversation.id)
    callbacks.forget(connection, conversation.id, now)
    ratings.erase_words(connection, conversation.id)
    files = conversations.erase_words(connection, conversation.id)
    attachments.erase(connection, files)
    return len(files)
