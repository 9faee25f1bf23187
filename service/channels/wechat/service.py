"""The WeChat official account as a channel: see contract.Channel."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import OrderedDict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Mapping, Sequence

from service.attachments.client import as_jpeg
from service.channels.contract import (
    Allowance,
    Capacity,
    Envelope,
    File,
    Media,
    MediaGone,
    Notice,
    Outcome,
    Piece,
    Recipient,
    Refused,
    Sent,
    Unreadable,
    Update,
)
from service.channels.exchange import rules as exchange
from service.channels.exchange.service import Passive
from service.channels.platform.rules import SIGNATURE_HEADER, TIMESTAMP_HEADER, problem
from service.channels.wechat import rules
from service.channels.wechat.client import Account, WeChatClient, WeChatError
from service.clock import CHINA
from service.conversations.service import MessageRow
from service.db import Database
from service.settings import Settings

log = logging.getLogger(__name__)

_CAPACITY = Capacity(
    text_bytes=2000,
    carries=frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4", "audio/amr", "audio/mpeg"}),
    merges=True,
    per_message=Allowance(5, timedelta(hours=48)),
    per_event=Allowance(3, timedelta(minutes=1)),
    typing=timedelta(seconds=30),
)
MENU_FILE = Path(__file__).with_name("menu.json")
_MENU_BYTES = 1000
_MENU_CHOICES = 10
_SUMMARY = 20
_TRIES = 3
# What WeChat takes of each kind, in bytes.
_LARGEST = {"image": 10 * 1024**2, "video": 10 * 1024**2, "audio": 2 * 1024**2, "thumb": 64 * 1024}
_TOO_LARGE = {
    "image": "（给您发了一张图片，太大了微信里放不下，请在 App 的客服页查看）",
    "video": "（给您发了一段视频，太大了微信里放不下，请在 App 的客服页查看）",
    "audio": "（给您发了一段语音，太长了微信里放不下，请在 App 的客服页收听）",
}
_REMEMBERED_FAILURES = 1000


class WeChatChannel:
    """Implements contract.Channel for one official account."""

    name = rules.NAME
    capacity = _CAPACITY

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        account = Account(
            app_id=settings.wechat_app_id,
            secret=settings.wechat_app_secret,
            base=settings.wechat_api_base,
            relay_url=settings.wechat_relay_token_url,
            relay_secret=settings.wechat_relay_secret,
        )
        self._failures: OrderedDict[str, int] = OrderedDict()
        self.client = WeChatClient(database, account, settings.upload_megabytes * 1024 * 1024)

    def echo(self, query: Mapping[str, str], now: datetime) -> str:
        """What WeChat wants back when it checks the address.

        Raises:
            Refused: it is not WeChat that asks.
        """
        self._require(query.get("signature", ""), query, (), now)
        return query.get("echostr", "")[:200]

    def verify(self, envelope: Envelope) -> bytes:
        """See contract.Channel. An account with a key takes encrypted bodies only: plain signatures cover no body."""
        query = envelope.query
        if not self._settings.wechat_aes_key:
            self._require(query.get("signature", ""), query, (), envelope.received_at)
            return envelope.body
        try:
            cipher = rules.plain_xml(envelope.body).get("Encrypt", "")
        except Unreadable as error:
            raise Refused(str(error)) from None
        self._require(query.get("msg_signature", ""), query, (cipher,), envelope.received_at)
        return rules.decrypted(cipher, self._settings.wechat_aes_key, self._settings.wechat_app_id)

    def parse(self, content: bytes, at: datetime) -> Sequence[Update]:
        """See contract.Channel."""
        return [rules.read_update(content, at)]

    async def fetch(self, media: Media) -> bytes:
        """See contract.Channel."""
        if not media.ref:
            raise MediaGone("no media id")
        return await self.client.download(media.ref, media.url)

    def degrade(self, messages: Sequence[MessageRow]) -> Sequence[Piece]:
        """See contract.Channel."""
        return exchange.pieces(messages, self.capacity, lambda card: exchange.card_lines(card, _link))

    async def send(self, recipient: Recipient, piece: Piece, key: str, file: File | None) -> Outcome:
        """See contract.Channel. WeChat knows no key: after an unknown outcome a message may arrive twice."""
        try:
            body = await self._body(piece, file)
            await self.client.call("/cgi-bin/message/custom/send", {"touser": recipient.external_id, **body})
        except WeChatError as error:
            return error.outcome()
        return Outcome(Sent.DONE)

    async def notify(self, recipient: Recipient, notice: Notice, key: str) -> Outcome:
        """See contract.Channel: by template message, else by a subscription notice that the customer allowed."""
        settings, data = self._settings, self._fields(notice)
        to = {"touser": recipient.external_id, "data": data}
        try:
            if settings.wechat_template_id:
                body = {**to, "template_id": settings.wechat_template_id, "url": notice.link}
                await self.client.call("/cgi-bin/message/template/send", body)
                return Outcome(Sent.DONE)
            consents = dict(recipient.state.get("consents", {}))
            template = settings.wechat_subscribe_id
            if not template or consents.get(template, 0) < 1:
                return Outcome(Sent.CLOSED, reason="no way to tell him")
            body = {**to, "template_id": template, "page": notice.link}
            await self.client.call("/cgi-bin/message/subscribe/bizsend", body)
        except WeChatError as error:
            return error.outcome()
        return Outcome(Sent.DONE, state={"consents": {**consents, template: consents[template] - 1}})

    async def typing(self, openid: str) -> None:
        """Show that an answer is being written; what WeChat thinks of it matters to nobody."""
        try:
            await self.client.call("/cgi-bin/message/custom/typing", {"touser": openid, "command": "Typing"})
        except WeChatError as error:
            if error.code not in rules.TYPING_ERRORS:
                log.info("typing is not shown: %s", error)

    def reply(self, passive: Passive, query: Mapping[str, str], now: datetime) -> str:
        """The body that goes back in the request, encrypted where the account encrypts."""
        xml = rules.passive_xml(passive.update, passive.text, now)
        settings = self._settings
        if not settings.wechat_aes_key:
            return xml
        nonce = query.get("nonce", "0")[:64]
        return rules.encrypted(xml, settings.wechat_token, settings.wechat_aes_key, settings.wechat_app_id, nonce, now)

    def last_words(self, envelope: Envelope, words: str) -> str | None:
        """What goes back when an update could not be stored three times, so that the customer sees words of ours
        instead of WeChat's error; None while WeChat will bring it again."""
        (update,) = self.parse(self.verify(envelope), envelope.received_at)
        key = f"{update.external_id}|{update.key}"
        count = self._failures.pop(key, 0) + 1
        self._failures[key] = count
        while len(self._failures) > _REMEMBERED_FAILURES:
            self._failures.popitem(last=False)
        if count < _TRIES:
            return None
        return self.reply(Passive(words, update, 0), envelope.query, envelope.received_at)

    async def close(self) -> None:
        await self.client.close()

    def _require(self, given: str, query: Mapping[str, str], more: Sequence[str], now: datetime) -> None:
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        parts = (self._settings.wechat_token, timestamp, nonce, *more)
        rules.require_signature(given, parts, timestamp, now.timestamp(), self._settings.wechat_window)

    async def _body(self, piece: Piece, file: File | None) -> dict[str, Any]:
        if file is not None:
            return await self._lent(file)
        small = len(piece.text.encode()) <= _MENU_BYTES and len(piece.choices) <= _MENU_CHOICES
        if not piece.choices or not small:
            return {"msgtype": "text", "text": {"content": exchange.numbered(piece)}}
        listed = [{"id": c.ref, "content": c.title} for c in piece.choices]
        menu = {"head_content": piece.text, "list": listed, "tail_content": ""}
        return {"msgtype": "msgmenu", "msgmenu": menu}

    async def _lent(self, file: File) -> dict[str, Any]:
        """The file as WeChat shows it; one that is larger than it takes is spoken of."""
        kind = file.media_type.partition("/")[0]
        content, media_type = file.content, file.media_type
        if media_type == "image/webp":
            content, media_type = await asyncio.to_thread(as_jpeg, content), "image/jpeg"
        if len(content) > _LARGEST[kind]:
            return {"msgtype": "text", "text": {"content": _TOO_LARGE[kind]}}
        if kind == "image":
            return {"msgtype": "image", "image": {"media_id": await self.client.upload("image", content, media_type)}}
        if kind == "audio":
            return {"msgtype": "voice", "voice": {"media_id": await self.client.upload("voice", content, media_type)}}
        video: dict[str, str] = {"media_id": await self.client.upload("video", content, media_type)}
        if file.thumb is not None and len(file.thumb) <= _LARGEST["thumb"]:
            video["thumb_media_id"] = await self.client.upload("thumb", file.thumb, "image/jpeg")
        return {"msgtype": "video", "video": video}

    def _fields(self, notice: Notice) -> dict[str, dict[str, str]]:
        """The fields of the account's own template, as the settings name them."""
        values = {
            "summary": notice.summary[:_SUMMARY],
            "time": notice.at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M"),
        }
        pairs = (pair.partition("=") for pair in self._settings.wechat_template_fields.split(",") if "=" in pair)
        return {name.strip(): {"value": values.get(what.strip(), "")} for name, _, what in pairs}


class RelayedWeChat(WeChatChannel):
    """The same account behind a server of its own, which forwards plain XML and signs it."""

    def verify(self, envelope: Envelope) -> bytes:
        """See contract.Channel."""
        secret, headers = self._settings.wechat_relay_secret, envelope.headers
        stamp, given = headers.get(TIMESTAMP_HEADER.lower()), headers.get(SIGNATURE_HEADER.lower())
        why = problem(secret, stamp, given, envelope.body, envelope.received_at.timestamp())
        if not secret or why is not None:
            raise Refused(f"not from the account's server: {why}")
        return envelope.body

    def reply(self, passive: Passive, query: Mapping[str, str], now: datetime) -> str:
        """Plain: the account's server encrypts where it must."""
        return rules.passive_xml(passive.update, passive.text, now)


def _link(url: str, title: str) -> str:
    return f'<a href="{url}">{title}</a>'


async def create_menu(settings: Settings, database: Database, raw: str) -> None:
    """Give the account a menu, in the JSON of WeChat's menu/create.

    Raises:
        ValueError: it is no JSON object with buttons.
        WeChatError: WeChat does not take it.
    """
    menu = json.loads(raw)
    if not isinstance(menu, dict) or not isinstance(menu.get("button"), list):
        raise ValueError("an object with a list `button` is expected")
    channel = WeChatChannel(settings, database)
    try:
        await channel.client.call("/cgi-bin/menu/create", menu)
    finally:
        await channel.close()
