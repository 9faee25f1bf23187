"""What every request passes: the limit per address, and headers that keep browsers from doing more than pages need."""

from __future__ import annotations

import hmac

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import ApiError, answer
from service.house import House
from service.limits import RateLimits

MOST_JSON = 4 * 1024**2
"""Bytes of a body without files; articles with their drafts are the longest."""


class Guard:
    """ASGI middleware, written out: the framework's convenience class costs a task and a queue a request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        if path.startswith("/api/"):
            house: House = scope["app"].state.house
            client = scope.get("client")
            try:
                # This machine's own programs ask for thousands of messages at a time.
                if not _internal(scope, house.settings.internal_token):
                    RateLimits.require(house.limits.address, client[0] if client else "unknown")
            except ApiError as error:
                await answer(error)(scope, receive, send)
                return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "same-origin")
                if path.startswith("/console"):
                    headers.setdefault("X-Frame-Options", "DENY")
            await send(message)

        limited = _limited(scope, receive) if path.startswith("/api/") else receive
        await self._app(scope, limited, with_headers)


def _limited(scope: Scope, receive: Receive) -> Receive:
    """`receive` that ends a body which is longer than any of ours, before it fills memory or disk."""
    headers = dict(scope["headers"])
    files = headers.get(b"content-type", b"").startswith(b"multipart/")
    settings = scope["app"].state.house.settings
    most = (max(settings.upload_megabytes, settings.video_megabytes) + 1) * 1024**2 if files else MOST_JSON
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise HTTPException(413)
        return message

    return counted


def _internal(scope: Scope, token: str) -> bool:
    header = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
    return hmac.compare_digest(header, f"Bearer {token}".encode())
