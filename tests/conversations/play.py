"""`python -m tests.conversations.play`: play the scripted customers, print a table and what failed.

Starts a house of its own (service and assistant on free ports, fresh data) unless `--url` names a running one whose
data directory `--data` is at hand (it holds the database, through which time passes for a conversation).
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Sequence
from uuid import uuid4

import httpx

from tests.conversations.judge import judge, said
from tests.conversations.player import Played, World, play
from tests.conversations.script import Script, load_scripts
from tests.stack import Agent, Stack

AT_ONCE = 6
"""Customers who talk at the same time."""


@dataclass(frozen=True)
class Result:
    """One script's end; `played` is None when the house refused a request."""

    script: Script
    failures: Sequence[str]
    played: Played | None
    seconds: float

    @property
    def right(self) -> bool:
        return not self.failures


@contextmanager
def own_stack(folder: Path) -> Iterator[Stack]:
    """A house of its own in `folder`, stopped at the end."""
    stack = Stack(folder)
    try:
        stack.start_service()
        stack.start_assistant()
        yield stack
    finally:
        stack.stop()


def world_of(stack: Stack) -> World:
    """The world of a running stack, with an agent who may look at everything."""
    agent = Agent.enter(stack, f"reader-{uuid4().hex[:8]}", "supervisor")
    return World(stack.url, agent.token, stack.folder / "data" / "youban.db")


async def play_all(world: World, scripts: Sequence[Script], at_once: int = AT_ONCE) -> list[Result]:
    """Play the scripts side by side; results in the order of the scripts."""
    places = asyncio.Semaphore(at_once)

    async def one(script: Script) -> Result:
        async with places:
            started = time.perf_counter()
            try:
                played = await play(world, script)
            except httpx.HTTPError as error:
                return Result(
                    script, [f"请求失败：{type(error).__name__} {error}"], None, time.perf_counter() - started
                )
            return Result(script, judge(played), played, time.perf_counter() - started)

    try:
        return list(await asyncio.gather(*(one(s) for s in scripts)))
    finally:
        await world.close()


def transcript(result: Result) -> str:
    """The conversation line by line, with the router's label, what failed first."""
    lines = [f"## {result.script.id} ({result.script.who})", *(f"  ✗ {f}" for f in result.failures)]
    if result.played is None:
        return "\n".join(lines)
    labels = {t["seq"]: t for t in result.played.story["turns"]}
    numbers = [m["seq"] for m in result.played.story["messages"] if m["sender"] == "customer"]
    for seq, exchange in zip(numbers, result.played.exchanges, strict=False):
        turn = labels.get(seq)
        why = f"  〔{turn['label']} {turn['confidence']:.2f} {turn['tier']} {turn['sentiment']}〕" if turn else ""
        lines.append(f"  客户：{exchange.did}{why}")
        for reply in exchange.replies:
            buttons = "".join(f" [{b['title']}]" for b in reply.get("buttons") or ())
            lines.append(f"    {reply['sender']}：{said([reply])}{buttons}".replace("\n", "\n      "))
    for ticket in result.played.tickets:
        kinds = ",".join(e["kind"] for e in ticket["events"])
        lines.append(
            f"  工单：{ticket['category']} {ticket['department']} {ticket['priority']} {ticket['status']} "
            f"{ticket['order_ids']} {ticket['summary']} ({kinds})"
        )
    return "\n".join(lines)


def table(results: Sequence[Result]) -> str:
    """A line for each script and the total."""
    width = max(len(r.script.id) for r in results)
    lines = [
        f"{'✓' if r.right else '✗'} {r.script.id:<{width}} {r.script.who:<8} {r.seconds:5.1f}s  {'; '.join(r.failures)}"
        for r in results
    ]
    right = sum(r.right for r in results)
    return "\n".join([*lines, f"{right} of {len(results)} right ({right / len(results):.1%})"])


def main(arguments: Sequence[str] | None = None) -> int:
    """Play; 0 when all ended right."""
    parser = argparse.ArgumentParser(prog="python -m tests.conversations.play", description=__doc__)
    parser.add_argument("names", nargs="*", help="parts of the ids of the scripts to play (default: all)")
    parser.add_argument("--url", help="a running house, instead of one of its own")
    parser.add_argument("--data", type=Path, help="the data directory of the house at --url")
    parser.add_argument("--show", action="store_true", help="print every transcript, not only those that failed")
    parser.add_argument("--at-once", type=int, default=AT_ONCE, help="customers who talk at the same time")
    options = parser.parse_args(arguments)
    scripts = [s for s in load_scripts() if not options.names or any(n in s.id for n in options.names)]
    if not scripts:
        parser.error("no script of that name")
    if options.url:
        if options.data is None:
            parser.error("--url needs --data")
        world = World(options.url, _agent_of(options.url, options.data), options.data / "youban.db")
        results = asyncio.run(play_all(world, scripts, options.at_once))
    else:
        with tempfile.TemporaryDirectory(prefix="youban-play-") as folder, own_stack(Path(folder)) as stack:
            results = asyncio.run(play_all(world_of(stack), scripts, options.at_once))
    for result in results:
        if options.show or not result.right:
            print(transcript(result), end="\n\n")
    print(table(results))
    return 0 if all(r.right for r in results) else 1


def _agent_of(url: str, data: Path) -> str:
    """A supervisor of a running house, added through the command line as an operator would."""
    name, password = f"reader-{uuid4().hex[:8]}", uuid4().hex
    subprocess.run(
        [sys.executable, "-m", "service.cli", "agents", "add", name, "--role", "supervisor"],
        env={"YOUBAN_DATA_DIR": str(data), "PATH": "/usr/bin:/bin"},
        input=password,
        text=True,
        check=True,
        capture_output=True,
    )
    body = {"username": name, "password": password}
    answer = httpx.post(f"{url}/api/v1/agents/login", json=body, trust_env=False).raise_for_status()
    return str(answer.json()["token"])


if __name__ == "__main__":
    sys.exit(main())
