"""The channels beside the widget: built once from the house, run beside it, closed with it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, Awaitable, Callable, Coroutine, Sequence

from fastapi import Request

from service.channels.binding.service import Binding
from service.channels.contract import Channel
from service.channels.desk.service import Desk
from service.channels.exchange.service import Exchange
from service.channels.exchange.worker import Post
from service.channels.wechat.service import RelayedWeChat, WeChatChannel
from service.delivery import service as delivery
from service.delivery.worker import Handler, OutboxWorker
from service.house import House

PARALLEL = 16
DRAIN_SECONDS = 5.0


@dataclass(frozen=True)
class Channels:
    """All parts. A channel that is not configured is None."""

    exchange: Exchange
    binding: Binding
    post: Post
    worker: OutboxWorker
    wechat: WeChatChannel | None
    relayed: RelayedWeChat | None
    closers: Sequence[Callable[[], Awaitable[None]]] = field(default_factory=tuple)

    def loops(self) -> list[asyncio.Task[None]]:
        """Start what runs in the background."""
        started: dict[str, Coroutine[Any, Any, None]] = {"push": self.worker.run(), "channels": self.post.run()}
        return [asyncio.create_task(loop, name=name) for name, loop in started.items()]

    async def close(self) -> None:
        """Let what is under way finish, then close connections."""
        await self.exchange.drain(DRAIN_SECONDS)
        for close in self.closers:
            await close()


def open_channels(house: House) -> Channels:
    """Wire the channels that the settings name."""
    settings = house.settings
    wechat = relayed = None
    channels: dict[str, Channel] = {}
    closers: list[Callable[[], Awaitable[None]]] = []
    if settings.wechat_token or settings.wechat_relay_secret:
        wechat = WeChatChannel(settings, house.database) if settings.wechat_token else None
        relayed = RelayedWeChat(settings, house.database) if settings.wechat_relay_secret else None
        channels["wechat"] = wechat or relayed  # type: ignore[assignment]
        closers += [c.close for c in (wechat, relayed) if c is not None]
    binding = Binding(house)
    exchange = Exchange(house, Desk(house, binding), channels)
    post = Post(house, exchange)
    handlers: dict[str, Handler] = {delivery.PUSH: post.push}
    worker = OutboxWorker(house.database, handlers, parallel=PARALLEL)
    house.outbox.also_wake(worker.wake)
    return Channels(exchange, binding, post, worker, wechat, relayed, tuple(closers))


def channels_of(request: Request) -> Channels:
    """The channels that answer this request."""
    channels = request.app.state.channels
    assert isinstance(channels, Channels)
    return channels
