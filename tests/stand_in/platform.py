"""A platform that stands in for a real one: the embedded platform behind docs/platform-api.yml, with faults to switch.

`python -m tests.stand_in.platform --port 9001 --db /tmp/stand-in.db [--events http://127.0.0.1:8000 --secret S]`
serves it by itself and posts its events.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Awaitable, Callable, Iterator, Sequence

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from contracts.errors import ContractError, NotFound
from contracts.platform import PlatformEvent
from contracts.remedies import RemedyRequest
from service.channels.platform.rules import SIGNATURE_HEADER, TIMESTAMP_HEADER, signature
from service.clock import utc_now
from service.gateways.fuel_platform.embedded import EmbeddedPlatform
from service.gateways.fuel_platform.wire import all_to_wire, from_wire, to_wire

LISTS = ("orders", "coupons", "payments", "points", "gifts", "invoices", "cards", "refunds", "invoice-titles")
LIMITED = ("orders", "payments", "points")


@dataclass
class Faults:
    """What goes wrong with the next requests; each number counts down."""

    delay: float = 0.0
    errors: int = 0
    """Answered with 500, nothing done."""
    drop_before: int = 0
    """The connection ends, nothing done."""
    drop_after: int = 0
    """Done, but the connection ends before the answer."""
    duplicate: bool = False
    """Every request arrives twice, as on a network that sends again."""
    version: str = "1.0"
    garbage: bool = False


@dataclass
class StandIn:
    """The application and what a test may look at."""

    platform: EmbeddedPlatform
    token: str = ""
    faults: Faults = field(default_factory=Faults)
    requests: list[tuple[str, str]] = field(default_factory=list)

    @property
    def app(self) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
        routes = [
            Route("/v1/contract", self._contract),
            Route("/v1/customers/{customer_id}", self._customer),
            Route("/v1/customers/{customer_id}/{what}", self._list),
            Route("/v1/stations", self._stations),
            Route("/v1/customer-lookups", self._lookup, methods=["POST"]),
            Route("/v1/texts", self._text, methods=["POST"]),
            Route("/v1/remedies", self._remedy, methods=["POST"]),
        ]
        inner = Starlette(routes=routes, exception_handlers={NotFound: _not_found, ContractError: _invalid})
        return _Faulty(inner, self)

    async def _contract(self, _request: Request) -> Response:
        return JSONResponse({"name": "youban-fuel-platform", "version": self.faults.version})

    async def _customer(self, request: Request) -> Response:
        return JSONResponse(to_wire(await self.platform.customer(request.path_params["customer_id"])))

    async def _list(self, request: Request) -> Response:
        what = request.path_params["what"]
        if what not in LISTS:
            return JSONResponse({"detail": "no such address"}, 404)
        read: Any = getattr(self.platform, what.replace("-", "_"))
        customer_id = request.path_params["customer_id"]
        if what in LIMITED and "limit" in request.query_params:
            found: Sequence[object] = await read(customer_id, int(request.query_params["limit"]))
        else:
            found = await read(customer_id)
        return JSONResponse({"items": all_to_wire(found)})

    async def _stations(self, request: Request) -> Response:
        limit = int(request.query_params.get("limit", "5"))
        found = await self.platform.stations(request.query_params.get("query"), limit)
        return JSONResponse({"items": all_to_wire(found)})

    async def _lookup(self, request: Request) -> Response:
        body = await request.json()
        return JSONResponse({"customer_id": await self.platform.customer_of_phone(str(body["phone"]))})

    async def _text(self, request: Request) -> Response:
        body = await request.json()
        await self.platform.send_text(body["phone"], body["text"], _key(request))
        return Response(status_code=204)

    async def _remedy(self, request: Request) -> Response:
        asked = from_wire(RemedyRequest, await request.json())
        return JSONResponse(to_wire(await self.platform.perform(asked, _key(request))))


def _key(request: Request) -> str:
    key = request.headers.get("idempotency-key")
    if not key:
        raise ContractError("a write needs an Idempotency-Key")
    return key


async def _not_found(_request: Request, error: Exception) -> Response:
    return JSONResponse({"error": {"code": "not_found", "message": str(error)}}, 404)


async def _invalid(_request: Request, error: Exception) -> Response:
    return JSONResponse({"error": {"code": "invalid", "message": str(error)}}, 422)


@dataclass
class _Faulty:
    """Lets requests through as the faults say."""

    inner: Starlette
    stand_in: StandIn

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.inner(scope, receive, send)
            return
        faults = self.stand_in.faults
        self.stand_in.requests.append((scope["method"], scope["path"]))
        if faults.delay:
            await asyncio.sleep(faults.delay)
        wanted = f"Bearer {self.stand_in.token}".encode() if self.stand_in.token else None
        if wanted is not None and dict(scope["headers"]).get(b"authorization") != wanted:
            await JSONResponse({"error": {"code": "unauthorised", "message": "token"}}, 401)(scope, receive, send)
        elif faults.garbage:
            await Response("<html>maintenance</html>", media_type="text/html")(scope, receive, send)
        elif faults.errors:
            faults.errors -= 1
            await JSONResponse({"error": {"code": "internal", "message": "500"}}, 500)(scope, receive, send)
        elif faults.drop_before:
            faults.drop_before -= 1
            await _cut(send)
        elif faults.drop_after:
            faults.drop_after -= 1
            await self.inner(scope, receive, _nowhere)
            await _cut(send)
        elif faults.duplicate:
            body = await Request(scope, receive).body()
            await self.inner(scope, _once(body), _nowhere)
            await self.inner(scope, _once(body), send)
        else:
            await self.inner(scope, receive, send)


async def _nowhere(_message: Message) -> None:
    return


def _once(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _cut(send: Send) -> None:
    """An answer that ends too early: the server closes the connection, the client hears no answer."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
    await send({"type": "http.response.body", "body": b"{", "more_body": False})


class Served:
    """A stand-in on a port of its own, in a thread."""

    def __init__(self, stand_in: StandIn, port: int = 0) -> None:
        self.stand_in = stand_in
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", port))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(stand_in.app, log_level="critical", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)

    def __enter__(self) -> Served:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.should_exit = True
        self._thread.join()


def post_events(url: str, secret: str, events: Sequence[PlatformEvent]) -> httpx.Response:
    """Post events to the service as the contract says."""
    body = json.dumps({"events": all_to_wire(events)}).encode()
    stamp = str(int(time.time()))
    headers = {TIMESTAMP_HEADER: stamp, SIGNATURE_HEADER: signature(secret, stamp, body)}
    return httpx.post(f"{url}/api/v1/platform/events", content=body, headers=headers, timeout=5, trust_env=False)


def tell(platform: EmbeddedPlatform, url: str, secret: str) -> Iterator[int]:
    """Go on posting what happened until it is acknowledged; yields how many were acknowledged."""
    while True:
        events = platform.tick()
        acknowledged = 0
        try:
            if events and post_events(url, secret, events).status_code == 202:
                platform.told([event.id for event in events])
                acknowledged = len(events)
        except httpx.HTTPError:
            time.sleep(1.0)
        yield acknowledged


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=9001)
    parser.add_argument("--db", type=Path, required=True)
    parser.add_argument("--token", default="")
    parser.add_argument("--events", default="", help="address of the service")
    parser.add_argument("--secret", default="", help="YOUBAN_PLATFORM_SECRET of the service")
    options = parser.parse_args()
    platform = EmbeddedPlatform(options.db, utc_now)
    with Served(StandIn(platform, options.token), options.port) as served:
        print(f"YOUBAN_PLATFORM_URL={served.url}")
        telling = tell(platform, options.events, options.secret) if options.events else None
        while True:
            if telling is not None:
                next(telling)
            time.sleep(1.0)


if __name__ == "__main__":
    main()
