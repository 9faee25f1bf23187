"""Writing in the widget, in a real browser: pictures, faces, long talks, no network, two tabs, binding WeChat."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import FilePayload, expect

from tests.e2e.conftest import DESKTOP, PHONE, NewPage
from tests.e2e.widget import chat, fresh, go, say
from tests.service.attachments.pictures import photo
from tests.service.channels.wechat.conftest import settings_for
from tests.stack import Customer, Stack
from tests.stand_in.server import serving
from tests.stand_in.wechat import WeChatPlatform

pytestmark = [pytest.mark.browser]
expect.set_options(timeout=20_000)


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


def test_uploads_tell_how_far_they_are_and_refuse_kindly(service_only: Stack, new_page: NewPage) -> None:
    page = new_page(PHONE)
    panel = chat(page, service_only, fresh("gold"))

    def choose(*files: tuple[str, str, bytes]) -> None:
        with page.expect_file_chooser() as chosen:
            panel.get_by_role("button", name="发送图片或视频").click()
        payloads: list[FilePayload] = [{"name": n, "mimeType": t, "buffer": b} for n, t, b in files]
        chosen.value.set_files(payloads)

    choose(("账单.pdf", "application/pdf", b"%PDF"), ("长.mp4", "video/mp4", b"x" * 11_000_000))
    expect(panel.get_by_role("alert").filter(has_text="剪短")).to_be_visible()
    expect(panel.locator(".thumb")).to_have_count(0)
    # The first answer is held back, so that the customer sees it under way, then changes his mind.
    page.route("**/api/v1/attachments", lambda route: None, times=1)
    choose(("一.jpg", "image/jpeg", photo((1600, 900))))
    expect(panel.locator(".thumb .told")).to_have_text(re.compile(r"\d+%"))
    panel.get_by_role("button", name="移除").click()
    expect(panel.locator(".thumb")).to_have_count(0)
    # The second fails on the way: a tap sends it again.
    page.route("**/api/v1/attachments", lambda route: route.abort(), times=1)
    choose(("二.jpg", "image/jpeg", photo((800, 600))), ("三.jpg", "image/jpeg", photo((600, 800))))
    expect(panel.locator(".thumb.bad .told")).to_have_text("重试")
    panel.locator(".thumb.bad .look").click()
    expect(panel.locator(".thumb:not(.busy):not(.bad)")).to_have_count(2)
    say(panel, "看看这两张")
    expect(panel.get_by_role("log").locator(".picture img")).to_have_count(2)
    panel.get_by_role("button", name="查看大图").first.click()
    viewer = panel.get_by_role("dialog", name=re.compile("图片"))
    expect(viewer.get_by_text("1 / 2")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(viewer.get_by_text("2 / 2")).to_be_visible()
    stage = viewer.locator(".stage").bounding_box()
    assert stage is not None
    middle = stage["y"] + stage["height"] / 2
    page.mouse.move(stage["x"] + 60, middle)
    page.mouse.down()
    page.mouse.move(stage["x"] + 260, middle, steps=6)
    page.mouse.up()
    expect(viewer.get_by_text("1 / 2")).to_be_visible()
    page.mouse.dblclick(stage["x"] + stage["width"] / 2, middle)
    expect(viewer.locator("img")).to_have_css("transform", re.compile(r"matrix\(2\.5"))
    page.keyboard.press("Escape")
    expect(panel).to_be_visible()


def test_faces_and_copying_by_keyboard(service_only: Stack, new_page: NewPage) -> None:
    page = new_page(DESKTOP)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    panel = chat(page, service_only, fresh("gold"))
    panel.get_by_role("textbox", name="输入消息").fill("谢谢")
    panel.get_by_role("button", name="表情", exact=True).focus()
    page.keyboard.press("Enter")
    for key in ("ArrowRight", "ArrowRight", "Enter", "Escape"):
        page.keyboard.press(key)
    expect(panel.get_by_role("textbox", name="输入消息")).to_be_focused()
    page.keyboard.press("Enter")
    expect(panel.locator(".own .bubble")).to_have_text("谢谢😂")
    panel.locator(".own .words").hover()
    panel.get_by_role("button", name="复制：谢谢").click()
    expect(panel.get_by_text("已复制")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "谢谢😂"


def test_a_long_talk_opens_at_its_end_and_is_read_back_to_the_first_word(
    service_only: Stack, new_page: NewPage
) -> None:
    customer = fresh("gold")
    writer = Customer.enter(service_only, customer)
    for n in range(1, 141):
        writer.say(f"第{n}句")
    page = new_page(PHONE)
    page.goto(f"{service_only.url}/?customer={customer}")
    page.get_by_role("button", name="遇到问题", exact=True).first.click()
    panel = page.locator("youban-chat").get_by_role("dialog")
    log = panel.get_by_role("log")
    expect(log).to_contain_text("第140句")
    assert log.get_by_text("第1句", exact=True).count() == 0
    read = "() => document.querySelector('youban-chat').shadowRoot.querySelector('.log').scrollTop -= 400"
    for _ in range(200):
        page.evaluate(read)
        page.wait_for_timeout(20)
        if log.get_by_text("第1句", exact=True).count():
            break
    expect(log.get_by_text("第1句", exact=True)).to_be_attached()
    lines = page.locator("youban-chat").evaluate("e => e.shadowRoot.querySelectorAll('.line').length")
    assert lines <= 180
    panel.get_by_role("button", name="有新消息").click()
    expect(log.get_by_text("第140句", exact=True)).to_be_in_viewport()


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


def test_the_official_account_is_bound_watched_and_given_up(own_stack: Stack, new_page: NewPage) -> None:
    platform = WeChatPlatform()
    with serving(platform.app()) as address:
        own_stack.more.update(settings_for(address))
        platform.service_url = own_stack.url
        own_stack.start_service()
        follower = platform.follower()
        follower.say("积分怎么用")
        panel = chat(new_page(PHONE), own_stack, fresh("gold"))
        go(panel, "帮助")
        panel.get_by_role("button", name="绑定公众号").click()
        expect(panel.get_by_text("绑定即表示您同意")).to_be_visible()
        panel.get_by_role("button", name="获取绑定码").click()
        words = panel.locator(".code b").inner_text()
        assert re.fullmatch(r"绑定 \d{8}", words)
        expect(panel.get_by_role("timer")).to_contain_text(re.compile(r"9:\d\d 内有效"))
        follower.say(words)
        follower.say("同意")
        expect(panel.get_by_text("已绑定微信公众号")).to_be_visible()
        go(panel, "对话")
        expect(panel.get_by_role("log")).to_contain_text("积分怎么用")
        follower.say("发票怎么开")
        expect(panel.get_by_role("log")).to_contain_text("申请发票")
        go(panel, "帮助")
        panel.get_by_role("button", name="绑定公众号").click()
        panel.get_by_role("button", name="解除绑定").click()
        panel.get_by_role("button", name="确定解除").click()
        expect(panel.get_by_role("button", name="获取绑定码")).to_be_visible()
