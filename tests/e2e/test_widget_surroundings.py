"""The widget in other apps' pages: WebViews, strict policies, input methods, mini-programs, no motion."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Iterator

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import DESKTOP, PHONE, NewPage
from tests.e2e.widget import SMALL, App, opened, say
from tests.stack import Stack, free_port

pytestmark = [pytest.mark.browser]
expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app's server, and a service that lets its pages in."""
    found = App(Stack(tmp_path_factory.mktemp("open_service")), free_port())
    found.stack.more["YOUBAN_APP_ORIGINS"] = found.origin

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            if found.policy:
                self.send_header("Content-Security-Policy", found.policy)
            self.end_headers()
            self.wfile.write(found.html)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", found.port), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        found.stack.start_service()
        yield found
    finally:
        found.stack.stop()
        server.shutdown()
        server.server_close()


def test_a_web_view_without_storage_can_talk(app: App, new_page: NewPage) -> None:
    page = new_page(SMALL)
    page.add_init_script(
        "Object.defineProperty(window, 'BroadcastChannel', {value: undefined});"
        "Object.defineProperty(navigator, 'locks', {value: undefined});"
        "Storage.prototype.setItem = () => { throw new DOMException('denied', 'SecurityError'); };"
    )
    panel = opened(page, app)
    say(panel, "发票怎么开")
    expect(panel.get_by_role("log")).to_contain_text("申请发票")


def test_a_page_with_a_strict_policy_carries_the_widget(app: App, new_page: NewPage) -> None:
    page, said = new_page(DESKTOP), []
    page.on("console", lambda line: said.append(line.text) if "Content Security Policy" in line.text else None)
    service = app.stack.url
    socket = service.replace("http", "ws")
    app.policy = f"default-src 'none'; script-src {service}; img-src blob:; connect-src {service} {socket}"
    panel = opened(page, app)
    say(panel, "发票怎么开")
    expect(panel.get_by_role("log")).to_contain_text("申请发票")
    box = panel.bounding_box()
    assert box is not None
    assert box["width"] == 400
    assert said == []


def test_an_input_method_chooses_words_before_anything_is_sent(app: App, new_page: NewPage) -> None:
    page = new_page(PHONE)
    app.policy = ""
    panel = opened(page, app)
    panel.get_by_role("textbox", name="输入消息").focus()
    keyboard = page.context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": "fapiao", "selectionStart": 6, "selectionEnd": 6})
    page.locator("youban-chat").evaluate(
        "e => e.shadowRoot.querySelector('textarea').dispatchEvent("
        "new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"
    )
    expect(panel.locator(".own")).to_have_count(0)
    keyboard.send("Input.insertText", {"text": "发票怎么开"})
    page.keyboard.press("Enter")
    expect(panel.locator(".own .bubble")).to_have_text("发票怎么开")


def test_a_mini_program_hears_what_happens(app: App, new_page: NewPage) -> None:
    page = new_page(PHONE)
    page.add_init_script(
        "window.heard = []; window.wx = {miniProgram: {postMessage: m => heard.push(m.data.type), navigateBack() {}}};"
    )
    panel = opened(page, app)
    say(panel, "发票怎么开")
    expect(panel.get_by_role("log")).to_contain_text("申请发票")
    panel.get_by_role("button", name="关闭客服窗口").click()
    heard = page.evaluate("window.heard")
    assert [one for one in heard if one != "youban:state"] == ["youban:open", "youban:message", "youban:close"]


def test_who_wants_no_motion_sees_none(app: App, new_page: NewPage) -> None:
    page = new_page(DESKTOP)
    page.emulate_media(reduced_motion="reduce")
    opened(page, app)
    moving = "e => e.shadowRoot.getAnimations().filter(a => a.effect.getComputedTiming().duration > 1).length"
    assert page.locator("youban-chat").evaluate(moving) == 0


def test_pages_of_other_origins_are_not_let_in(app: App) -> None:
    asked = {"Access-Control-Request-Method": "POST"}
    url = f"{app.stack.url}/api/v1/widget/sessions"
    known = httpx.options(url, headers={"Origin": app.origin, **asked})
    assert known.headers["access-control-allow-origin"] == app.origin
    other = httpx.options(url, headers={"Origin": "http://elsewhere.example", **asked})
    assert "access-control-allow-origin" not in other.headers
