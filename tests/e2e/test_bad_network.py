"""A network that loses, delays, doubles and cuts: whatever the entrance, every word arrives once and in order."""

from __future__ import annotations

import json
import re
import time
from functools import partial
from typing import Any, Callable, Iterator
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Locator, expect

from tests import database
from tests.e2e.conftest import PHONE, NewPage
from tests.service.channels.wechat.conftest import settings_for
from tests.stack import Agent, Customer, Stack
from tests.stand_in.network import CALM, STORM, Network, Weather, network
from tests.stand_in.server import serving
from tests.stand_in.wechat import WeChatPlatform

MESSAGES = 30
QUESTIONS = (
    "发票怎么开",
    "积分怎么用",
    "优惠券过期了怎么办",
    "怎么修改手机号",
    "退款多久到账",
    "怎么绑定加油卡",
    "会员怎么升级",
    "附近哪有加油站",
    "怎么注销账号",
    "忘记支付密码怎么办",
)
ANSWERS = 10
SECONDS = 120.0
QUIET = "!document.querySelector('youban-chat').shadowRoot.querySelector('.own.waiting, .own.sending')"


@pytest.fixture
def stormy(own_stack: Stack) -> Iterator[tuple[Stack, Network]]:
    own_stack.start_service()
    with network(own_stack.service_port, seed=20241122) as between:
        yield own_stack, between


def kept(stack: Stack, conversation_id: str) -> list[tuple[int, str, str, str | None]]:
    """What the database holds of a conversation: number, sender, words, client id."""
    rows = database.rows(
        database.url_for(stack.folder / "data"),
        "SELECT seq, sender, text, client_id FROM messages WHERE conversation_id = :id ORDER BY seq",
        id=conversation_id,
    )
    return [tuple(row) for row in rows]


def until(check: Callable[[], bool], what: str, seconds: float = SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def met(between: Network, *accidents: str) -> None:
    """The test is worth nothing unless each of these happened."""
    assert all(between.accidents[name] for name in accidents), between.accidents


def persist(ask: Callable[[], httpx.Response]) -> Any:
    """What a client with patience gets: it repeats the same request until an answer comes through."""
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            answer = ask()
            if answer.status_code < 500:
                assert answer.is_success, answer.text
                return answer.json()
        except httpx.TransportError:
            assert time.monotonic() < deadline, "no answer came through"
        time.sleep(0.05)


def own_words(panel: Locator) -> list[str]:
    return [t.strip() for t in panel.get_by_role("log").locator(".line.own .bubble").all_inner_texts()]


def agents_words(panel: Locator) -> list[str]:
    return [t.strip() for t in panel.get_by_role("log").locator(".line.agent .bubble").all_inner_texts()]


@pytest.mark.browser
def test_a_talk_with_a_person_loses_nothing_though_the_service_dies_in_the_middle(
    stormy: tuple[Stack, Network], new_page: NewPage
) -> None:
    stack, between = stormy
    customer = f"demo-gold-{uuid4().hex[:10]}"
    person = Agent.enter(stack, "storm")
    page = new_page(PHONE)
    page.goto(f"{between.url}/?customer={customer}")
    page.get_by_role("button", name="遇到问题", exact=True).first.click()
    panel = page.locator("youban-chat").get_by_role("dialog")
    expect(panel.get_by_text("智能助手在线")).to_be_visible(timeout=20_000)
    panel.get_by_role("button", name="转人工").click()
    expect(panel.get_by_text("第 1 位").first).to_be_visible(timeout=20_000)
    conversation = person.get("/handoff/queue").json()["items"][0]["conversation_id"]
    person.post(f"/conversations/{conversation}/claim").raise_for_status()
    expect(panel.get_by_text("人工客服正在为您服务")).to_be_visible(timeout=20_000)

    between.weather = STORM
    wrote = [f"第{n}句：油枪没反应" for n in range(1, MESSAGES + 1)]
    answered = [f"回复{n}：正在核实" for n in range(1, ANSWERS + 1)]
    box = panel.get_by_role("textbox", name="输入消息")
    for place, words in enumerate(wrote):
        box.fill(words)
        box.press("Enter")
        if place % (MESSAGES // ANSWERS) == 0:
            answer = {"client_id": f"a{place}", "text": answered[place // (MESSAGES // ANSWERS)]}
            url = f"{between.url}/api/v1/conversations/{conversation}/messages"
            headers = {"Authorization": f"Bearer {person.token}"}
            persist(partial(httpx.post, url, json=answer, headers=headers, timeout=5))
        if place == MESSAGES // 2:
            stack.kill("service")
            stack.start_service()
    until(lambda: page.evaluate(QUIET), "something is still on its way")
    until(lambda: len(agents_words(panel)) >= ANSWERS, "an answer is missing")
    between.weather = CALM

    assert all(between.accidents[name] for name in ("lose_request", "cut_answer", "double", "socket_cut")), (
        between.accidents
    )
    assert own_words(panel)[1:] == wrote
    assert agents_words(panel) == answered
    stored = kept(stack, conversation)
    assert [seq for seq, *_ in stored] == list(range(1, len(stored) + 1))
    assert [text for _, sender, text, _ in stored if sender == "customer"][1:] == wrote
    assert [text for _, sender, text, _ in stored if sender == "agent"] == answered
    seen = person.get(f"/conversations/{conversation}").json()["messages"]
    assert [m["text"] for m in seen if m["sender"] == "customer"][1:] == wrote
    assert [m["text"] for m in seen if m["sender"] == "agent"] == answered


def test_doubled_and_repeated_requests_are_one_message_with_one_answer(stormy: tuple[Stack, Network]) -> None:
    stack, between = stormy
    customer = Customer.enter(stack, f"demo-gold-{uuid4().hex[:10]}")
    between.weather = Weather(lose_request=0.15, cut_answer=0.25, double=0.5, delay=0.2, longest_delay=0.2)
    url = f"{between.url}/api/v1/widget/messages"
    answers = []
    for n in range(MESSAGES):
        body = {"client_id": f"c{n}", "text": f"发票怎么开，第{n}次问" if n % 3 else "在吗"}
        answers.append(persist(partial(httpx.post, url, json=body, headers=customer.headers, timeout=10)))
    met(between, "lose_request", "cut_answer", "double")

    stored = kept(stack, customer.conversation_id)
    assert [seq for seq, *_ in stored] == list(range(1, len(stored) + 1))
    assert [c for _, sender, _, c in stored if sender == "customer"] == [f"c{n}" for n in range(MESSAGES)]
    told = [seq for answer in answers for seq in (answer["ack"]["seq"], *(m["seq"] for m in answer["messages"]))]
    assert told == [seq for seq, *_ in stored], "each answer carries its own replies, and nothing is told twice"


def test_a_ticket_filed_through_the_storm_is_one_ticket(stormy: tuple[Stack, Network]) -> None:
    stack, between = stormy
    name = f"demo-gold-{uuid4().hex[:10]}"
    customer = Customer.enter(stack, name)
    between.weather = Weather(cut_answer=0.6, double=0.9)
    url = f"{between.url}/api/v1/widget/messages"
    body = {"client_id": "only", "text": "我的加油券还没到账"}
    persist(lambda: httpx.post(url, json=body, headers=customer.headers, timeout=20))
    found = Agent.enter(stack, "look").get("/tickets", customer_id=name).json()["items"]
    assert len(found) == 1, json.dumps(found, ensure_ascii=False)


def test_wechat_through_the_storm_says_everything_once(own_stack: Stack) -> None:
    platform = WeChatPlatform()
    with serving(platform.app()) as address:
        own_stack.more.update(settings_for(address))
        own_stack.start_service()
        with network(own_stack.service_port, 7, lambda path: path.startswith("/channels/")) as between:
            platform.service_url = between.url
            between.weather = Weather(lose_request=0.1, cut_answer=0.2, double=0.6, delay=0.3, longest_delay=0.5)
            follower = platform.follower()
            asked = list(QUESTIONS)

            def acknowledged(words: str, message_id: int) -> bool:
                return bool(follower.say(words, message_id=message_id) != "error")

            for words in asked:
                # After three tries in vain WeChat gives up, and the customer writes it again.
                message_id = next(platform.message_ids)
                until(partial(acknowledged, words, message_id), "WeChat never got through")
            met(between, "lose_request", "cut_answer", "double")
            conversation = database.rows(
                database.url_for(own_stack.folder / "data"), "SELECT DISTINCT conversation_id FROM messages"
            )
            assert len(conversation) == 1
            stored = kept(own_stack, conversation[0][0])
            assert [seq for seq, *_ in stored] == list(range(1, len(stored) + 1))
            assert [text for _, sender, text, _ in stored if sender == "customer"] == asked
            replies = [text for _, sender, text, _ in stored if sender != "customer"]
            assert len(replies) >= len(asked)
            until(lambda: _times(follower.words, replies[-1]) > 0, "the last answer never came")
            for reply in replies:
                assert _times(follower.words, reply) == sum(_times(other, reply) > 0 for other in replies), reply


def _times(words: str, reply: str) -> int:
    """How often a screen shows a reply, whatever became of its line breaks."""
    return re.sub(r"\s", "", words).count(re.sub(r"\s", "", reply)[:30])
