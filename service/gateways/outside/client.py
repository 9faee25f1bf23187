"""POSTs to addresses that administrators typed in: never to the own network unless the settings allow it."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from typing import Mapping
from urllib.parse import urlsplit, urlunsplit

import httpx

from service.gateways.outside import rules

_TIMEOUT = httpx.Timeout(8.0, connect=3.0)


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


class GuardedPost:
    """One connection pool for what goes to other people's servers.

    Args:
        private: whether HTTP and addresses of the own network are allowed.
        kept: how many characters of an answer are kept.
    """

    def __init__(self, *, private: bool, kept: int = 180) -> None:
        self._private = private
        self._kept = kept
        self._http = httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False, follow_redirects=False)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """POST a body; redirects are not followed, and what goes wrong is told without the address."""
        try:
            target, more, extensions = await self._target(url)
            response = await self._http.post(target, content=body, headers={**headers, **more}, extensions=extensions)
        except NotPublic as error:
            return Answer(0, str(error), sent=False)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, OSError) as error:
            return Answer(0, type(error).__name__, sent=False)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Answer(0, type(error).__name__)
        waits = response.headers.get("retry-after", "")
        retry_after = float(waits) if waits.isascii() and waits.isdecimal() and len(waits) < 6 else 0.0
        return Answer(response.status_code, response.text[: self._kept], retry_after=retry_after)

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
            raise NotPublic(f"{host} leads into a private network")
        netloc = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
        return urlunsplit(parts._replace(netloc=netloc)), {"Host": parts.netloc}, {"sni_hostname": host}


class NotPublic(Exception):
    """The address is of a network that nothing may be sent to."""
