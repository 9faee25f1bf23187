"""The widget's own pages in a real browser: opening, help, tickets, pictures, lost networks, strict surroundings."""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Callable, Iterator
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import DESKTOP, PHONE
from tests.service.attachments.pictures import photo
from tests.stack import Customer, Stack, free_port

pytestmark = [pytest.mark.browser]
expect.set_options(timeout=20_000)

NewPage = Callable[[dict[str, int]], Page]
SMALL = {"width": 360, "height": 740}


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


def test_the_opening_knows_what_happened_and_the_ticket_is_followed(service_only: Stack, new_page: NewPage) -> None:
    panel = chat(new_page(PHONE), service_only, fresh("gold"))
    panel.get_by_role("button", name=re.compile("付了钱没加上油")).click()
    expect(panel.get_by_role("log")).to_contain_text(re.compile(r"YB\d{10}"))
    go(panel, "进度")
    panel.get_by_role("button", name=re.compile("已付款未加到油")).click()
    expect(panel.get_by_text("处理经过")).to_be_visible()
    panel.get_by_role("button", name="催一下").click()
    expect(panel.get_by_text("您催办了一次")).to_be_visible()
    panel.get_by_role("button", name="撤销").click()
    panel.get_by_role("button", name="确定撤销").click()
    expect(panel.get_by_text("您撤销了工单")).to_be_visible()


def test_an_article_is_found_read_and_leads_on_when_it_did_not_help(service_only: Stack, new_page: NewPage) -> None:
    panel = chat(new_page(PHONE), service_only, fresh("puka"))
    go(panel, "帮助")
    panel.get_by_role("searchbox").fill("券多久到账")
    panel.get_by_role("button", name="购买的加油券多久到账？").click()
    expect(panel.get_by_text("30 分钟").first).to_be_visible()
    panel.get_by_role("button", name="没解决").click()
    expect(panel.get_by_role("log")).to_contain_text("还是没解决：加油券未到账")
    expect(panel.get_by_role("log")).to_contain_text(re.compile(r"YB\d{10}"))


def test_a_complaint_takes_three_fields_and_becomes_a_ticket(service_only: Stack, new_page: NewPage) -> None:
    panel = chat(new_page(PHONE), service_only, fresh("gold"))
    go(panel, "帮助")
    panel.get_by_role("button", name="投诉建议").click()
    panel.get_by_role("textbox", name="发生了什么").fill("城北站加油员态度很差")
    panel.get_by_role("button", name="提交", exact=True).click()
    expect(panel.get_by_role("log")).to_contain_text("城北站加油员态度很差")
    expect(panel.get_by_role("log")).to_contain_text(re.compile(r"YB\d{10}"))


def test_a_picture_is_shown_here_and_on_the_next_device(service_only: Stack, new_page: NewPage) -> None:
    customer = fresh("gold")
    page = new_page(PHONE)
    panel = chat(page, service_only, customer)
    with page.expect_file_chooser() as chosen:
        panel.get_by_role("button", name="发送图片或视频").click()
    chosen.value.set_files({"name": "枪.jpg", "mimeType": "image/jpeg", "buffer": photo((1600, 900))})
    expect(panel.locator(".thumb:not(.busy) img")).to_be_visible()
    say(panel, "看看这张")
    expect(panel.get_by_role("log").locator(".picture img")).to_be_visible()
    other = chat(new_page(DESKTOP), service_only, customer)
    expect(other.get_by_role("log").locator(".picture img")).to_be_visible()
    other.get_by_role("button", name="查看大图").click()
    expect(other.locator(".light img")).to_be_visible()
    other.page.keyboard.press("Escape")
    expect(other.locator(".light")).to_be_hidden()
    expect(other).to_be_visible()


def test_what_is_written_without_network_arrives_once(service_only: Stack, new_page: NewPage) -> None:
    customer = fresh("gold")
    page = new_page(PHONE)
    panel = chat(page, service_only, customer)
    page.context.set_offline(True)
    say(panel, "发票怎么开")
    expect(panel.get_by_text("等待网络")).to_be_visible()
    page.context.set_offline(False)
    expect(panel.get_by_role("log")).to_contain_text("申请发票", timeout=40_000)
    texts = [m["text"] for m in Customer.enter(service_only, customer).history()["messages"]]
    assert texts.count("发票怎么开") == 1


def test_two_tabs_stay_in_step(service_only: Stack, new_page: NewPage) -> None:
    customer = fresh("gold")
    page = new_page(PHONE)
    panel = chat(page, service_only, customer)
    other = chat(page.context.new_page(), service_only, customer)
    say(panel, "积分怎么用")
    for one in (panel, other):
        expect(one.get_by_role("log")).to_contain_text("积分怎么用")
        expect(one.get_by_role("log")).to_contain_text("积分怎么抵扣油钱")


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


def opened(page: Page, app: App) -> Locator:
    """The widget on the app's page, opened."""
    page.goto(app.origin)
    page.get_by_role("button", name="联系客服").click()
    panel = page.locator("youban-chat").get_by_role("dialog")
    expect(panel.get_by_text("智能助手在线")).to_be_visible()
    return panel


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


def test_pages_of_other_origins_are_not_let_in(app: App) -> None:
    asked = {"Access-Control-Request-Method": "POST"}
    url = f"{app.stack.url}/api/v1/widget/sessions"
    known = httpx.options(url, headers={"Origin": app.origin, **asked})
    assert known.headers["access-control-allow-origin"] == app.origin
    other = httpx.options(url, headers={"Origin": "http://elsewhere.example", **asked})
    assert "access-control-allow-origin" not in other.headers


def test_large_type_follows_the_customer_and_puts_the_telephone_first(service_only: Stack, new_page: NewPage) -> None:
    customer = fresh("puka")
    panel = chat(new_page(SMALL), service_only, customer)
    panel.get_by_role("button", name="大字版").click()
    expect(panel.get_by_role("link", name="打电话")).to_have_attribute("href", re.compile(r"^tel:\d+$"))
    call, person = (panel.locator(f".chip.{kind}").bounding_box() for kind in ("phone", "person"))
    assert call is not None
    assert person is not None
    assert call["x"] < person["x"]
    next_device = chat(new_page(SMALL), service_only, customer)
    expect(next_device.get_by_role("button", name="标准字号")).to_be_visible()


@pytest.mark.parametrize("elder", [False, True])
def test_nothing_is_wider_than_a_small_phone(service_only: Stack, new_page: NewPage, elder: bool) -> None:
    page = new_page(SMALL)
    panel = chat(page, service_only, fresh("diamond"))
    if elder:
        panel.get_by_role("button", name="大字版").click()
    panel.get_by_role("button", name=re.compile("付了钱没加上油")).click()
    expect(panel.get_by_role("log")).to_contain_text(re.compile(r"YB\d{10}"))

    def wide() -> Any:
        script = (
            "e => [...e.shadowRoot.querySelectorAll('.log, .room, .panel')].map(n => n.scrollWidth - n.clientWidth)"
        )
        return [extra for extra in page.locator("youban-chat").evaluate(script) if extra > 0]

    assert wide() == []
    go(panel, "帮助")
    expect(panel.get_by_text("全部分类")).to_be_visible()
    assert wide() == []
    for service in ("投诉建议", "积分明细", "设置"):
        panel.get_by_role("button", name=service).click()
        expect(panel.get_by_role("heading", name=service)).to_be_visible()
        assert wide() == []
        panel.get_by_role("button", name="返回").click()
    go(panel, "进度")
    panel.get_by_role("button", name=re.compile("已付款未加到油")).click()
    expect(panel.get_by_text("处理经过")).to_be_visible()
    assert wide() == []


def test_the_script_is_small(service_only: Stack) -> None:
    script = httpx.get(f"{service_only.url}/widget/youban-widget.js").raise_for_status().content
    assert len(gzip.compress(script)) <= 60_000
