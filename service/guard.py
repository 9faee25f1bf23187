"""What every request passes: the limit per address, and headers that keep browsers from doing more than pages need."""

from __future__ import annotations

import hmac

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import ApiError, answer
from service.house import House
from service.limits import RateLimits


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

        await self._app(scope, receive, with_headers)


def _internal(scope: Scope, token: str) -> bool:
    header = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
    return hmac.compare_digest(header, f"Bearer {token}".encode())
