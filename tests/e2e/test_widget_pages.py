"""The widget's own pages in a real browser: opening, help, complaint, tickets, large type."""

from __future__ import annotations

import gzip
import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import PHONE, NewPage
from tests.e2e.widget import SMALL, chat, fresh, go
from tests.stack import Stack

pytestmark = [pytest.mark.browser]
expect.set_options(timeout=20_000)


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
