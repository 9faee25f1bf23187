"""A ticket's whole life in real browsers: filed from a conversation, asked, passed on, solved; merged; many at once."""

from __future__ import annotations

import re
import uuid
from typing import Any, Iterator

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import DESKTOP, NewPage
from tests.e2e.console import fill_log_in
from tests.stack import Agent, Customer, Stack

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    opened = Stack(tmp_path_factory.mktemp("ticket_office"))
    try:
        opened.start_service()
        yield opened
    finally:
        opened.stop()


def enter(page: Page, stack: Stack, name: str) -> None:
    page.goto(f"{stack.url}/console/login")
    fill_log_in(page, name)
    expect(page.get_by_role("navigation", name="主导航")).to_be_visible()


def dialog(page: Page, title: str) -> Locator:
    """The open dialog whose title begins so."""
    found = page.get_by_role("dialog", name=re.compile(title))
    expect(found).to_be_visible()
    return found


def filed(agent: Agent, customer: str, category: str, summary: str) -> str:
    """A ticket that an agent files; its number."""
    answer = httpx.post(
        f"{agent.url}/api/v1/tickets",
        headers={"Authorization": f"Bearer {agent.token}", "Idempotency-Key": uuid.uuid4().hex},
        json={"customer_id": customer, "category": category, "summary": summary, "anyway": True},
        timeout=20,
    )
    return str(answer.raise_for_status().json()["number"])


def own(customer: Customer, path: str, body: Any) -> httpx.Response:
    url = f"{customer.url}/api/v1/widget/tickets/{path}"
    return httpx.post(url, headers=customer.headers, json=body, timeout=20)


def test_from_the_conversation_to_the_solution(office: Stack, new_page: NewPage) -> None:
    Agent.enter(office, "lan")
    handler = Agent.enter(office, "cai", "handler", department="finance")
    page = new_page(DESKTOP)
    enter(page, office, "lan")
    customer = Customer.enter(office, "demo-gold-e2t1")
    customer.say("转人工")
    customer.say("同一笔扣了我两次钱")
    page.locator(f"[data-conversation='{customer.conversation_id}']").click()
    page.get_by_role("button", name=re.compile("接入")).first.click()

    # Files it: the customer's words are there already, the category is found by its initials.
    page.get_by_role("button", name="提交工单").click()
    form = dialog(page, "为客户提交工单")
    category = form.get_by_role("combobox", name="问题类型")
    category.click()
    titles = {c["id"]: c for c in Agent.get(handler, "/tickets/choices").json()["categories"]}
    category.press_sequentially(titles["duplicate_charge"]["sounds"].split(" ")[1])
    page.get_by_role("option", name=re.compile(titles["duplicate_charge"]["title"])).first.click()
    form.get_by_role("textbox", name="问题概述").fill("城北站一笔 200 元扣了两次")
    expect(form.get_by_text("同一笔扣了我两次钱")).to_be_visible()
    form.get_by_role("button", name="提交工单").click()
    # The assistant has written the problem down already: it takes a second press to file another one.
    expect(form.get_by_role("alert")).to_contain_text("已有同类工单")
    form.get_by_role("button", name="仍然提交").click()
    expect(page.get_by_text("客户会收到单号和时限")).to_be_visible()
    number = next(t["number"] for t in handler.get("/tickets").json()["items"] if "城北站" in t["summary"])

    # Takes it and asks; the customer answers, and the clock runs on.
    page.goto(f"{office.url}/console/tickets/{number}")
    drawer = page.get_by_role("dialog", name=f"工单 {number}")
    drawer.get_by_role("button", name="接手").click()
    expect(drawer.get_by_text("核查中").first).to_be_visible()
    drawer.get_by_role("button", name="请客户补充").click()
    question = dialog(page, "请客户补充")
    question.get_by_role("button", name=re.compile("几号枪")).click()
    question.get_by_role("button", name="发给客户").click()
    expect(drawer.get_by_text(re.compile("已暂停")).first).to_be_visible()
    assert own(customer, f"{number}/info", {"note": "3 号枪，上午十点"}).status_code == 200
    expect(drawer.get_by_text("3 号枪，上午十点").first).to_be_visible()
    expect(drawer.get_by_text(re.compile("已暂停"))).to_have_count(0)

    # Passes it on by key; somebody of that department solves it, with its root cause.
    drawer.get_by_role("button", name="转部门").click()
    onward = dialog(page, "转到部门")
    onward.get_by_role("combobox", name="转到哪个部门").click(force=True)
    page.get_by_role("option", name="运营部").click()
    onward.get_by_role("textbox").last.fill("请核对活动")
    onward.get_by_role("button", name="转过去").click()
    expect(drawer.get_by_text("运营部").first).to_be_visible()
    drawer.get_by_role("button", name="解决").click()
    solving = dialog(page, "解决工单")
    expect(solving.get_by_role("button", name="解决")).to_be_disabled()
    solving.get_by_role("textbox", name="告诉客户的处理结果").fill("多扣的 200 元已原路退回。")
    expect(solving.get_by_role("button", name="解决")).to_be_disabled()
    solving.get_by_role("combobox", name="根本原因").click(force=True)
    page.get_by_role("option", name=re.compile("支付渠道")).click()
    solving.get_by_role("button", name="解决").click()
    expect(drawer.get_by_text("已解决").first).to_be_visible()
    expect(drawer.get_by_text("支付机构负责")).to_be_visible()

    # Closing says what the note is for, and takes none that is empty.
    drawer.get_by_role("button", name="关闭", exact=True).click()
    closing = dialog(page, "关闭工单")
    expect(closing.get_by_text("不写不能关闭")).to_be_visible()
    expect(closing.get_by_role("button", name="关闭", exact=True)).to_be_disabled()
    closing.get_by_role("textbox").fill("电话回访，客户说钱已到账")
    closing.get_by_role("button", name="关闭", exact=True).click()
    expect(drawer.get_by_text("改为“已关闭”")).to_be_visible()
    assert handler.get(f"/tickets/{number}").json()["status"] == "closed"


def test_the_board_by_keys_many_at_once_and_two_made_one(office: Stack, new_page: NewPage) -> None:
    agent = Agent.enter(office, "mei", "supervisor")
    Agent.enter(office, "ming", "agent")
    first, second = (filed(agent, "demo-gold-e2t2", "app_error", words) for words in ("白屏", "还是白屏"))
    urgent = filed(agent, "demo-gold-e2t3", "paid_not_fueled", "没出油")
    page = new_page(DESKTOP)
    enter(page, office, "mei")
    page.goto(f"{office.url}/console/tickets")
    card = page.locator(f"[data-node='accepted'] [data-ticket='{urgent}']")
    expect(card).to_be_visible()

    # Moved by keys, not dragged: m, then the node; the customer is asked only after the question is written.
    card.focus()
    page.keyboard.press("m")
    dialog(page, f"{urgent} 移到").get_by_role("button", name="核查中").click()
    expect(page.locator(f"[data-node='checking'] [data-ticket='{urgent}']")).to_be_visible()
    assert agent.get(f"/tickets/{urgent}").json()["assignee"]["username"] == "mei"

    # And dragged: what the service would refuse is no place to drop it.
    # In its column: while it moves, the card that leaves is still on the page.
    moved = page.locator(f"[data-node='checking'] [data-ticket='{urgent}']")
    moved.drag_to(page.locator("[data-node='accepted']"))
    assert agent.get(f"/tickets/{urgent}").json()["status"] == "checking"
    moved.drag_to(page.locator("[data-node='solved']"))
    dialog(page, "解决工单")
    page.keyboard.press("Escape")

    # Somebody else's new ticket appears by itself; two are chosen by key and given to one person, then taken back.
    third = filed(agent, "demo-gold-e2t4", "app_error", "第三张")
    expect(page.locator(f"[data-ticket='{third}']")).to_be_visible()
    for number in (first, third):
        page.locator(f"[data-ticket='{number}']").focus()
        page.keyboard.press("x")
    bar = page.get_by_role("toolbar", name="对选中的 2 张工单")
    bar.get_by_role("button", name="分派").click()
    giving = dialog(page, "分派")
    giving.get_by_role("textbox", name="查找同事").fill("ming")
    giving.get_by_role("option", name=re.compile("ming")).click()
    giving.get_by_role("button", name="分派", exact=True).click()
    expect(page.get_by_text("成功 2")).to_be_visible()
    assert agent.get(f"/tickets/{first}").json()["assignee"]["username"] == "ming"
    page.get_by_role("button", name="撤销", exact=True).click()
    expect(page.get_by_text("已恢复原样")).to_be_visible()
    assert agent.get(f"/tickets/{first}").json()["assignee"] is None

    # Two tickets about one thing become one, after a look at what comes of it.
    page.goto(f"{office.url}/console/tickets/{second}")
    drawer = page.get_by_role("dialog", name=f"工单 {second}")
    drawer.get_by_role("button", name="更多操作").click()
    page.get_by_role("menuitem", name="合并重复工单").click()
    merging = dialog(page, f"合并 {second}")
    merging.get_by_role("option", name=re.compile(first)).click()
    expect(merging.get_by_text("取较早的承诺")).to_be_visible()
    merging.get_by_role("button", name="合并", exact=True).click()
    expect(drawer.get_by_text(re.compile(f"已并入 {first}"))).to_be_visible()
    assert agent.get(f"/tickets/{second}").json()["merged_into"] == first

    # The filter stands in the address: a colleague who opens it sees the same.
    page.goto(f"{office.url}/console/tickets?priority=P0")
    expect(page.locator(f"[data-ticket='{urgent}']")).to_be_visible()
    expect(page.locator(f"[data-ticket='{first}']")).to_have_count(0)
    page.keyboard.press("/")
    page.keyboard.type("baiping")
    expect(page.get_by_text("没有符合条件的工单")).to_be_visible()
    page.get_by_role("button", name="清空筛选").click()
    expect(page.locator(f"[data-ticket='{first}']")).to_be_visible()
