"""A small HTTP client that costs little itself: keep-alive connections, JSON bodies, nothing else.

A full client library takes longer for a request than the service does, and both share the machine's cores.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Any, Awaitable, Callable, Mapping, Sequence


class Connection:
    """One keep-alive connection to `host:port`."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def request(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        """Status and decoded JSON of one request.

        Raises:
            ConnectionError: the connection broke; the next request opens another.
        """
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._streams
        content = b"" if body is None else json.dumps(body).encode()
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}", f"Content-Length: {len(content)}"]
        lines += ["Content-Type: application/json", *(f"{k}: {v}" for k, v in (headers or {}).items())]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + content)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            length = next(
                int(line.split(":", 1)[1]) for line in head.split("\r\n") if line.lower().startswith("content-length")
            )
            answer = await reader.readexactly(length)
        except (asyncio.IncompleteReadError, StopIteration) as error:
            self._streams = None
            writer.close()
            raise ConnectionError("the server closed the connection") from error
        return int(head.split(" ", 2)[1]), json.loads(answer) if answer else None

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()


@dataclass
class Figures:
    """Seconds of each request of one run, and the run's own length."""

    seconds: list[float] = field(default_factory=list)
    elapsed: float = 0.0
    failed: int = 0

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.seconds) / self.elapsed if self.elapsed else 0.0

    def quantile(self, share: float) -> float:
        """Milliseconds below which `share` of the requests stayed."""
        if not self.seconds:
            return float("nan")
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


Job = Callable[[int], Awaitable[bool]]


async def closed_loop(job: Job, clients: int, seconds: float) -> Figures:
    """`clients` workers, each sending as soon as its last request was answered; `job(client)` is one request."""
    figures, start = Figures(), time.perf_counter()

    async def worker(client: int) -> None:
        while time.perf_counter() - start < seconds:
            begun = time.perf_counter()
            if await job(client):
                figures.seconds.append(time.perf_counter() - begun)
            else:
                figures.failed += 1

    await asyncio.gather(*(worker(c) for c in range(clients)))
    figures.elapsed = time.perf_counter() - start
    return figures


async def open_loop(job: Job, clients: int, rate: float, seconds: float) -> Figures:
    """Requests at a fixed rate whatever the answers take; a request waits for a free client, and the wait counts."""
    figures, start = Figures(), time.perf_counter()
    free: asyncio.Queue[int] = asyncio.Queue()
    for client in range(clients):
        free.put_nowait(client)

    async def one(due: float) -> None:
        client = await free.get()
        try:
            if await job(client):
                figures.seconds.append(time.perf_counter() - due)
            else:
                figures.failed += 1
        finally:
            free.put_nowait(client)

    tasks = []
    for number in range(int(rate * seconds)):
        due = start + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(one(due)))
    await asyncio.gather(*tasks)
    figures.elapsed = time.perf_counter() - start
    return figures


def cycle(texts: Sequence[str], number: int) -> str:
    return texts[number % len(texts)]
