"""A P0 ticket reaches the duty group's robot; its link opens on a phone, and the customer sees every step."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any, Iterator

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import DESKTOP, PHONE, NewPage
from tests.e2e.console import fill_log_in
from tests.service.attachments.pictures import screenshot
from tests.stack import Agent, Customer, Stack
from tests.stand_in.robots import Group, RobotPlatform
from tests.stand_in.server import serving

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)

SECRET = "SEC-of-the-duty-group"


class Duty:
    """A house whose robot stands in a group of 钉钉."""

    def __init__(self, stack: Stack, group: Group, boss: Agent) -> None:
        self.stack, self.group, self.boss = stack, group, boss

    def link(self, number: str) -> str:
        """The link that the group was told for a ticket."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            found = re.search(rf"\((\S+/console/m/{number})\)", "\n".join(self.group.texts))
            if found is not None:
                return found[1]
            time.sleep(0.2)
        raise AssertionError(f"the group heard nothing of {number}: {self.group.texts}")


@pytest.fixture(scope="module")
def duty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Duty]:
    platform = RobotPlatform()
    group = platform.group("dingtalk", "duty", SECRET, keyword="油伴")
    with serving(platform.app()) as address:
        stack = Stack(tmp_path_factory.mktemp("duty"), more={"YOUBAN_HOOKS_PRIVATE": "true"})
        stack.more["YOUBAN_PUBLIC_URL"] = stack.url
        try:
            stack.start_service()
            boss = Agent.enter(stack, "duty-boss", "supervisor")
            robot = {"name": "值班群", "kind": "dingtalk", "url": address + platform.path(group), "secret": SECRET}
            answer = boss.post("/robots", {**robot, "scope": "all", "events": ["filed", "unaccepted"]})
            assert answer.status_code == 201, answer.text
            yield Duty(stack, group, boss)
        finally:
            stack.stop()


def said(customer: Customer) -> list[dict[str, Any]]:
    return list(customer.history()["messages"])


def heard(customer: Customer, words: str) -> dict[str, Any]:
    """The message that the customer got, once it is there."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        for message in said(customer):
            if words in message["text"]:
                return message
        time.sleep(0.2)
    raise AssertionError(f"{words} in {[m['text'] for m in said(customer)]}")


def test_from_the_robots_message_to_the_solved_ticket(duty: Duty, new_page: NewPage, tmp_path: Path) -> None:
    customer = Customer.enter(duty.stack, "demo-gold-e2eh1")
    Agent.enter(duty.stack, "zhan", "handler", department="station")
    customer.say("钱扣了油枪没反应，我电话13812345678")
    number = duty.boss.get("/tickets", customer_id="demo-gold-e2eh1").json()["items"][0]["number"]
    link = duty.link(number)
    assert "13812345678" not in "\n".join(duty.group.texts)

    page = new_page(PHONE)
    page.goto(link)
    fill_log_in(page, "zhan")
    expect(page).to_have_url(re.compile(f"/console/m/{number}$"))
    ticket = page.get_by_role("region", name="工单")
    expect(ticket).to_contain_text("油枪没反应")
    expect(ticket).not_to_contain_text("13812345678")
    expect(ticket).not_to_contain_text("demo-gold-e2eh1")

    page.get_by_role("button", name="接单").click()
    heard(customer, "接手处理")

    page.get_by_role("button", name="问客户").click()
    sheet = page.get_by_role("dialog", name="问客户")
    sheet.get_by_role("textbox").fill("请发一下付款截图")
    sheet.get_by_role("button", name="发给客户").click()
    expect(sheet).to_be_hidden()
    expect(ticket).to_contain_text("计时已暂停")
    heard(customer, "请发一下付款截图")

    own_ticket = f"{duty.stack.url}/api/v1/widget/tickets/{number}"
    answered = httpx.post(f"{own_ticket}/info", json={"note": "付了 200 元"}, headers=customer.headers)
    assert answered.status_code == 200, answered.text
    expect(ticket).to_contain_text("200 元")

    picture = tmp_path / "pump.png"
    picture.write_bytes(screenshot("3 号枪 流水 无记录"))
    page.get_by_role("button", name="照片", exact=True).click()
    sheet = page.get_by_role("dialog", name="上传照片")
    sheet.get_by_label("从相册选照片").set_input_files(str(picture))
    expect(sheet.get_by_alt_text("要上传的照片")).to_be_visible()
    sheet.get_by_role("textbox").fill("油机没有出油记录")
    sheet.get_by_text("同时发给客户").click()
    sheet.get_by_role("button", name="上传").click()
    expect(sheet).to_be_hidden()
    shown = heard(customer, "油机没有出油记录")
    assert [a["media_type"] for a in shown["attachments"]] == ["image/png"]
    page.get_by_role("button", name="查看照片").click()
    expect(page.get_by_alt_text("照片 1")).to_be_visible()

    page.get_by_role("button", name="解决").click()
    sheet = page.get_by_role("dialog", name="解决")
    sheet.get_by_role("textbox").fill("已全额退款 200 元，原路退回")
    sheet.get_by_role("button", name="确认解决").click()
    expect(sheet.get_by_role("alert")).to_contain_text("问题原因")
    sheet.get_by_role("combobox").click()
    page.get_by_role("option").first.click()
    sheet.get_by_role("button", name="确认解决").click()
    expect(sheet).to_be_hidden()
    expect(ticket).to_contain_text("已解决")
    own = httpx.get(own_ticket, headers=customer.headers).json()
    assert (own["status"], own["resolution"]) == ("solved", "已全额退款 200 元，原路退回")
    seen = [node["title"] for node in own["nodes"]]
    steps = ("已受理", "专人接手", "需要您补充", "您补充了信息", "处理人发来现场照片", "已解决")
    assert [title for title in seen if title in steps] == list(steps)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]


def test_another_station_sees_nothing_of_it(duty: Duty, new_page: NewPage) -> None:
    customer = Customer.enter(duty.stack, "demo-gold-e2eh2")
    customer.say("钱扣了油枪没反应")
    number = duty.boss.get("/tickets", customer_id="demo-gold-e2eh2").json()["items"][0]["number"]
    Agent.enter(duty.stack, "other-station", "station", station="S999")
    page = new_page(PHONE)
    page.goto(duty.link(number))
    fill_log_in(page, "other-station")
    expect(page.get_by_text("不在您的范围内")).to_be_visible()
    page.get_by_role("button", name="回到列表").click()
    expect(page.get_by_text("没有等人接的工单")).to_be_visible()


def test_a_p0_that_nobody_takes_rings_in_the_console_until_somebody_does(duty: Duty, new_page: NewPage) -> None:
    rows = duty.boss.get("/policies/sla").json()["rows"]
    for row in rows:
        if row["id"] == "priorities":
            row["value"]["P0"]["ring"] = "0m"
    assert duty.boss.put("/policies/sla", {"rows": rows, "note": "测试"}).status_code == 200
    page = new_page(DESKTOP)
    page.goto(f"{duty.stack.url}/console/wall")
    fill_log_in(page, "duty-boss")
    time.sleep(1.5)
    customer = Customer.enter(duty.stack, "demo-gold-e2eh3")
    customer.say("钱扣了油枪没反应")
    number = duty.boss.get("/tickets", customer_id="demo-gold-e2eh3").json()["items"][0]["number"]
    alarm = page.get_by_role("alert").filter(has_text=number)
    expect(alarm).to_contain_text("没有人接单")
    deadline = time.monotonic() + 15
    while not any("无人接单" in text and number in text for text in duty.group.texts):
        assert time.monotonic() < deadline, duty.group.texts
        time.sleep(0.2)
    handler = Agent.enter(duty.stack, "zhan-two", "handler", department="station")
    assert handler.post(f"/tickets/{number}/accept").status_code == 200
    expect(alarm).to_be_hidden()
