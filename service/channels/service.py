"""The channels beside the widget: built once from the house, run beside it, closed with it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, Awaitable, Callable, Coroutine, Sequence

from fastapi.requests import HTTPConnection

from service.attachments.service import ERASE
from service.channels.attachments.service import Eraser
from service.channels.binding.service import Binding
from service.channels.contract import Channel
from service.channels.desk.service import Desk
from service.channels.email.client import MailServer, Server
from service.channels.email.service import EmailChannel
from service.channels.email.worker import Mailbox
from service.channels.exchange.service import Exchange
from service.channels.exchange.worker import Post
from service.channels.outgoing.client import SignedPost
from service.channels.outgoing.service import HOOK, Outgoing
from service.channels.typing.service import Typing
from service.channels.webhook.service import WebhookChannel
from service.channels.wechat.service import RelayedWeChat, WeChatChannel
from service.delivery import service as delivery
from service.delivery.worker import Handler, OutboxWorker
from service.house import House
from service.settings import Settings

PARALLEL = 16
DRAIN_SECONDS = 5.0


@dataclass(frozen=True)
class Channels:
    """All parts. A channel that is not configured is None."""

    exchange: Exchange
    typing: Typing
    binding: Binding
    post: Post
    worker: OutboxWorker
    outgoing: Outgoing
    wechat: WeChatChannel | None
    relayed: RelayedWeChat | None
    webhook: WebhookChannel | None
    mailbox: Mailbox | None
    closers: Sequence[Callable[[], Awaitable[None]]] = field(default_factory=tuple)

    def loops(self) -> list[asyncio.Task[None]]:
        """Start what runs in the background."""
        started: dict[str, Coroutine[Any, Any, None]] = {"push": self.worker.run(), "channels": self.post.run()}
        if self.mailbox is not None:
            started["mailbox"] = self.mailbox.run()
        return [asyncio.create_task(loop, name=name) for name, loop in started.items()]

    async def close(self) -> None:
        """Let what is under way finish, then close connections."""
        await self.exchange.drain(DRAIN_SECONDS)
        for close in self.closers:
            await close()


def open_channels(house: House) -> Channels:
    """Wire the channels that the settings name.

    Raises:
        ConfigurationError: the address of a mail server is none.
    """
    settings = house.settings
    post = SignedPost(private=settings.hooks_private)
    wechat = WeChatChannel(settings, house.database) if settings.wechat_token else None
    relayed = RelayedWeChat(settings, house.database) if settings.wechat_relay_secret else None
    webhook = WebhookChannel(settings, post) if settings.webhook_secret else None
    email = _email(settings)
    open_ones: list[Channel | None] = [wechat or relayed, webhook, email]
    binding = Binding(house)
    exchange = Exchange(house, Desk(house, binding), {c.name: c for c in open_ones if c is not None})
    postman = Post(house, exchange)
    outgoing = Outgoing(house, post)
    handlers: dict[str, Handler] = {
        delivery.PUSH: postman.push,
        delivery.EVENT: outgoing.announce,
        HOOK: outgoing.deliver,
        ERASE: Eraser(house).erase,
    }
    worker = OutboxWorker(house.database, handlers, parallel=PARALLEL)
    house.outbox.also_wake(worker.wake)
    return Channels(
        exchange=exchange,
        typing=Typing(house, exchange.channels),
        binding=binding,
        post=postman,
        worker=worker,
        outgoing=outgoing,
        wechat=wechat,
        relayed=relayed,
        webhook=webhook,
        mailbox=Mailbox(email, exchange, settings.email_poll) if email is not None and settings.email_imap else None,
        closers=(post.close, *(c.close for c in (wechat, relayed) if c is not None)),
    )


def _email(settings: Settings) -> EmailChannel | None:
    if not settings.email_address:
        return None
    imap = Server.of(settings.email_imap, "imap", "YOUBAN_EMAIL_IMAP") if settings.email_imap else None
    smtp = Server.of(settings.email_smtp, "smtp", "YOUBAN_EMAIL_SMTP")
    return EmailChannel(settings.email_address, MailServer(smtp, imap))


def channels_of(connection: HTTPConnection) -> Channels:
    """The channels that answer this request."""
    channels = connection.app.state.channels
    assert isinstance(channels, Channels)
    return channels
