"""Thousands of open widget sockets on one house, with messages flowing: how fast they open, what they cost, how soon
a message is on the screen."""

from __future__ import annotations

import asyncio
import itertools
import json
import resource
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from bench.load import Connection, Figures
from bench.turns import ARTICLES
from tests.stack import Agent, Stack

SOCKETS = 2000
OPENING = 50
"""Sockets that are being opened at once."""
AGENTS = 4
SERVED = 40
"""Conversations that agents have; they write in these."""
RATE = 50.0
SPARE_FILES = 500
PATIENCE = 20.0


@dataclass
class Screen:
    """One customer with his widget open. `shown` holds the moment at which each message appeared, by its seq."""

    token: str
    conversation_id: str
    socket: ClientConnection | None = None
    shown: dict[int, float] = field(default_factory=dict)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def listen(self) -> None:
        """Take frames until the socket is closed."""
        assert self.socket is not None
        async for frame in self.socket:
            told, now = json.loads(frame), time.perf_counter()
            if told["type"] != "messages":
                continue
            async with self.news:
                for message in told["messages"]:
                    self.shown.setdefault(message["seq"], now)
                self.news.notify_all()

    async def until(self, seq: int) -> float:
        """When message `seq` was on the screen."""
        async with asyncio.timeout(PATIENCE):
            async with self.news:
                await self.news.wait_for(lambda: seq in self.shown)
        return self.shown[seq]


@dataclass
class SocketFigures:
    """What was measured; megabytes of the service's process, shares of one core."""

    sockets: int = 0
    open_rate: float = 0.0
    before_mb: float = 0.0
    after_mb: float = 0.0
    idle_cpu: float = 0.0
    busy_cpu: float = 0.0
    broken: int = 0
    bot: Figures = field(default_factory=Figures)
    agent: Figures = field(default_factory=Figures)

    @property
    def kilobytes_each(self) -> float:
        return (self.after_mb - self.before_mb) * 1000 / max(1, self.sockets)

    def lines(self) -> list[str]:
        """For the report."""
        return [
            f"- opened: {self.sockets:,} sockets, {self.open_rate:.0f} a second",
            f"- memory of the service: {self.before_mb:.0f} MB before, {self.after_mb:.0f} MB with all open and after "
            f"the load: {self.kilobytes_each:.0f} kB a socket",
            f"- processor of the service: {self.idle_cpu:.0%} of a core with all open and idle, {self.busy_cpu:.0%} "
            f"under the load",
            f"- sockets that broke: {self.broken}",
            "",
            "| from the request to the screen | messages/s | p50 ms | p99 ms | failed |",
            "|---|---|---|---|---|",
            *(
                f"| {name} | {f.rate:.0f} | {f.quantile(0.5):.1f} | {f.quantile(0.99):.1f} | {f.failed} |"
                for name, f in (("the bot answers", self.bot), ("an agent writes", self.agent))
            ),
        ]


class Crowd:
    """The customers and agents of one house."""

    def __init__(self, stack: Stack, count: int) -> None:
        self._stack, self._count = stack, count
        self._screens: list[Screen] = []
        self._listeners: list[asyncio.Task[None]] = []
        self._numbers = itertools.count()
        self._free: asyncio.Queue[Connection] = asyncio.Queue()

    async def measure(self, seconds: float) -> SocketFigures:
        """Open all, rest, write for `seconds`, close all."""
        allow_files(self._count + SPARE_FILES)
        for _ in range(OPENING):
            self._free.put_nowait(Connection("127.0.0.1", self._stack.service_port))
        figures = SocketFigures(sockets=self._count)
        self._screens = list(await asyncio.gather(*(self._enter() for _ in range(self._count))))
        writers = await self._serve_some()
        figures.before_mb = memory(self._stack.pid("service"))
        start = time.perf_counter()
        gate = asyncio.Semaphore(OPENING)
        await asyncio.gather(*(self._open(screen, gate) for screen in self._screens))
        figures.open_rate = self._count / (time.perf_counter() - start)
        figures.idle_cpu = await self._processor(5.0)
        figures.busy_cpu = (await asyncio.gather(self._processor(seconds), self._write(figures, writers, seconds)))[0]
        figures.after_mb = memory(self._stack.pid("service"))
        figures.broken = sum(1 for listener in self._listeners if listener.done())
        await self._close()
        return figures

    async def _enter(self) -> Screen:
        told = await self._post("/api/v1/widget/sessions", {})
        return Screen(told["token"], told["conversation_id"])

    async def _serve_some(self) -> list[tuple[Screen, str]]:
        """The conversations that agents have, each with its agent's token."""
        agents = [Agent.enter(self._stack, f"bench-agent{n}") for n in range(AGENTS)]
        served = []
        for number, screen in enumerate(self._screens[:SERVED]):
            token = agents[number % AGENTS].token
            await self._say(screen, "转人工")
            await self._post(f"/api/v1/conversations/{screen.conversation_id}/claim", None, token)
            served.append((screen, token))
        return served

    async def _open(self, screen: Screen, gate: asyncio.Semaphore) -> None:
        async with gate:
            url = f"ws://127.0.0.1:{self._stack.service_port}/api/v1/widget/socket"
            screen.socket = await connect(url, max_queue=None, ping_interval=None)
            await screen.socket.send(json.dumps({"type": "auth", "token": screen.token, "after_seq": 0}))
            first = json.loads(await screen.socket.recv())
            assert first["type"] == "messages", first
            self._listeners.append(asyncio.create_task(screen.listen()))

    async def _write(self, figures: SocketFigures, writers: list[tuple[Screen, str]], seconds: float) -> None:
        """Half of the messages from agents, half from customers whom the bot answers."""
        start, tasks = time.perf_counter(), []
        plain = self._screens[SERVED:]
        for number in range(int(RATE * seconds)):
            await asyncio.sleep(max(0.0, start + number / RATE - time.perf_counter()))
            if number % 2:
                screen, token = writers[number // 2 % len(writers)]
                tasks.append(asyncio.create_task(self._agent_writes(figures.agent, screen, token)))
            else:
                # A step that meets all conversations one after the other, far from their neighbours.
                screen = plain[(number // 2 * 7919) % len(plain)]
                tasks.append(asyncio.create_task(self._bot_answers(figures.bot, screen, number)))
        await asyncio.gather(*tasks)
        figures.bot.elapsed = figures.agent.elapsed = time.perf_counter() - start

    async def _agent_writes(self, figures: Figures, screen: Screen, token: str) -> None:
        begun = time.perf_counter()
        body = {"client_id": f"a{next(self._numbers)}", "text": "您好，正在为您核实，请稍等。"}
        try:
            told = await self._post(f"/api/v1/conversations/{screen.conversation_id}/messages", body, token)
            figures.seconds.append(await screen.until(told["seq"]) - begun)
        except (OSError, AssertionError, TimeoutError):
            figures.failed += 1

    async def _bot_answers(self, figures: Figures, screen: Screen, number: int) -> None:
        begun = time.perf_counter()
        try:
            told = await self._say(screen, ARTICLES[number // 2 % len(ARTICLES)])
            figures.seconds.append(await screen.until(told["messages"][-1]["seq"]) - begun)
        except (OSError, AssertionError, TimeoutError):
            figures.failed += 1

    async def _say(self, screen: Screen, text: str) -> Any:
        body = {"client_id": f"c{next(self._numbers)}", "text": text}
        return await self._post("/api/v1/widget/messages", body, screen.token)

    async def _post(self, path: str, body: Any, token: str | None = None) -> Any:
        connection = await self._free.get()
        try:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            try:
                status, told = await connection.request("POST", path, body, headers)
            except ConnectionError:
                # The server closes a connection that rested; a repeat under the same client id is the same message.
                status, told = await connection.request("POST", path, body, headers)
        finally:
            self._free.put_nowait(connection)
        assert status in (200, 201), (path, status, told)
        return told

    async def _processor(self, seconds: float) -> float:
        pid = self._stack.pid("service")
        before = processor_seconds(pid)
        await asyncio.sleep(seconds)
        return (processor_seconds(pid) - before) / seconds

    async def _close(self) -> None:
        for listener in self._listeners:
            listener.cancel()
        await asyncio.gather(*self._listeners, return_exceptions=True)
        await asyncio.gather(*(s.socket.close() for s in self._screens if s.socket), return_exceptions=True)
        while not self._free.empty():
            self._free.get_nowait().close()


def allow_files(wanted: int) -> None:
    """Raise this process's limit of open files.

    Raises:
        SystemExit: the system does not allow that many; one line that says what to do.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise SystemExit(f"{wanted} open files are needed, this system allows {hard}: raise `ulimit -Hn`")
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def memory(pid: int) -> float:
    """Resident megabytes of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


def processor_seconds(pid: int) -> float:
    """Seconds of processor that a process has used, in all threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100.0


def measure(count: int = SOCKETS, seconds: float = 20.0) -> SocketFigures:
    """Start a house of its own and measure it; without the assistant, whose memory and time are not in question."""
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder) / "sockets", more={"YOUBAN_READ_PICTURES": "false"})
        try:
            stack.start_service()
            return asyncio.run(Crowd(stack, count).measure(seconds))
        finally:
            stack.stop()


if __name__ == "__main__":
    print("\n".join(measure().lines()))
