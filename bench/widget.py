"""How fast the widget is on a slow phone, and what it holds after a long talk: `python -m bench.widget`.

Chromium plays the phone: six times slower than this machine, 1.6 Mbit/s, 150 ms away ("slow 4G"). Medians of a few
rounds, the long talk once; nothing is judged.
"""

from __future__ import annotations

import argparse
import gzip
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, CDPSession, Page, ViewportSize, sync_playwright

from tests.stack import ROOT, Customer, Stack

PHONE: ViewportSize = {"width": 390, "height": 844}
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
SLOWER = 6
NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 93_750}
ROUNDS = 5
MESSAGES = 2000
_PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1"
_LARGEST = """() => new Promise(done => new PerformanceObserver(list =>
  done(list.getEntries().at(-1).startTime)).observe({type: 'largest-contentful-paint', buffered: true}))"""
_BLOCKED = """() => new Promise(done => { const seen = [];
  new PerformanceObserver(list => seen.push(...list.getEntries())).observe({type: 'longtask', buffered: true});
  setTimeout(() => done(seen.reduce((sum, task) => sum + Math.max(0, task.duration - 50), 0)), 100); })"""
_WRITE = """() => new Promise(done => { const began = performance.now();
  const root = document.querySelector('youban-chat').shadowRoot, input = root.querySelector('textarea');
  input.value = '油枪没反应'; input.dispatchEvent(new Event('input'));
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - began))); })"""
_SCROLL = """async () => { const root = document.querySelector('youban-chat').shadowRoot;
  const log = root.querySelector('.log'), frames = []; let before = 0, most = 0, still = 0, moved = 0;
  while (still < 60 && frames.length < 4000) {
    const now = await new Promise(requestAnimationFrame);
    if (before) frames.push(now - before);
    before = now;
    most = Math.max(most, root.querySelectorAll('.line').length);
    const top = log.scrollTop, height = log.scrollHeight;
    log.scrollTop = top - 120;
    still = log.scrollTop === top && log.scrollHeight === height ? still + 1 : 0;
    moved += top - log.scrollTop; }
  frames.sort((a, b) => a - b);
  const at = part => frames[Math.floor((frames.length - 1) * part)];
  return {frames: frames.length, p50: at(.5), p95: at(.95), p99: at(.99), slow: frames.filter(f => f > 50).length,
          most, first: root.querySelector('.line .bubble')?.textContent ?? ''}; }"""
_READY = """() => new Promise(done => {
  const look = () => window.YoubanChat ? done(performance.now()) : setTimeout(look, 5); look(); })"""
_OPEN = """() => new Promise(done => { const began = performance.now();
  const element = document.querySelector('youban-chat'); element.open();
  const look = () => element.shadowRoot.querySelector('.guesses, .line, .welcome') && element.shadowRoot
    .querySelector('.status.good') ? done(performance.now() - began) : setTimeout(look, 5); look(); })"""


_OPENING = (
    "first paint of the page",
    "largest paint of the page",
    "widget can be opened",
    "main thread blocked until then (over 50 ms a task)",
    "opened, connected, greeting drawn",
    "from a key to its letters on the screen",
)


def _phone(browser: Browser) -> tuple[Page, CDPSession]:
    page = browser.new_context(viewport=PHONE, has_touch=True).new_page()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", NETWORK)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return page, session


def _heap(session: CDPSession) -> float:
    """Megabytes of the page's own objects, after everything that can go is gone."""
    session.send("HeapProfiler.enable")
    session.send("HeapProfiler.collectGarbage")
    metrics: Any = session.send("Performance.getMetrics")
    return next(float(m["value"]) for m in metrics["metrics"] if m["name"] == "JSHeapUsedSize") / 1e6


def _opening(browser: Browser, stack: Stack) -> list[str]:
    measured: dict[str, list[float]] = {name: [] for name in _OPENING}
    for turn in range(ROUNDS):
        page, _ = _phone(browser)
        page.goto(f"{stack.url}/?customer=demo-gold-bench{turn}")
        ready = page.evaluate(_READY)
        figures = [page.evaluate(_PAINT), page.evaluate(_LARGEST), ready, page.evaluate(_BLOCKED)]
        figures += [page.evaluate(_OPEN), page.evaluate(_WRITE)]
        for name, figure in zip(_OPENING, figures, strict=True):
            measured[name].append(figure)
        page.context.close()
    return [f"| {name} | {statistics.median(values):.0f} ms |" for name, values in measured.items()]


def _long_talk(browser: Browser, stack: Stack) -> list[str]:
    customer = Customer.enter(stack, "demo-gold-benchlong")
    seq = 0
    while seq < MESSAGES:
        told = customer.say("在吗")
        seq = max(told["ack"]["seq"], *(m["seq"] for m in told["messages"]), 0)
    page, session = _phone(browser)
    session.send("Performance.enable")
    page.goto(f"{stack.url}/?customer=demo-gold-benchlong")
    page.wait_for_function("window.YoubanChat")
    before = _heap(session)
    began = time.monotonic()
    page.evaluate("document.querySelector('youban-chat').open()")
    page.locator("youban-chat .line").first.wait_for()
    shown, opened = time.monotonic() - began, _heap(session)
    scroll: Any = page.evaluate(_SCROLL)
    lines = [
        f"| {seq} messages: opened and drawn | {shown * 1000:.0f} ms |",
        f"| {seq} messages: heap before, opened, after reading back to the first | "
        f"{before:.1f}, {opened:.1f}, {_heap(session):.1f} MB |",
        f"| {seq} messages: lines in the page at most | {scroll['most']} |",
        f"| reading back {scroll['frames']} frames: median, 95 %, 99 % | "
        f"{scroll['p50']:.0f}, {scroll['p95']:.0f}, {scroll['p99']:.0f} ms |",
        f"| frames above 50 ms | {scroll['slow']} |",
    ]
    page.context.close()
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=None, help="folder of the report; without it, it is only printed")
    out = parser.parse_args().out
    script = (ROOT / "web" / "dist" / "widget" / "youban-widget.js").read_bytes()
    lines = ["| what | figure |", "|---|---|", f"| script, gzip | {len(gzip.compress(script)) / 1000:.1f} kB |"]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        stack = Stack(Path(folder) / "bench")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        try:
            stack.start_service()
            httpx.get(f"{stack.url}/healthz").raise_for_status()
            lines += _opening(browser, stack) + _long_talk(browser, stack)
        finally:
            browser.close()
            stack.stop()
    report = "\n".join(lines) + "\n"
    print(report)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / "widget.md").write_text(f"# The widget on a slow phone\n\n{report}", encoding="utf-8")


if __name__ == "__main__":
    main()
