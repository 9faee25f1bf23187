"""The customer card in real browsers: a refund within the limit, one above it, and what the audit page says of both."""

from __future__ import annotations

import re
from typing import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import DESKTOP, NewPage
from tests.e2e.console import desk_of
from tests.stack import Customer, Stack

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)


@pytest.fixture
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    opened = Stack(tmp_path_factory.mktemp("card"))
    try:
        opened.start_service()
        yield opened
    finally:
        opened.stop()


def refund(page: Page, order: Locator, yuan: str) -> Locator:
    """The dialog of a refund of this order, filled in and about to be confirmed."""
    order.get_by_role("button", name=re.compile("^退款")).click()
    dialog = page.get_by_role("dialog", name="退款")
    dialog.get_by_text("优惠没有减，退回差额").first.click()
    dialog.get_by_label("金额", exact=True).fill(yuan)
    dialog.get_by_label(re.compile("情况说明")).fill("核对过油机小票")
    expect(dialog.get_by_role("status")).to_be_visible()
    dialog.get_by_role("button", name="下一步").click()
    expect(dialog.get_by_role("group", name="确认")).to_contain_text(f"¥{float(yuan):.2f}")
    return dialog


def test_within_the_limit_at_once_above_it_after_a_supervisor_and_all_of_it_audited(
    office: Stack, new_page: NewPage
) -> None:
    page, boss = new_page(DESKTOP), new_page(DESKTOP)
    desk_of(page, office, "lan")
    desk_of(boss, office, "wang", "supervisor")
    customer = Customer.enter(office, "demo-gold-card")
    customer.say("转人工")
    page.locator(f"[data-conversation='{customer.conversation_id}']").click()
    page.get_by_role("button", name="接入会话").click()

    # A personal field is shown by itself, and hidden again.
    phone = page.locator(".personal", has_text="手机")
    expect(phone).to_contain_text("****")
    phone.get_by_role("button", name=re.compile("显示完整手机")).click()
    expect(phone).to_contain_text(re.compile(r"1\d{10}"))

    orders = page.locator("details.fold", has_text="订单").get_by_role("listitem").filter(has_text="已加油")
    dialog = refund(page, orders.nth(0), "3")
    dialog.get_by_role("button", name="确认办理").dblclick()
    expect(dialog).to_contain_text("已在会话里告诉客户")
    dialog.get_by_role("button", name="完成").click()
    expect(page.get_by_role("log", name="会话记录")).to_contain_text("退款已为您提交，3 元")
    told = [m["text"] for m in customer.history()["messages"] if "退款已为您提交" in m["text"]]
    assert len(told) == 1, "a double click does it once"

    dialog = refund(page, orders.nth(1), "60")
    expect(dialog).to_contain_text("超过您的权限，将提交主管复核")
    dialog.get_by_role("button", name="提交主管复核").click()
    expect(dialog).to_contain_text("有结果会提醒您")
    dialog.get_by_role("button", name="先去忙别的").click()

    # The supervisor sees it without a reload, and decides.
    boss.get_by_role("link", name=re.compile("审批，1 笔")).click()
    waiting = boss.get_by_role("list", name="待审批").get_by_role("listitem").filter(has_text="¥60.00")
    expect(waiting).to_contain_text("优惠没有减")
    expect(waiting).to_contain_text("lan")
    waiting.get_by_role("button", name="批准").click()
    boss.get_by_role("dialog").get_by_role("button", name="批准").click()
    expect(boss.get_by_text("没有等您审批的")).to_be_visible()

    expect(page.get_by_text("退款已批准")).to_be_visible()
    expect(page.get_by_role("log", name="会话记录")).to_contain_text("退款已为您提交，60 元")
    assert any("60 元" in m["text"] for m in customer.history()["messages"])

    boss.goto(f"{office.url}/console/settings/audit")
    table = boss.get_by_role("table")
    for words in ("查看完整个人信息", "提交补救", "补救提交审批", "批准补救", "平台已办理补救"):
        expect(table.get_by_role("cell", name=words, exact=True).first).to_be_visible()
    boss.get_by_role("button", name="重新核验").click()
    expect(boss.get_by_text(re.compile(r"完整性：已验证到 #\d+"))).to_be_visible()
    with boss.expect_download() as saved:
        boss.get_by_role("button", name="导出 CSV").click()
    assert "批准补救" in saved.value.path().read_text(encoding="utf-8")


def test_a_call_opens_the_card_and_leaves_a_note(office: Stack, new_page: NewPage) -> None:
    page = new_page(DESKTOP)
    agent = desk_of(page, office, "mei")
    customer = Customer.enter(office, "demo-platinum-card")
    customer.say("钱扣了油枪没反应")
    phone = agent.post("/customers/demo-platinum-card/reveal", {"field": "phone"}).json()["value"]
    page.goto(f"{office.url}/console/conversations#phone={phone}")
    drawer = page.get_by_role("dialog", name="来电客户")
    expect(drawer).to_contain_text("demo-platinum-card")
    assert phone not in page.url
    drawer.get_by_label("记一笔").fill("来电问退款，答应今晚前回电")
    drawer.get_by_role("button", name="记下").click()
    expect(page.get_by_text("已记下，同事在会话备注里能看到")).to_be_visible()
    drawer.get_by_role("button", name="打开会话").click()
    expect(page.locator("aside")).to_contain_text("来电问退款，答应今晚前回电")
    assert not any("今晚前回电" in m["text"] for m in customer.history()["messages"])
