"""One console with two hundred live conversations: `python -m bench.console`.

A real house, a real Chromium with the console open, customers who write through the widget's own interface. Measured
are long tasks, frames while scrolling and while typing, the way of a key to the screen, memory, and the time from a
customer's words (his request leaves) to the agent's screen (the words stand in the page). The figures are those of one
run; nothing is judged.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterator
from uuid import uuid4

import httpx
from playwright.async_api import CDPSession, Page, ViewportSize, async_playwright

from tests.stack import PASSWORD, Agent, Customer, Stack

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
DESKTOP: ViewportSize = {"width": 1440, "height": 900}
LONG_TALK = 2000
WORDS = (
    "还在吗",
    "那我再等等",
    "钱到底什么时候退",
    "刚才那个券我看到了",
    "好的谢谢",
    "我在城北站三号枪",
    "稍等我截个图",
)

_WATCH = """() => {
  const seen = window.__seen = { long: [], frames: [], events: [], arrived: {} };
  new PerformanceObserver(list => { for (const e of list.getEntries()) seen.long.push(e.duration); })
    .observe({ type: 'longtask' });
  new PerformanceObserver(list => { for (const e of list.getEntries())
    if (e.name === 'keydown' || e.name === 'keypress') seen.events.push(e.duration); })
    .observe({ type: 'event', durationThreshold: 16 });
  let last = performance.now();
  const frame = now => { seen.frames.push(now - last); last = now; requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
  new MutationObserver(() => {
    for (const found of document.querySelector('[role=log]')?.textContent.matchAll(/measure-[0-9a-f]{8}/g) ?? [])
      seen.arrived[found[0]] ??= Date.now();
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""
_TAKE = """() => { const s = window.__seen; const out = { long: s.long, frames: s.frames, events: s.events };
  s.long = []; s.frames = []; s.events = []; return out; }"""


def quantile(values: list[float], share: float) -> float:
    """Of values in any order; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


@dataclass
class Crowd:
    """The customers of one agent, who write `rate` messages a second between them."""

    stack: Stack
    customers: list[Customer]
    rate: float
    watched: Customer
    sent: dict[str, float] = field(default_factory=dict)
    written: int = 0
    slow: list[float] = field(default_factory=list)

    async def write(self, seconds: float) -> None:
        """Every fifth message goes into the conversation that the agent looks at and bears a mark."""
        async with httpx.AsyncClient(base_url=self.stack.url, timeout=30, trust_env=False) as client:
            end, next_at = time.monotonic() + seconds, time.monotonic()
            under_way: set[asyncio.Task[None]] = set()
            while time.monotonic() < end:
                task = asyncio.create_task(self._one(client))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
                next_at += 1 / self.rate
                await asyncio.sleep(max(0.0, next_at - time.monotonic()))
            await asyncio.gather(*under_way)

    async def _one(self, client: httpx.AsyncClient) -> None:
        self.written += 1
        text = random.choice(WORDS)
        customer = random.choice(self.customers)
        if self.written % 5 == 0:
            mark = f"measure-{uuid4().hex[:8]}"
            customer, text = self.watched, f"{text} {mark}"
            self.sent[mark] = time.time() * 1000
        body = {"client_id": uuid4().hex, "text": text}
        began = time.monotonic()
        answer = await client.post("/api/v1/widget/messages", json=body, headers=customer.headers)
        answer.raise_for_status()
        self.slow.append((time.monotonic() - began) * 1000)


def _house(stack: Stack, count: int) -> tuple[Agent, list[Customer]]:
    """An agent with `count` conversations."""
    agent = Agent.enter(stack, "bench")
    customers = []
    for n in range(count):
        customer = Customer.enter(stack, f"demo-gold-desk{n}")
        customer.say("转人工")
        agent.post(f"/conversations/{customer.conversation_id}/claim").raise_for_status()
        customers.append(customer)
    return agent, customers


async def _console(page: Page, stack: Stack, conversation_id: str) -> None:
    await page.goto(f"{stack.url}/console/")
    await page.get_by_label("用户名").fill("bench")
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="登录").click()
    await page.locator(f"[data-conversation='{conversation_id}']").click()
    await page.get_by_role("textbox", name="回复客户").wait_for()
    await page.evaluate(_WATCH)


async def _heap(session: CDPSession) -> float:
    await session.send("HeapProfiler.enable")
    await session.send("HeapProfiler.collectGarbage")
    await session.send("Performance.enable")
    told: Any = await session.send("Performance.getMetrics")
    return next(float(m["value"]) for m in told["metrics"] if m["name"] == "JSHeapUsedSize") / 1e6


async def _scroll(page: Page, selector: str, seconds: float) -> None:
    """Up and down with the wheel over an element."""
    box = await page.locator(selector).first.bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    end, step = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        await page.mouse.wheel(0, 240 if step % 24 < 12 else -240)
        step += 1
        await asyncio.sleep(0.03)


async def _type(page: Page, seconds: float) -> None:
    box = page.get_by_role("textbox", name="回复客户")
    await box.fill("")
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        await box.press_sequentially("hao de nin shao deng ", delay=60)
    await box.fill("")


def _row(name: str, taken: dict[str, list[float]]) -> str:
    frames, long, keys = taken["frames"], taken["long"], taken["events"]
    key = f"{quantile(keys, 0.5):.0f} / {quantile(keys, 0.99):.0f}" if keys else "below 16"
    return (
        f"| {name} | {quantile(frames, 0.5):.1f} | {quantile(frames, 0.95):.1f} | {quantile(frames, 0.99):.1f} "
        f"| {len(long)} | {max(long, default=0):.0f} | {key if name == 'typing' else '–'} |"
    )


async def _measure(stack: Stack, customers: list[Customer], rate: float, seconds: float) -> list[str]:
    watched = customers[len(customers) // 2]
    crowd = Crowd(stack, customers, rate, watched)
    lines = [
        f"{len(customers)} conversations of one agent, {rate:.0f} messages a second.\n",
        "| while | frame p50 ms | p95 | p99 | long tasks | longest ms | key to screen p50 / p99 ms |",
        "|---|---|---|---|---|---|---|",
    ]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = await (await browser.new_context(viewport=DESKTOP, locale="zh-CN")).new_page()
        session = await page.context.new_cdp_session(page)
        try:
            began = time.monotonic()
            await _console(page, stack, watched.conversation_id)
            opened = time.monotonic() - began
            before = await _heap(session)
            await asyncio.sleep(1)
            await page.evaluate(_TAKE)
            writing = asyncio.create_task(crowd.write(seconds * 3 + 2))
            await asyncio.sleep(seconds)
            lines.append(_row("looking on", await page.evaluate(_TAKE)))
            await _scroll(page, "nav .mine ul", seconds)
            lines.append(_row("scrolling the list", await page.evaluate(_TAKE)))
            await _type(page, seconds)
            lines.append(_row("typing", await page.evaluate(_TAKE)))
            await writing
            await asyncio.sleep(2)
            arrived: dict[str, float] = await page.evaluate("() => window.__seen.arrived")
            took = [arrived[mark] - at for mark, at in crowd.sent.items() if mark in arrived]
            lines += [
                "\n| what | figure |\n|---|---|",
                f"| a customer's words on the agent's screen, p50 / p99 of {len(took)} "
                f"| {quantile(took, 0.5):.0f} / {quantile(took, 0.99):.0f} ms |",
                f"| words that never came to the screen | {len(crowd.sent) - len(took)} |",
                f"| a customer's request by itself, p50 / p99 | {quantile(crowd.slow, 0.5):.0f} / "
                f"{quantile(crowd.slow, 0.99):.0f} ms |",
                f"| from the log-in to the open conversation | {opened * 1000:.0f} ms |",
                f"| heap before and after {crowd.written} messages | {before:.1f} → {await _heap(session):.1f} MB |",
            ]
        finally:
            await browser.close()
    return lines


async def _long_talk(stack: Stack, agent: Agent) -> list[str]:
    """A conversation of 2,000 messages: opened at its end, read back to its beginning."""
    customer = Customer.enter(stack, "demo-gold-desklong")
    customer.say("转人工")
    agent.post(f"/conversations/{customer.conversation_id}/claim").raise_for_status()
    async with httpx.AsyncClient(base_url=stack.url, timeout=30, trust_env=False) as client:
        for n in range(LONG_TALK):
            body = {"client_id": f"l{n}", "text": f"第 {n} 句：{WORDS[n % len(WORDS)]}"}
            (await client.post("/api/v1/widget/messages", json=body, headers=customer.headers)).raise_for_status()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = await (await browser.new_context(viewport=DESKTOP, locale="zh-CN")).new_page()
        session = await page.context.new_cdp_session(page)
        try:
            await _console(page, stack, customer.conversation_id)
            await asyncio.sleep(1)
            await page.evaluate(_TAKE)
            await page.keyboard.press("Control+f")
            began = time.monotonic()
            await page.get_by_role("searchbox", name="在会话中查找").fill("第 3 句")
            await page.locator("mark").first.wait_for(timeout=60_000)
            found = time.monotonic() - began
            await page.keyboard.press("Escape")
            lines = [_row("finding the third of 2,000 messages", await page.evaluate(_TAKE))]
            await _scroll(page, "[role=log]", 6)
            lines.append(_row("scrolling through 2,000 messages", await page.evaluate(_TAKE)))
            nodes = await page.evaluate("document.querySelectorAll('[role=log] *').length")
            lines.append(f"\nFound in {found * 1000:.0f} ms; {nodes} elements, heap {await _heap(session):.1f} MB.")
        finally:
            await browser.close()
    return lines


def report(count: int, rate: float, seconds: float) -> Iterator[str]:
    """The report's lines, each part as soon as it is known."""
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder) / "bench")
        try:
            stack.start_service()
            agent, customers = _house(stack, count)
            yield from asyncio.run(_measure(stack, customers, rate, seconds))
            yield "\n| while | frame p50 ms | p95 | p99 | long tasks | longest ms | – |\n|---|---|---|---|---|---|---|"
            yield from asyncio.run(_long_talk(stack, agent))
        finally:
            stack.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=None, help="folder of the report; without it, it is only printed")
    parser.add_argument("--conversations", type=int, default=200)
    parser.add_argument("--rate", type=float, default=20.0, help="messages a second")
    parser.add_argument("--seconds", type=float, default=10.0, help="length of each part")
    chosen = parser.parse_args()
    lines = ["# The console with many conversations\n"]
    for line in report(chosen.conversations, chosen.rate, chosen.seconds):
        print(line, flush=True)
        lines.append(line)
    if chosen.out is not None:
        chosen.out.mkdir(parents=True, exist_ok=True)
        (chosen.out / "console.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
