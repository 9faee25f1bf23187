"""Flows in WeChat with the running assistant: a place, and a form whose choices are numbers."""

from __future__ import annotations

from typing import Iterator

import httpx
import pytest

from tests.service.channels.wechat.conftest import settings_for
from tests.stack import Agent, Customer, Stack
from tests.stand_in.server import serving
from tests.stand_in.wechat import WeChatPlatform

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
