"""The desk under real conditions: several people at once, a cut line, a laptop that slept, a service that dies."""

from __future__ import annotations

import json
import re
import struct
import zlib
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.conftest import DESKTOP, PHONE, NewPage
from tests.e2e.console import desk_of
from tests.stack import Customer, Stack

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A house whose agents take conversations themselves: nobody is given another test's customers."""
    opened = Stack(tmp_path_factory.mktemp("desk"))
    try:
        opened.start_service()
        yield opened
    finally:
        opened.stop()


def waits(stack: Stack, name: str, *words: str) -> Customer:
    """A customer who stands in the queue."""
    customer = Customer.enter(stack, name)
    for text in (*words, "转人工"):
        customer.say(text)
    return customer


def line_of(page: Page, customer: Customer) -> Locator:
    return page.locator(f"[data-conversation='{customer.conversation_id}']")


def take(page: Page, customer: Customer) -> Locator:
    """Open a conversation and take it by the keyboard; the input."""
    line_of(page, customer).click()
    page.get_by_role("button", name="接入会话").press("Enter")
    box = page.get_by_role("textbox", name="回复客户")
    expect(box).to_be_visible()
    return box


def log_of(page: Page) -> Locator:
    return page.get_by_role("log", name="会话记录")


def said(customer: Customer, sender: str = "agent") -> list[str]:
    return [m["text"] for m in customer.history()["messages"] if m["sender"] == sender]


def until(page: Page, look: Callable[[], bool]) -> None:
    """Wait for what only a script can see; the console's own policy forbids waiting inside the page."""
    for _ in range(100):
        if look():
            return
        page.wait_for_timeout(200)
    raise AssertionError("it did not come to pass")


def picture(folder: Path) -> Path:
    """A small PNG, made by hand."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = b"".join(b"\x00" + b"\x10\x80\x60" * 40 for _ in range(40))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 40, 40, 8, 2, 0, 0, 0))
    path = folder / "shot.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
    return path


def test_a_conversation_by_the_keyboard_from_claim_to_wrap_up_and_one_rating(office: Stack, new_page: NewPage) -> None:
    desk = new_page(DESKTOP)
    desk_of(desk, office, "keys")
    customer = waits(office, "demo-gold-desk1", "钱扣了油枪没反应")
    box = take(desk, customer)
    expect(box).to_be_focused()
    customer.say("发票怎么开")
    expect(log_of(desk)).to_contain_text("发票怎么开")
    box.press("Control+j")
    offered = desk.get_by_role("listbox", name="推荐答复")
    expect(offered.get_by_role("option").first).to_be_visible()
    box.press("ArrowDown")
    box.press("Escape")
    expect(offered).to_be_hidden()
    expect(box).to_be_focused()
    box.fill("已经为您核实，油站会在今天退款")
    box.press("Enter")
    expect(log_of(desk)).to_contain_text("油站会在今天退款")
    box.press("Escape")
    desk.keyboard.press("e")
    dialog = desk.get_by_role("dialog", name="结束会话前小结")
    expect(dialog.get_by_role("radio", name=re.compile("已建工单跟进"))).to_be_checked()
    expect(dialog.get_by_label("小结", exact=True)).to_have_value(re.compile("钱扣了油枪没反应"))
    expect(dialog.get_by_role("button", name="结束", exact=True)).to_be_focused()
    desk.keyboard.press("1")
    expect(dialog.get_by_role("radio", name=re.compile("已解决"))).to_be_checked()
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("会话已结束")).to_be_visible()
    assert customer.history()["state"] == "closed"
    cards = [m for m in customer.history()["messages"] if (m.get("card") or {}).get("type") == "rating"]
    assert len(cards) == 1
    customer.say("转人工")
    take(desk, customer)
    story = desk.get_by_role("complementary", name="客户与问题")
    expect(story).to_contain_text("以前的小结")
    expect(story).to_contain_text("油站设备故障")
    desk.get_by_role("button", name="交回助手").click()
    expect(desk.get_by_role("button", name="小结并交回")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("已交回智能助手")).to_be_visible()
    cards = [m for m in customer.history()["messages"] if (m.get("card") or {}).get("type") == "rating"]
    assert len(cards) == 1, "nobody is asked twice a day"


def test_whisper_and_mention_reach_those_who_are_meant_and_never_the_customer(office: Stack, new_page: NewPage) -> None:
    one, two, chief = new_page(DESKTOP), new_page(DESKTOP), new_page(DESKTOP)
    desk_of(one, office, "wu")
    desk_of(two, office, "zheng")
    desk_of(chief, office, "zhang", "supervisor")
    customer = waits(office, "demo-gold-desk2")
    take(one, customer)
    notes = one.get_by_role("textbox", name="内部备注")
    notes.fill("")
    notes.press_sequentially("@zhe")
    expect(one.get_by_role("listbox", name="提到同事")).to_contain_text("zheng")
    notes.press("Enter")
    notes.press_sequentially("帮我查一下批次")
    notes.press("Control+Enter")
    expect(two.get_by_role("button", name="消息，1 条未读")).to_be_visible()
    expect(two.get_by_role("alert").filter(has_text="wu 提到了您")).to_be_visible()
    expect(one.get_by_role("button", name="消息", exact=True)).to_be_visible()
    two.get_by_role("button", name="消息，1 条未读").click()
    two.get_by_role("region", name="消息").get_by_role("button").filter(has_text="帮我查一下批次").click()
    expect(two).to_have_url(re.compile(customer.conversation_id))
    expect(log_of(two)).to_contain_text("帮我查一下批次")
    expect(two.get_by_role("button", name="消息", exact=True)).to_be_visible()

    chief.goto(f"{office.url}/console/conversations/{customer.conversation_id}")
    chief.get_by_role("textbox", name="内部备注").fill("先道歉，再说退款")
    chief.get_by_role("button", name="悄悄提醒客服").click()
    expect(log_of(one)).to_contain_text("先道歉，再说退款")
    expect(log_of(one)).to_contain_text("主管悄悄话 · zhang")
    expect(one.get_by_role("button", name="消息，1 条未读")).to_be_visible()
    expect(two.get_by_role("button", name="消息", exact=True)).to_be_visible()
    told = json.dumps(customer.history(), ensure_ascii=False)
    assert "先道歉" not in told
    assert "批次" not in told


def test_a_picture_is_pasted_sent_and_seen_and_both_sides_see_what_is_read(
    office: Stack, new_page: NewPage, tmp_path: Path
) -> None:
    desk, phone = new_page(DESKTOP), new_page(PHONE)
    desk_of(desk, office, "shot")
    phone.goto(f"{office.url}/?customer=demo-gold-desk3")
    widget = phone.locator("youban-chat")
    widget.get_by_role("button", name=re.compile("客服")).first.click()
    panel = widget.get_by_role("dialog")
    panel.get_by_role("textbox").fill("转人工")
    panel.get_by_role("textbox").press("Enter")
    waiting = desk.locator("[data-conversation]").first
    expect(waiting).to_be_visible()
    waiting.click()
    desk.get_by_role("button", name="接入会话").click()
    box = desk.get_by_role("textbox", name="回复客户")
    expect(box).to_be_visible()
    with desk.expect_file_chooser() as chosen:
        desk.get_by_role("button", name="发送图片").click()
    chosen.value.set_files(picture(tmp_path))
    tray = desk.get_by_role("list", name="要发送的图片")
    expect(tray.get_by_role("progressbar")).to_have_count(0)
    box.fill("油枪旁的这个按钮，请您按一下")
    box.press("Enter")
    expect(log_of(desk).get_by_alt_text("客服发出的图片")).to_be_visible()
    expect(tray).to_have_count(0)
    expect(panel.get_by_role("log")).to_contain_text("请您按一下")
    expect(panel.get_by_role("log").locator(".picture img").last).to_be_visible()
    expect(log_of(desk)).to_contain_text("已读")
    panel.get_by_role("textbox").fill("按了，谢谢")
    panel.get_by_role("textbox").press("Enter")
    expect(log_of(desk)).to_contain_text("按了，谢谢")
    expect(panel.get_by_role("log")).to_contain_text("已读")


def test_a_cut_line_a_nap_and_a_dead_service_lose_nothing_and_double_nothing(office: Stack, new_page: NewPage) -> None:
    page = new_page(DESKTOP)
    desk_of(page, office, "storm")
    customer = waits(office, "demo-gold-desk4")
    other = waits(office, "demo-gold-desk5")
    take(page, other).fill("写到一半的话")
    box = take(page, customer)
    page.context.set_offline(True)
    customer.say("断网时说的第一句")
    customer.say("断网时说的第二句")
    box.fill("离线时写的回复")
    box.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="网络已断开")).to_be_visible()
    page.context.set_offline(False)
    expect(log_of(page)).to_contain_text("断网时说的第二句", timeout=40_000)

    # A laptop that slept: no script ran, no frame came, the clock went on.
    session = page.context.new_cdp_session(page)
    session.send("Page.setWebLifecycleState", {"state": "frozen"})
    customer.say("睡着时说的话")
    session.send("Page.setWebLifecycleState", {"state": "active"})
    expect(log_of(page)).to_contain_text("睡着时说的话", timeout=40_000)

    box.fill("服务重启时写的回复")
    office.kill("service")
    box.press("Enter")
    expect(log_of(page)).to_contain_text("服务重启时写的回复")
    expect(page.get_by_role("button", name="重新发送")).to_be_visible()
    office.start_service()
    customer.say("重启后说的话")
    expect(log_of(page)).to_contain_text("重启后说的话", timeout=40_000)
    expect(page.get_by_role("button", name="重新发送")).to_be_hidden(timeout=40_000)

    page.reload()
    expect(log_of(page)).to_contain_text("重启后说的话")
    shown = log_of(page).inner_text()
    for text in ("断网时说的第一句", "断网时说的第二句", "离线时写的回复", "睡着时说的话", "服务重启时写的回复"):
        assert shown.count(text) == 1, text
    for text in ("离线时写的回复", "服务重启时写的回复"):
        assert said(customer).count(text) == 1, text
    line_of(page, other).click()
    expect(page.get_by_role("textbox", name="回复客户")).to_have_value("写到一半的话")


def test_a_long_talk_is_searched_to_its_beginning_and_new_words_are_marked(office: Stack, new_page: NewPage) -> None:
    page = new_page(DESKTOP)
    desk_of(page, office, "long")
    customer = waits(office, "demo-gold-desk6", "我要查的暗号是紫色螺丝刀")
    take(page, customer)
    for n in range(150):
        customer.say(f"第 {n} 句")
    expect(log_of(page)).to_contain_text("第 149 句")
    page.get_by_role("textbox", name="回复客户").press("Escape")
    page.keyboard.press("Control+f")
    search = page.get_by_role("searchbox", name="在会话中查找")
    search.fill("紫色螺丝刀")
    expect(log_of(page).locator("mark")).to_have_text("紫色螺丝刀")
    expect(log_of(page).locator("mark")).to_be_in_viewport()
    search.press("Escape")
    customer.say("回到下面看看")
    page.get_by_role("button", name=re.compile("条新消息")).click()
    expect(log_of(page).get_by_text("回到下面看看")).to_be_in_viewport()
    line_of(page, customer).focus()
    page.goto(f"{office.url}/console/tickets")
    customer.say("没人看着时说的")
    page.goto(f"{office.url}/console/conversations/{customer.conversation_id}")
    expect(log_of(page)).to_contain_text("以下是新消息")
    mark = log_of(page).get_by_role("separator")
    assert mark.evaluate("m => m.nextElementSibling.textContent").find("没人看着时说的") >= 0


def test_who_looks_elsewhere_is_called(office: Stack, browser: Browser) -> None:
    context = browser.new_context(viewport=DESKTOP, locale="zh-CN", permissions=["notifications"])
    context.add_init_script(
        """window.calls = [];
        window.Notification = class { constructor(title, more) { window.calls.push([title, more.tag]); } close() {}
          static permission = 'granted'; static requestPermission() { return Promise.resolve('granted'); } };
        Object.defineProperty(document, 'visibilityState', { get: () => window.gone ? 'hidden' : 'visible' });
        document.hasFocus = () => !window.gone;"""
    )
    try:
        page = context.new_page()
        desk_of(page, office, "bell")

        def calls() -> Any:
            return page.evaluate("window.calls")

        page.evaluate("window.gone = true")
        customer = waits(office, "demo-gold-desk7")
        until(page, lambda: any(tag == "waiting" for _, tag in calls()))
        page.evaluate("window.gone = false")
        take(page, customer)
        page.evaluate("window.gone = true; document.dispatchEvent(new Event('visibilitychange'))")
        customer.say("您还在吗")
        until(page, lambda: any(tag.startswith("said:") for _, tag in calls()))
        expect(line_of(page, customer)).to_contain_text("1 条未读")
        assert page.title().startswith("(")
        assert not any("您还在吗" in title for title, _ in calls()), "words of customers stay in the console"
        page.evaluate("window.gone = false; document.dispatchEvent(new Event('visibilitychange'))")
        expect(line_of(page, customer)).not_to_contain_text("条未读")
    finally:
        context.close()
