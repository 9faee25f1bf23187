"""Signed POSTs to other systems, never to addresses of the own network unless the settings allow it."""

from __future__ import annotations

import asyncio
import socket
import time
from dataclasses import dataclass
from typing import Mapping
from urllib.parse import urlsplit, urlunsplit

import httpx

from service.channels.outgoing import rules
from service.channels.platform.rules import SIGNATURE_HEADER, TIMESTAMP_HEADER, signature

_TIMEOUT = httpx.Timeout(8.0, connect=3.0)
_KEPT = 180


@dataclass(frozen=True)
class Answer:
    """What came back; `status` is 0 when nothing did. `sent` False: nothing reached the other side."""

    status: int
    words: str
    sent: bool = True
    retry_after: float = 0.0

    @property
    def done(self) -> bool:
        return 200 <= self.status < 300


class SignedPost:
    """One connection pool for everything that is signed and sent out."""

    def __init__(self, *, private: bool) -> None:
        self._private = private
        self._http = httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False, follow_redirects=False)

    async def send(self, url: str, secret: str, body: bytes, event_id: str) -> Answer:
        """POST a JSON body under its signature; redirects are not followed."""
        stamp = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            TIMESTAMP_HEADER: stamp,
            SIGNATURE_HEADER: signature(secret, stamp, body),
            rules.EVENT_ID_HEADER: event_id,
        }
        try:
            target, more, extensions = await self._target(url)
            response = await self._http.post(target, content=body, headers={**headers, **more}, extensions=extensions)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, OSError, _NotAllowed) as error:
            return Answer(0, str(error)[:_KEPT] or type(error).__name__, sent=False)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Answer(0, type(error).__name__)
        waits = response.headers.get("retry-after", "")
        retry_after = float(waits) if waits.isascii() and waits.isdecimal() and len(waits) < 6 else 0.0
        return Answer(response.status_code, response.text[:_KEPT], retry_after=retry_after)

    async def close(self) -> None:
        await self._http.aclose()

    async def _target(self, url: str) -> tuple[str, Mapping[str, str], Mapping[str, str]]:
        """The address to connect to: the number that was judged, so that the name cannot mean another one later."""
        if self._private:
            return url, {}, {}
        parts = urlsplit(url)
        host, port = str(parts.hostname), parts.port or 443
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        address = str(found[0][4][0])
        if not rules.public(address):
            raise _NotAllowed(f"{host} leads into a private network")
        netloc = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
        return urlunsplit(parts._replace(netloc=netloc)), {"Host": parts.netloc}, {"sni_hostname": host}


class _NotAllowed(Exception):
    """The address is of a network that events may not go to."""
