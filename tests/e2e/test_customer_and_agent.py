"""The whole way in a real browser: what a driver writes, what he gets, and the agent on the other side."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import DESKTOP, PHONE, NewPage
from tests.e2e.console import log_in
from tests.stack import Agent, Stack

pytestmark = [pytest.mark.browser, pytest.mark.assistant]
expect.set_options(timeout=20_000)


def chat(page: Page, stack: Stack, customer: str) -> Locator:
    """The open chat of a demo customer."""
    page.goto(f"{stack.url}/?customer={customer}")
    page.locator("youban-chat").get_by_role("button", name=re.compile("客服")).first.click()
    panel = page.locator("youban-chat").get_by_role("dialog")
    expect(panel).to_be_visible()
    return panel


def say(panel: Locator, text: str) -> None:
    panel.get_by_role("textbox").fill(text)
    panel.get_by_role("textbox").press("Enter")


def log(panel: Locator) -> Locator:
    return panel.get_by_role("log")


def fresh(level: str) -> str:
    return f"demo-{level}-{uuid4().hex[:10]}"


def test_an_overdue_coupon_becomes_a_ticket_with_number_and_progress(house: Stack, new_page: NewPage) -> None:
    customer = fresh("gold")
    panel = chat(new_page(PHONE), house, customer)
    say(panel, "我的加油券还没到账")
    expect(log(panel)).to_contain_text(re.compile(r"YB\d{10}"))
    expect(log(panel)).to_contain_text("满200减25加油券")
    expect(log(panel)).to_contain_text("已受理")
    ticket = Agent.enter(house, f"look-{uuid4().hex[:6]}").get("/tickets", customer_id=customer).json()["items"][0]
    assert (ticket["category"], ticket["department"], ticket["priority"]) == ("coupon_not_received", "ops", "P2")
    assert ticket["order_ids"]
    assert ticket["due_at"] > ticket["created_at"]


def test_paid_but_no_fuel_is_urgent_and_says_what_to_do(house: Stack, new_page: NewPage) -> None:
    customer = fresh("puka")
    panel = chat(new_page(PHONE), house, customer)
    say(panel, "钱扣了油枪没反应")
    expect(log(panel)).to_contain_text("城北站")
    expect(log(panel)).to_contain_text("油站管理部")
    expect(log(panel)).to_contain_text("财务部")
    expect(log(panel)).to_contain_text(re.compile("加油员|油枪|油站"))
    ticket = Agent.enter(house, f"look-{uuid4().hex[:6]}").get("/tickets", customer_id=customer).json()["items"][0]
    assert (ticket["category"], ticket["priority"]) == ("paid_not_fueled", "P0")


def test_an_article_shows_its_steps(house: Stack, new_page: NewPage) -> None:
    panel = chat(new_page(PHONE), house, fresh("gold"))
    say(panel, "发票怎么开")
    expect(log(panel)).to_contain_text("申请发票")
    expect(log(panel).get_by_role("listitem").first).to_be_visible()


def test_a_failed_points_payment_asks_which_of_three(house: Stack, new_page: NewPage) -> None:
    customer = fresh("platinum")
    panel = chat(new_page(PHONE), house, customer)
    say(panel, "用分加油没成功")
    for choice in ("支付失败", "积分扣了没抵油钱", "加油机故障"):
        expect(log(panel).get_by_role("button", name=choice)).to_be_visible()
    log(panel).get_by_role("button", name="加油机故障").click()
    expect(log(panel)).to_contain_text(re.compile(r"YB\d{10}"))
    ticket = Agent.enter(house, f"look-{uuid4().hex[:6]}").get("/tickets", customer_id=customer).json()["items"][0]
    assert ticket["department"] == "station"


def test_small_talk_is_answered_kindly_without_a_ticket(house: Stack, new_page: NewPage) -> None:
    customer = fresh("gold")
    panel = chat(new_page(PHONE), house, customer)
    say(panel, "今天天气不错想吃火锅")
    expect(log(panel)).to_contain_text("加油")
    assert not Agent.enter(house, f"look-{uuid4().hex[:6]}").get("/tickets", customer_id=customer).json()["items"]


def test_an_angry_customer_meets_an_agent_who_knows_the_story(house: Stack, new_page: NewPage) -> None:
    name = f"mei-{uuid4().hex[:6]}"
    Agent.enter(house, name)
    phone, desk = new_page(PHONE), new_page(DESKTOP)
    panel = chat(phone, house, fresh("diamond"))
    say(panel, "钱扣了油枪没反应")
    expect(log(panel)).to_contain_text(re.compile(r"YB\d{10}"))
    say(panel, "你们这什么破平台，再不退钱我打12315")
    expect(log(panel)).to_contain_text("抱歉")
    expect(panel).to_contain_text(re.compile("第 ?1 ?位|排第"))

    log_in(desk, house, name)
    waiting = desk.get_by_text("钱扣了油枪没反应").first
    expect(waiting).to_be_visible()
    waiting.click()
    desk.get_by_role("button", name=re.compile("接入|接待|领取")).first.click()
    for part in ("破平台", "YB", "愤怒"):
        expect(desk.locator("body")).to_contain_text(part)
    expect(log(panel)).to_contain_text("工号")

    answer = f"您好，我已经在核实城北站这一单 {uuid4().hex[:4]}"
    box = desk.get_by_role("textbox", name=re.compile("回复")).first
    box.fill(answer)
    box.press("Enter")
    expect(log(panel)).to_contain_text(answer)

    say(panel, "好的，麻烦快点")
    expect(desk.locator("body")).to_contain_text("好的，麻烦快点")

    before = log(panel).inner_text()
    phone.reload()
    panel = phone.locator("youban-chat").get_by_role("dialog")
    if not panel.is_visible():
        phone.locator("youban-chat").get_by_role("button", name=re.compile("客服")).first.click()
    expect(log(panel)).to_contain_text("好的，麻烦快点")
    for line in ("钱扣了油枪没反应", "破平台", answer):
        assert line in before
        expect(log(panel)).to_contain_text(line)

    desk.get_by_role("button", name="结束会话").click()
    desk.get_by_role("button", name="结束", exact=True).click()
    expect(log(panel)).to_contain_text("人工服务已结束")


def test_a_message_written_offline_arrives_once_when_the_net_is_back(house: Stack, new_page: NewPage) -> None:
    page = new_page(PHONE)
    panel = chat(page, house, fresh("gold"))
    say(panel, "你好")
    expect(log(panel)).to_contain_text("油伴助手")
    page.context.set_offline(True)
    say(panel, "发票怎么开")
    expect(log(panel)).to_contain_text("发票怎么开")
    page.context.set_offline(False)
    expect(log(panel)).to_contain_text("申请发票")
    assert log(panel).inner_text().count("发票怎么开") == 1


def test_keyboard_and_screen_reader_basics(house: Stack, new_page: NewPage) -> None:
    page = new_page(DESKTOP)
    panel = chat(page, house, fresh("gold"))
    expect(panel.get_by_role("textbox")).to_be_focused()
    expect(log(panel)).to_have_count(1)
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(page.locator("youban-chat").get_by_role("button", name=re.compile("客服")).first).to_be_focused()
