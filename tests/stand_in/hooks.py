"""A system that subscribed to our webhooks: checks every signature, fails when it is told to."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


@dataclass
class HookReceiver:
    """`seen` holds every genuine delivery; `statuses` are answered first, one each."""

    secret: str = "a-secret-of-the-tests"
    seen: list[dict[str, Any]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    forged: int = 0

    def of(self, event: str) -> list[dict[str, Any]]:
        return [e for e in self.seen if e["event"] == event]

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/in", self._receive, methods=["POST"])])

    async def _receive(self, request: Request) -> Response:
        body = await request.body()
        stamp = request.headers["x-youban-timestamp"]
        made = hmac.new(self.secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        if request.headers["x-youban-signature"] != f"sha256={made}" or abs(time.time() - int(stamp)) > 60:
            self.forged += 1
            return Response(status_code=401)
        if self.statuses:
            return Response(status_code=self.statuses.pop(0))
        self.ids.append(request.headers["x-youban-event-id"])
        self.seen.append(json.loads(body))
        return Response(status_code=204)
