"""A night at the office in real browsers: closed, a call left, morning, called back; and P0 knows no night."""

from __future__ import annotations

import re
from typing import Any, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import DESKTOP, PHONE, NewPage
from tests.e2e.console import log_in
from tests.stack import Agent, Customer, Stack

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)


@pytest.fixture
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A house of its own: opening hours are everybody's."""
    opened = Stack(tmp_path_factory.mktemp("night"))
    try:
        opened.start_service()
        yield opened
    finally:
        opened.stop()


def set_hours(boss: Agent, periods: list[str]) -> None:
    """The same for every day, holidays too, and no night crew."""
    rows: list[dict[str, Any]] = boss.get("/policies/hours").json()["rows"]
    values = {"holidays": periods, "night": [], "days": {}}
    changed = [
        {**row, "value": dict.fromkeys(row["value"], periods) if row["id"] == "week" else values[row["id"]]}
        for row in rows
    ]
    answer = boss.put("/policies/hours", {"rows": changed, "note": "测试"})
    assert answer.status_code == 200, answer.text


def chat(page: Page, stack: Stack, customer: str) -> Locator:
    page.goto(f"{stack.url}/?customer={customer}")
    panel = page.locator("youban-chat").get_by_role("dialog")
    if not panel.is_visible():
        page.get_by_role("button", name="遇到问题", exact=True).first.click()
    expect(panel.get_by_text("智能助手在线")).to_be_visible()
    return panel


def say(panel: Locator, text: str) -> None:
    panel.get_by_role("textbox", name="输入消息").fill(text)
    panel.get_by_role("textbox", name="输入消息").press("Enter")


def tell_result(page: Page, outcome: str, note: str) -> None:
    page.get_by_role("button", name="记录结果").click()
    form = page.get_by_role("dialog")
    form.get_by_text(outcome, exact=True).click()
    form.get_by_role("textbox", name=re.compile("说了什么")).fill(note)
    form.get_by_role("button", name="保存并通知客户").click()
    expect(form).to_be_hidden()


def test_off_hours_a_call_is_left_and_made_in_the_morning(night: Stack, new_page: NewPage) -> None:
    boss, agent = Agent.enter(night, "boss", "supervisor"), Agent.enter(night, "lin")
    set_hours(boss, ["00:00-00:01"])
    phone = new_page(PHONE)
    panel = chat(phone, night, "demo-gold-night")
    log = panel.get_by_role("log")
    say(panel, "转人工")
    expect(log).to_contain_text(re.compile(r"人工客服现在已经下班，明天 00:00 上班"))
    expect(panel.locator(".banner")).to_contain_text("明天 00:00 上班")
    expect(panel.locator(".banner")).not_to_contain_text("分钟")
    expect(log.get_by_role("button", name="先记成工单")).to_be_visible()
    expect(log.get_by_role("button", name="继续问智能助手")).to_be_visible()
    log.get_by_role("button", name="留个电话回拨").click()
    expect(log).to_contain_text(re.compile(r"打给您 138\*{4}\d{4}"))
    log.get_by_role("button", name="换个号码").click()
    say(panel, "打 139 1234 5678")
    expect(log).to_contain_text("139****5678")
    log.get_by_role("button", name="上班后尽快").last.click()
    expect(log).to_contain_text(re.compile(r"好的，.{0,4}明天 00:30 前打给您 139\*{4}5678"))
    expect(panel.locator(".banner")).to_be_hidden()

    set_hours(boss, ["00:00-24:00"])
    page = new_page(DESKTOP)
    log_in(page, night, "lin")
    page.get_by_role("link", name="回电").click()
    row = page.get_by_role("article", name=re.compile("回电"))
    expect(row).to_contain_text("139****5678")
    expect(row).to_contain_text("下班后")
    row.get_by_role("button", name="接手").click()
    row.get_by_role("button", name="显示号码").click()
    expect(row.get_by_role("link", name="13912345678")).to_be_visible()
    for attempt in (1, 2):
        tell_result(page, "无人接听", f"第 {attempt} 次")
        expect(row.get_by_role("listitem")).to_have_count(attempt)
        expect(log.get_by_text("没有接通")).to_have_count(attempt)
    tell_result(page, "接通了", "发票已说明")
    expect(page.get_by_text("没有要回的电话")).to_be_visible()
    expect(log).to_contain_text("刚刚和您通过电话了")
    expect(log).to_contain_text("刚才的服务您还满意吗")
    page.get_by_role("tab", name=re.compile("已结束")).click()
    expect(row).to_contain_text("已接通")
    assert agent.get("/callbacks").json()["open"] == 0


def test_p0_queues_at_night_and_closing_time_is_told_in_the_banner(night: Stack, new_page: NewPage) -> None:
    boss = Agent.enter(night, "boss", "supervisor")
    page = new_page(DESKTOP)
    log_in(page, night, "boss")
    waiting = chat(new_page(PHONE), night, "demo-gold-late")
    say(waiting, "转人工")
    expect(waiting.locator(".banner")).to_contain_text("您排在第 1 位")
    set_hours(boss, ["00:00-00:01"])
    expect(waiting.get_by_role("log")).to_contain_text("人工客服现在已经下班")
    expect(waiting.locator(".banner")).to_contain_text("已下班")
    urgent = Customer.enter(night, "demo-gold-pump")
    urgent.say("钱扣了油枪没反应")
    answer = urgent.say("转人工")
    assert answer["state"] == "queued"
    texts = "".join(m["text"] for m in answer["messages"])
    assert "已经呼叫值班的同事" in texts
    assert "下班，" not in texts
    expect(waiting.locator(".banner")).to_contain_text("第 2 位")
    page.get_by_role("link", name="大屏").click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("现在是下班时间")
    expect(main).to_contain_text("1 位排着队等上班")
    expect(main.get_by_role("alert")).to_contain_text("紧急会话一直没人接")
    waiting.get_by_role("log").get_by_role("button", name="继续问智能助手").click()
    expect(waiting.locator(".banner")).to_be_hidden()
    say(waiting, "发票怎么开")
    expect(waiting.get_by_role("log")).to_contain_text("开票")
