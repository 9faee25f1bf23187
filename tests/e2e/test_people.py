"""Several people at once in real browsers: given conversations, races, silence, a cut line, a supervisor."""

from __future__ import annotations

import re
from typing import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESKTOP, NewPage
from tests.e2e.console import desk_of, fill_log_in
from tests.stack import Agent, Customer, Stack

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)


@pytest.fixture
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A house of its own for each test: who is online in one must not be given the customers of another."""
    opened = Stack(tmp_path_factory.mktemp("office"))
    try:
        opened.start_service()
        yield opened
    finally:
        opened.stop()


def automatic(page: Page) -> None:
    page.get_by_role("button", name=re.compile("账号菜单")).click()
    page.get_by_role("menuitem", name="打开自动分配").click()
    expect(page.get_by_text("自动分配已打开")).to_be_visible()


def test_given_a_conversation_an_agent_answers_with_a_canned_reply_and_leaves_a_note(
    office: Stack, new_page: NewPage
) -> None:
    page = new_page(DESKTOP)
    agent = desk_of(page, office, "lan")
    automatic(page)
    customer = Customer.enter(office, "demo-gold-e2e1")
    customer.say("转人工")
    mine = page.locator(f"[data-conversation='{customer.conversation_id}']")
    expect(mine).to_be_visible()
    mine.click()
    box = page.get_by_role("textbox", name="回复客户")
    expect(box).to_have_value(re.compile("工号"))
    box.fill("/nihao")
    expect(page.get_by_role("listbox", name="常用语")).to_contain_text("接入问候")
    box.press("Enter")
    number = agent.get("/agents/me").json()["number"]
    expect(box).to_have_value(re.compile(f"我是工号 {number}"))
    box.press("Enter")
    expect(box).to_have_value("")
    said = [m["text"] for m in customer.history()["messages"] if m["sender"] == "agent"]
    assert len(said) == 1
    assert number in said[0]
    page.get_by_role("textbox", name="内部备注").fill("老客户，先核对城北站那单")
    page.get_by_role("button", name="留备注").click()
    expect(page.get_by_role("log", name="会话记录").get_by_text("老客户，先核对城北站那单")).to_be_visible()
    assert not any("老客户" in m["text"] for m in customer.history()["messages"])


def test_two_agents_reach_for_the_same_customer(office: Stack, new_page: NewPage) -> None:
    pages = [new_page(DESKTOP), new_page(DESKTOP)]
    for page, name in zip(pages, ("one", "two"), strict=True):
        desk_of(page, office, name)
    customer = Customer.enter(office, "demo-gold-e2e2")
    customer.say("转人工")
    for page in pages:
        page.locator(f"[data-conversation='{customer.conversation_id}']").click()
        expect(page.get_by_role("button", name="接入会话")).to_be_visible()
    # Found before anybody presses: the second button goes as soon as the first press is heard of.
    buttons = [page.get_by_role("button", name="接入会话").element_handle() for page in pages]
    for button in buttons:
        button.evaluate("b => b.click()")
    for page in pages:
        expect(page.get_by_role("button", name="接入会话")).to_be_hidden()
    winners = [page for page in pages if page.get_by_role("textbox", name="回复客户").is_visible()]
    assert len(winners) == 1
    loser = next(page for page in pages if page not in winners)
    expect(loser.locator("body")).to_contain_text(re.compile("已由其他客服接入|正在接待"))


def test_who_does_not_answer_loses_it_and_the_customer_hears_why(office: Stack, new_page: NewPage) -> None:
    boss = Agent.enter(office, "boss", "supervisor")
    rows = boss.get("/policies/office").json()["rows"]
    quick = [{**row, "value": 15} if row["id"] == "answer_seconds" else row for row in rows]
    assert boss.put("/policies/office", {"rows": quick, "note": "测试"}).status_code == 200
    silent, second = new_page(DESKTOP), new_page(DESKTOP)
    desk_of(silent, office, "silent")
    automatic(silent)
    customer = Customer.enter(office, "demo-gold-e2e3")
    customer.say("转人工")
    expect(silent.locator(f"[data-conversation='{customer.conversation_id}']")).to_be_visible()
    desk_of(second, office, "second")
    automatic(second)
    expect(second.get_by_role("heading", name=re.compile("我的会话 *1|我的会话.*1"))).to_be_visible(timeout=40_000)
    texts = [m["text"] for m in customer.history()["messages"] if m["sender"] == "system"]
    assert any("没能及时接入" in text for text in texts)
    assert customer.history()["state"] == "human"


def test_a_cut_line_loses_nothing(office: Stack, new_page: NewPage) -> None:
    page = new_page(DESKTOP)
    desk_of(page, office, "cut")
    customer = Customer.enter(office, "demo-gold-e2e4")
    customer.say("转人工")
    page.locator(f"[data-conversation='{customer.conversation_id}']").click()
    page.get_by_role("button", name="接入会话").click()
    box = page.get_by_role("textbox", name="回复客户")
    expect(box).to_be_visible()
    page.context.set_offline(True)
    customer.say("断网时说的话")
    box.fill("我离线时写的回复")
    box.press("Enter")
    page.wait_for_timeout(1500)
    page.context.set_offline(False)
    expect(page.get_by_role("log", name="会话记录")).to_contain_text("断网时说的话", timeout=40_000)
    expect(page.locator("main")).to_contain_text("我离线时写的回复")
    page.wait_for_timeout(2500)
    said = [m["text"] for m in customer.history()["messages"] if m["sender"] == "agent"]
    assert said.count("我离线时写的回复") == 1


def test_a_supervisor_sees_the_wall_and_takes_over(office: Stack, new_page: NewPage) -> None:
    page = new_page(DESKTOP)
    desk_of(page, office, "chief", "supervisor")
    worker = Agent.enter(office, "worker")
    customer = Customer.enter(office, "demo-gold-e2e5")
    customer.say("转人工")
    page.get_by_role("link", name="大屏").click()
    expect(page.get_by_role("main")).to_contain_text("正在等待")
    worker.post(f"/conversations/{customer.conversation_id}/claim")
    row = page.get_by_role("listitem").filter(has_text="worker").filter(has_text="还没回复")
    expect(row).to_be_visible()
    row.get_by_role("button", name="接手").click()
    expect(page.get_by_role("textbox", name="回复客户")).to_be_visible()
    late = worker.post(f"/conversations/{customer.conversation_id}/messages", {"client_id": "w", "text": "在"})
    assert late.status_code == 409


def test_search_finds_by_initials(office: Stack, new_page: NewPage) -> None:
    page = new_page(DESKTOP)
    desk_of(page, office, "finder")
    customer = Customer.enter(office, "demo-gold-e2e6")
    customer.say("机场高速那个站的洗手间没有水")
    page.wait_for_timeout(2500)
    page.keyboard.press("Control+k")
    page.get_by_role("textbox", name="搜索").fill("xishoujian")
    hit = page.get_by_role("button").filter(has_text="洗手间")
    expect(hit).to_be_visible()
    hit.click()
    expect(page.locator("main")).to_contain_text("洗手间没有水")


def test_an_editor_publishes_and_the_next_customer_reads_it(office: Stack, new_page: NewPage) -> None:
    Agent.enter(office, "wen", "editor")
    page = new_page(DESKTOP)
    page.goto(f"{office.url}/console/")
    fill_log_in(page, "wen")
    page.get_by_role("button", name="新建文章").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("car_wash_booking")
    page.get_by_role("button", name="开始写").click()
    page.get_by_label("标题（客户看到的问题）").fill("站内洗车机怎么预约？")
    page.locator(".el-select__wrapper", has=page.get_by_label("分类", exact=True)).click()
    page.get_by_role("option", name=re.compile("油站")).first.click()
    page.get_by_label("一句话答案").fill("在油站详情页点“洗车预约”，选时间后凭预约码进场。")
    page.get_by_label(re.compile("正文")).fill("洗车机按预约时间使用。")
    page.get_by_label(re.compile("客户的问法")).fill("洗车机咋预约啊\n想约个自动洗车的时间")
    page.get_by_role("button", name="发布", exact=True).click()
    page.get_by_role("dialog").get_by_role("textbox").fill("新服务")
    page.get_by_role("dialog").get_by_role("button", name="发布").click()
    expect(page.get_by_text("已发布，几秒内全部渠道生效")).to_be_visible()
    answer = Customer.enter(office, "demo-gold-e2e7").say("洗车机怎么预约啊")
    assert "faq:car_wash_booking" in [m.get("source") for m in answer["messages"]]
