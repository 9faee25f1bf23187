"""The running service with a platform at another address: reads, writes, events, and a platform that goes away."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Iterator

import httpx
import pytest

from contracts.platform import PlatformEventKind
from service.clock import utc_now
from service.gateways.fuel_platform.embedded import EmbeddedPlatform
from tests.stack import Agent, Customer, Stack
from tests.stand_in.platform import Served, StandIn, post_events

SECRET = "secret-between-platform-and-house"
CUSTOMER = "demo-gold-far"


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Served]:
    with Served(StandIn(EmbeddedPlatform(tmp_path / "far.db", utc_now), "far-token")) as served:
        yield served


@pytest.fixture
def stack(own_stack: Stack, platform: Served) -> Stack:
    own_stack.more = {
        "YOUBAN_PLATFORM_URL": platform.url,
        "YOUBAN_PLATFORM_TOKEN": "far-token",
        "YOUBAN_PLATFORM_SECRET": SECRET,
    }
    own_stack.start_service()
    return own_stack


def _hears(customer: Customer, words: str, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if any(words in m["text"] for m in customer.history()["messages"]):
            return
        time.sleep(0.1)
    raise AssertionError(f"{words} was not heard: {customer.history()['messages']}")


def test_a_platform_elsewhere_is_read_written_and_heard(stack: Stack, platform: Served) -> None:
    agent, customer = Agent.enter(stack, "far-agent"), Customer.enter(stack, CUSTOMER)
    ledger = httpx.get(f"{stack.url}/api/v1/widget/points", headers=customer.headers).raise_for_status().json()
    assert ledger["verified"]

    platform.stand_in.faults.drop_after = 1
    wish = {"kind": "grant_coupon", "amount_fen": 500, "cause": "bad_service", "reason": "站点服务不当"}
    headers = {"Authorization": f"Bearer {agent.token}", "Idempotency-Key": "k1"}
    url = f"{stack.url}/api/v1/customers/{CUSTOMER}/remedies"
    assert httpx.post(url, json=wish, headers=headers, timeout=20).status_code == 200
    _hears(customer, "已为您发放5元无门槛加油券")
    behind = platform.stand_in.platform

    behind.trigger(PlatformEventKind.REFUND_ARRIVED, CUSTOMER)
    events = behind.tick()
    for _ in range(2):
        assert post_events(stack.url, SECRET, events).status_code == 202
    _hears(customer, "您的退款 180 元已经到账（微信）")
    assert post_events(stack.url, "another secret", events).status_code == 401
    said = [m["text"] for m in customer.history()["messages"]]
    assert len([t for t in said if "已经到账" in t]) == 1
    assert len([t for t in said if "5元无门槛" in t]) == 1


def test_a_platform_that_is_away_leaves_nobody_without_an_answer(stack: Stack, platform: Served) -> None:
    agent, customer = Agent.enter(stack, "far-agent"), Customer.enter(stack, CUSTOMER)
    platform.stand_in.faults.errors = 10**6
    answer = customer.say("钱扣了油枪没反应")
    [ticket] = agent.get("/tickets", customer_id=CUSTOMER).json()["items"]
    assert ticket["number"] in "\n".join(m["text"] for m in answer["messages"])
    ledger = httpx.get(f"{stack.url}/api/v1/widget/points", headers=customer.headers)
    assert ledger.status_code == 503
    assert "暂时没有响应" in ledger.json()["error"]["message"]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"YOUBAN_PLATFORM_TOKEN": "wrong"}, "YOUBAN_PLATFORM_TOKEN: the fuel platform refuses it"),
        ({"YOUBAN_PLATFORM_URL": "platform.example"}, "YOUBAN_PLATFORM_URL: "),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_line(
    own_stack: Stack, platform: Served, change: dict[str, str], line: str
) -> None:
    own_stack.more = {"YOUBAN_PLATFORM_URL": platform.url, "YOUBAN_PLATFORM_TOKEN": "far-token", **change}
    own_stack.folder.joinpath("data").mkdir()
    with pytest.raises(AssertionError, match=line):
        own_stack.run("serve")
