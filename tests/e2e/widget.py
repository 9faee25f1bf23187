"""The widget in a test's browser: opened in the demo or in another app's page, written to, its tabs chosen."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.stack import Stack

SMALL: ViewportSize = {"width": 360, "height": 740}


def fresh(level: str) -> str:
    return f"demo-{level}-{uuid4().hex[:10]}"


def chat(page: Page, stack: Stack, customer: str) -> Locator:
    """The open chat of a demo customer, once the first page has come."""
    page.goto(f"{stack.url}/?customer={customer}")
    panel = page.locator("youban-chat").get_by_role("dialog")
    if not panel.is_visible():
        page.get_by_role("button", name="遇到问题", exact=True).first.click()
    expect(panel).to_be_visible()
    expect(panel.get_by_text("智能助手在线")).to_be_visible()
    return panel


def say(panel: Locator, text: str) -> None:
    panel.get_by_role("textbox", name="输入消息").fill(text)
    panel.get_by_role("textbox", name="输入消息").press("Enter")


def go(panel: Locator, tab: str) -> None:
    panel.get_by_role("tab", name=tab).click()


@dataclass
class App:
    """An app's web server: one page with the widget in it, under a policy."""

    stack: Stack
    port: int
    policy: str = ""

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def html(self) -> bytes:
        script = f"<script src='{self.stack.url}/widget/youban-widget.js'></script>"
        return f"<!doctype html><title>app</title>{script}<youban-chat api='{self.stack.url}'></youban-chat>".encode()


def opened(page: Page, app: App) -> Locator:
    """The widget on the app's page, opened."""
    page.goto(app.origin)
    page.get_by_role("button", name="联系客服").click()
    panel = page.locator("youban-chat").get_by_role("dialog")
    expect(panel.get_by_text("智能助手在线")).to_be_visible()
    return panel
