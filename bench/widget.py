"""How fast the widget is on a slow phone, and what it holds after a long talk: `python -m bench.widget`.

Chromium plays the phone: four times slower than this machine, 1.6 Mbit/s, 150 ms away. The figures are those of one
run; nothing is judged.
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
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from tests.stack import ROOT, Customer, Stack

PHONE = {"width": 390, "height": 844}
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
SLOWER = 4
NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 93_750}
ROUNDS = 5
MESSAGES = 2000
_PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1"
_READY = """() => new Promise(done => {
  const look = () => window.YoubanChat ? done(performance.now()) : setTimeout(look, 5); look(); })"""
_OPEN = """() => new Promise(done => { const began = performance.now();
  const element = document.querySelector('youban-chat'); element.open();
  const look = () => element.shadowRoot.querySelector('.guesses, .line, .welcome') && element.shadowRoot
    .querySelector('.status.good') ? done(performance.now() - began) : setTimeout(look, 5); look(); })"""


def _phone(browser: Browser) -> tuple[Page, CDPSession]:
    page = browser.new_context(viewport=PHONE, has_touch=True).new_page()  # type: ignore[arg-type]
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
    paint, ready, opened = [], [], []
    for turn in range(ROUNDS):
        page, _ = _phone(browser)
        page.goto(f"{stack.url}/?customer=demo-gold-bench{turn}")
        ready.append(page.evaluate(_READY))
        paint.append(page.evaluate(_PAINT))
        opened.append(page.evaluate(_OPEN))
        page.context.close()
    names = ("first paint of the page", "widget can be opened", "opened, connected, greeting drawn")
    return [
        f"| {name} | {statistics.median(v):.0f} ms |" for name, v in zip(names, (paint, ready, opened), strict=True)
    ]


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
    shown = time.monotonic() - began
    nodes = page.evaluate("document.querySelector('youban-chat').shadowRoot.querySelectorAll('*').length")
    lines = [
        f"| {MESSAGES} messages: opened and drawn | {shown * 1000:.0f} ms |",
        f"| {MESSAGES} messages: heap | {before:.1f} → {_heap(session):.1f} MB |",
        f"| {MESSAGES} messages: elements in the widget | {nodes} |",
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
