"""Flows in WeChat with the running assistant: a place, and a form whose choices are numbers."""

from __future__ import annotations

import asyncio
import time
from typing import Iterator, Sequence

import httpx
import pytest

from service.clock import utc_now
from service.gateways.fuel_platform.embedded import EmbeddedPlatform
from tests.database import rows
from tests.service.attachments.pictures import screenshot
from tests.service.channels.wechat.conftest import settings_for
from tests.stack import Agent, Customer, Stack
from tests.stand_in.server import serving
from tests.stand_in.wechat import Follower, WeChatPlatform

pytestmark = pytest.mark.assistant


@pytest.fixture(scope="module")
def flows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[WeChatPlatform, Stack]]:
    platform = WeChatPlatform()
    with serving(platform.app()) as address:
        stack = Stack(tmp_path_factory.mktemp("wechat_flows"), more=settings_for(address))
        platform.service_url = stack.url
        try:
            stack.start_service()
            stack.start_assistant()
            yield platform, stack
        finally:
            stack.stop()


def test_a_place_brings_the_nearest_stations_with_a_way_there(flows: tuple[WeChatPlatform, Stack]) -> None:
    follower = flows[0].follower()
    follower.do("location", Location_X="24.99", Location_Y="102.765", Scale=16, Label="东环路")
    follower.wait(1)
    assert "离您最近的油站" in follower.words
    assert follower.words.index("东环路站") < follower.words.index("城北站")
    assert "apis.map.qq.com" in follower.words


def test_a_known_place_helps_the_next_question(flows: tuple[WeChatPlatform, Stack]) -> None:
    follower = flows[0].follower()
    follower.say("你好")
    assert follower.event("LOCATION", Latitude="24.99", Longitude="102.765", Precision="10") == "success"
    seen = len(follower.seen)
    follower.say("附近哪有加油站")
    follower.wait(seen + 1)
    assert "离您最近的油站" in follower.seen[-1]["text"]


def _bound(flows: tuple[WeChatPlatform, Stack], customer_id: str) -> tuple[Follower, Sequence[str]]:
    """A follower who is this customer, and the numbers of his orders."""
    platform, stack = flows
    customer, follower = Customer.enter(stack, customer_id), platform.follower()
    code = httpx.post(f"{stack.url}/api/v1/widget/bindings/code", headers=customer.headers).json()["words"]
    follower.say(code)
    follower.say("1")
    demo = EmbeddedPlatform(stack.folder / "data" / "platform.db", utc_now)
    orders = asyncio.run(demo.orders(customer_id))
    demo.close()
    return follower, [order.id for order in orders]


def _send_screenshot(flows: tuple[WeChatPlatform, Stack], follower: Follower, *lines: str) -> None:
    """A screenshot, and its answer; the reader's own start takes longer than a message waits."""
    platform, stack = flows
    count = "SELECT count(*) FROM attachment_readings"
    before, seen = rows(stack.database, count)[0][0], len(follower.seen)
    media_id = f"SHOT-{before}-{follower.openid}"
    platform.media[media_id] = screenshot(*lines)
    follower.do("image", MediaId=media_id)
    follower.wait(seen + 1)
    deadline = time.monotonic() + 60
    while rows(stack.database, count)[0][0] == before and time.monotonic() < deadline:
        time.sleep(0.2)
    assert rows(stack.database, count)[0][0] == before + 1


def test_a_picture_first_and_the_words_later(flows: tuple[WeChatPlatform, Stack]) -> None:
    follower, orders = _bound(flows, "demo-gold-861")
    _send_screenshot(flows, follower, "订单详情", "订单号", orders[5])
    asked = follower.seen[-1]["text"]
    follower.say("帮我开张发票")
    follower.wait(len(follower.seen))
    assert "哪一笔" not in follower.seen[-1]["text"], (asked, follower.words)


def test_the_words_first_and_a_picture_later(flows: tuple[WeChatPlatform, Stack]) -> None:
    follower, orders = _bound(flows, "demo-gold-862")
    _send_screenshot(flows, follower, "今天天气不错")
    follower.say("帮我开张发票")
    assert "哪一笔" in follower.seen[-1]["text"]
    _send_screenshot(flows, follower, "订单详情", "订单号", orders[5])
    assert "哪一笔" not in follower.seen[-1]["text"], follower.words


def test_a_screenshot_of_an_error_is_answered_and_the_agent_reads_it(flows: tuple[WeChatPlatform, Stack]) -> None:
    follower, _ = _bound(flows, "demo-gold-863")
    _send_screenshot(flows, follower, "支付失败", "错误码 PAY-5003", "请稍后重试")
    assert "支付" in follower.seen[-1]["text"], follower.words
    agent = Agent.enter(flows[1], "pictures-agent")
    found = rows(
        flows[1].database,
        "SELECT conversation_id FROM channel_addresses WHERE external_id = :o",
        o=follower.openid,
    )
    story = agent.get(f"/conversations/{found[0][0]}").json()
    told = [a.get("text", "") for m in story["messages"] for a in m.get("attachments") or ()]
    assert "PAY-5003" in "".join(told).replace(" ", "")


def test_a_bound_customers_form_is_answered_by_numbers(flows: tuple[WeChatPlatform, Stack]) -> None:
    platform, stack = flows
    customer, follower = Customer.enter(stack, "demo-gold-851"), platform.follower()
    code = httpx.post(f"{stack.url}/api/v1/widget/bindings/code", headers=customer.headers).json()["words"]
    follower.say(code)
    follower.say("1")
    for _ in range(5):
        seen = len(follower.seen)
        follower.say("昨天买的优惠券到现在没到账" if "绑定好了" in follower.seen[-1]["text"] else "1")
        follower.wait(seen + 1)
        if "工单" in follower.seen[-1]["text"]:
            break
    agent = Agent.enter(stack, "flows-agent")
    tickets = agent.get("/tickets", customer_id="demo-gold-851").json()["items"]
    assert [t["category"] for t in tickets] == ["coupon_not_received"], follower.words
