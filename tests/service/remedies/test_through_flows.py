"""From the driver's words to what the platform did, through Rasa's flows and back."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from tests.stack import Agent, Customer, Stack

pytestmark = pytest.mark.assistant

HEARD_SECONDS = 10.0


@pytest.fixture(scope="module")
def agent(house: Stack) -> Agent:
    return Agent.enter(house, "flow-remedies")


def _hears(customer: Customer, words: str) -> None:
    deadline = time.monotonic() + HEARD_SECONDS
    while time.monotonic() < deadline:
        if any(words in m["text"] for m in customer.history()["messages"]):
            return
        time.sleep(0.1)
    raise AssertionError(f"{words} was not heard: {[m['text'] for m in customer.history()['messages']]}")


def _records(house: Stack, customer_id: str) -> Any:
    return httpx.get(f"{house.url}/api/v1/demo/records", params={"customer_id": customer_id}).json()


def _done(agent: Agent, customer_id: str) -> list[tuple[str, str]]:
    return [(r["kind"], r["status"]) for r in agent.get("/remedies", customer_id=customer_id).json()["items"]]


def test_an_overdue_coupon_is_there_seconds_later(house: Stack, agent: Agent) -> None:
    name = "demo-gold-rf1"
    customer = Customer.enter(house, name)
    customer.say("昨天买的券到现在还没看到")
    _hears(customer, "满200减25加油券已为您补发")
    assert _done(agent, name) == [("reissue_coupon", "done")]
    assert [c["status"] for c in _records(house, name)["coupons"]].count("pending") == 0
    [ticket] = agent.get("/tickets", customer_id=name).json()["items"]
    assert ticket["status"] == "accepted", "he may have more to say"
    kinds = [e["kind"] for e in agent.get(f"/tickets/{ticket['number']}").json()["events"]]
    assert "remedy" in kinds


def test_a_double_charge_goes_back_once_however_often_it_is_told(house: Stack, agent: Agent) -> None:
    name = "demo-gold-rf2"
    customer = Customer.enter(house, name)
    customer.say("一次加油扣了我两笔")
    _hears(customer, "260 元原路退回支付宝")
    customer.say("同一笔扣了我两次钱，退给我")
    time.sleep(1.5)
    assert _done(agent, name) == [("refund", "done")]
    assert [r["title"] for r in _records(house, name)["refunds"]].count("260.00 元") == 1


def test_a_stolen_account_is_shut_at_once(house: Stack, agent: Agent) -> None:
    name = "demo-gold-rf4"
    customer = Customer.enter(house, name)
    customer.say("我的积分被盗刷了，我人在昆明积分却在广州被用了")
    _hears(customer, "已经冻结")
    assert _done(agent, name) == [("freeze_account", "done")]


def test_fuel_that_flows_ends_the_worry(house: Stack, agent: Agent) -> None:
    name = "demo-gold-rf5"
    customer = Customer.enter(house, name)
    customer.say("钱扣了油枪没反应")
    [ticket] = agent.get("/tickets", customer_id=name).json()["items"]
    assert (ticket["category"], ticket["status"]) == ("paid_not_fueled", "accepted")
    body = {"kind": "order.fuelled", "subject": name, "target_id": ticket["order_ids"][0]}
    assert httpx.post(f"{house.url}/api/v1/demo/events", json=body).json() == {"happened": True}
    _hears(customer, "已经加上油了")
    assert agent.get(f"/tickets/{ticket['number']}").json()["status"] == "solved"
