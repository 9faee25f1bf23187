"""A bad network for tests: a proxy that loses, delays, doubles and cuts what passes through it, by a seed.

Every HTTP request travels on a connection of its own, so that each can meet its own accident. Pages and scripts pass
unharmed: only what `touches` says is in danger.
"""

from __future__ import annotations

import asyncio
import random
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Callable, Iterator

_CHUNK = 65_536
_TICK = 0.1
_GONE = (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError)


@dataclass(frozen=True)
class Weather:
    """How bad it is: chances from 0 to 1, times in seconds."""

    lose_request: float = 0.0
    """The request never arrives."""
    cut_answer: float = 0.0
    """The request arrives, its answer breaks off in the middle."""
    double: float = 0.0
    """The request arrives twice, nearly at once; the client sees the first answer."""
    delay: float = 0.0
    longest_delay: float = 1.0
    socket_life: float = 0.0
    """Mean life of a WebSocket; 0: it lives on."""


CALM = Weather()
STORM = Weather(lose_request=0.12, cut_answer=0.15, double=0.2, delay=0.3, longest_delay=0.8, socket_life=2.0)


@dataclass
class Network:
    """The proxy. `accidents` counts what happened, so that a test can prove that it met them."""

    upstream_port: int
    seed: int
    touches: Callable[[str], bool] = lambda path: path.startswith("/api/")
    weather: Weather = CALM
    accidents: Counter[str] = field(default_factory=Counter)
    port: int = 0
    _dice: random.Random = field(init=False)
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self) -> asyncio.Server:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=1 << 20)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            await self._handle(reader, writer)
        except _GONE:
            # One of the two ends is gone, or what came is no HTTP: the connection ends, as in any network.
            self.accidents["gone"] += 1
        except asyncio.CancelledError:
            # The test is over; asyncio would report a connection that ends so as an error.
            self.accidents["over"] += 1
        finally:
            self._open.discard(writer)
            writer.close()

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        path = lines[0].split(" ")[1]
        named = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        body = await reader.readexactly(int(named.get("content-length", "0")))
        weather = self.weather if self.touches(path) else CALM
        if self._happens("delay", weather.delay):
            await asyncio.sleep(self._dice.uniform(0, weather.longest_delay))
        if named.get("upgrade", "").lower() == "websocket":
            await self._tunnel(head, reader, writer)
            return
        request = _closing(lines) + body
        if self._happens("lose_request", weather.lose_request):
            return
        if self._happens("double", weather.double):
            answer, _ = await asyncio.gather(self._ask(request), self._late(request))
        else:
            answer = await self._ask(request)
        if self._happens("cut_answer", weather.cut_answer):
            writer.write(answer[: self._dice.randrange(1, max(2, len(answer)))])
            await writer.drain()
            return
        writer.write(answer)
        await writer.drain()

    def _happens(self, name: str, chance: float) -> bool:
        if not chance or self._dice.random() >= chance:
            return False
        self.accidents[name] += 1
        return True

    async def _late(self, request: bytes) -> None:
        await asyncio.sleep(self._dice.uniform(0, 0.05))
        await self._ask(request)

    async def _ask(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.upstream_port)
        try:
            writer.write(request)
            await writer.drain()
            return await reader.read(-1)
        finally:
            writer.close()

    async def _tunnel(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.upstream_port)
        far_writer.write(head)
        ways = [asyncio.create_task(_pour(*pair)) for pair in ((reader, far_writer), (far_reader, writer))]
        cut = False
        while not cut:
            done, _ = await asyncio.wait(ways, timeout=_TICK, return_when=asyncio.FIRST_COMPLETED)
            if done:
                break
            # The weather may turn while a socket is open.
            life = self.weather.socket_life
            cut = self._happens("socket_cut", _TICK / life if life else 0.0)
        for way in ways:
            way.cancel()
        far_writer.close()
        await asyncio.gather(*ways, return_exceptions=True)


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(_CHUNK):
        writer.write(chunk)
        await writer.drain()


def _closing(lines: list[str]) -> bytes:
    """The request's head, asking for a connection that ends with the answer."""
    kept = [line for line in lines if line and not line.lower().startswith(("connection:", "keep-alive:"))]
    return "\r\n".join([*kept, "Connection: close", "", ""]).encode("latin-1")


@contextmanager
def network(upstream_port: int, seed: int, touches: Callable[[str], bool] | None = None) -> Iterator[Network]:
    """A calm network in front of a service, while the block lasts; the test makes the weather."""
    made = Network(upstream_port, seed) if touches is None else Network(upstream_port, seed, touches)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(made.serve(), loop).result(10)
    try:
        yield made
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _end(server: asyncio.Server) -> None:
    server.close()
    running = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
