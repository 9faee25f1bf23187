"""Remedies through the running service: agents within their authority, supervisors above it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.stack import Agent, Customer, Stack

SORRY = {"kind": "grant_coupon", "amount_fen": 500, "cause": "bad_service", "reason": "站点服务不当"}


@pytest.fixture(scope="module")
def agent(service_only: Stack) -> Agent:
    return Agent.enter(service_only, "remedy-agent")


@pytest.fixture(scope="module")
def boss(service_only: Stack) -> Agent:
    return Agent.enter(service_only, "remedy-boss", "supervisor")


def _ask(agent: Agent, customer_id: str, body: dict[str, Any], key: str | None = "k1") -> httpx.Response:
    headers = {"Authorization": f"Bearer {agent.token}", **({"Idempotency-Key": key} if key is not None else {})}
    url = f"{agent.url}/api/v1/customers/{customer_id}/remedies"
    return httpx.post(url, json=body, headers=headers, timeout=20)


def _until(agent: Agent, customer_id: str, status: str) -> dict[str, Any]:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        items = agent.get("/remedies", customer_id=customer_id).json()["items"]
        if items and items[0]["status"] == status:
            found: dict[str, Any] = items[0]
            return found
        time.sleep(0.1)
    raise AssertionError(f"not {status}: {items}")


def test_an_agent_gives_what_he_may_and_the_customer_hears(service_only: Stack, agent: Agent) -> None:
    customer = Customer.enter(service_only, "demo-gold-re1")
    asked = _ask(agent, "demo-gold-re1", SORRY, "re1")
    assert asked.status_code == 200, asked.text
    done = _until(agent, "demo-gold-re1", "done")
    assert (done["id"], done["requested_by"], done["title"]) == (asked.json()["id"], "remedy-agent", "补发优惠券")
    assert any("已为您发放5元无门槛加油券" in m["text"] for m in customer.history()["messages"])


def test_the_same_key_from_many_hands_acts_once(service_only: Stack, agent: Agent) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: _ask(agent, "demo-gold-re2", SORRY, "re2"), range(8)))
    assert {a.status_code for a in answers} == {200}
    assert len({a.json()["id"] for a in answers}) == 1
    _until(agent, "demo-gold-re2", "done")
    records = httpx.get(f"{service_only.url}/api/v1/demo/records", params={"customer_id": "demo-gold-re2"}).json()
    assert [c["title"] for c in records["coupons"]].count("5元无门槛加油券") == 1
    other = _ask(agent, "demo-gold-re2", {**SORRY, "amount_fen": 400}, "re2")
    assert (other.status_code, other.json()["error"]["code"]) == (409, "key_reused")


def test_what_is_above_waits_for_the_supervisor(service_only: Stack, agent: Agent, boss: Agent) -> None:
    waiting = _ask(agent, "demo-gold-re3", {**SORRY, "amount_fen": 2_500}, "re3").json()
    assert (waiting["status"], waiting["approver"]) == ("waiting_approval", "supervisor")
    path = f"/remedies/{waiting['id']}/approve"
    assert agent.post(path, {}).status_code == 403
    listed = boss.get("/remedies", status="waiting_approval", customer_id="demo-gold-re3").json()["items"]
    assert [item["id"] for item in listed] == [waiting["id"]]
    approved = boss.post(path, {"note": "属实"})
    assert (approved.json()["status"], approved.json()["decided_by"]) == ("pending", "remedy-boss")
    _until(agent, "demo-gold-re3", "done")
    again = boss.post(path, {})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "wrong_state")


def test_a_refused_one_is_not_carried_out(service_only: Stack, agent: Agent, boss: Agent) -> None:
    waiting = _ask(agent, "demo-gold-re4", {**SORRY, "amount_fen": 2_500}, "re4").json()
    assert boss.post(f"/remedies/{waiting['id']}/refuse", {"note": "不属实"}).json()["status"] == "rejected"
    time.sleep(1.0)
    records = httpx.get(f"{service_only.url}/api/v1/demo/records", params={"customer_id": "demo-gold-re4"}).json()
    assert not any("无门槛" in c["title"] for c in records["coupons"])


def test_without_a_policy_nobody_gives(agent: Agent, boss: Agent) -> None:
    for person, key in ((agent, "re5a"), (boss, "re5b")):
        answer = _ask(person, "demo-gold-re5", {"kind": "grant_points", "points": 9999, "reason": "就是想给"}, key)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "not_allowed")
    assert agent.get("/remedies", customer_id="demo-gold-re5").json()["items"] == []


@pytest.mark.parametrize(
    ("customer_id", "change", "key", "status"),
    [
        ("nobody", {}, "b1", 404),
        ("demo-gold-re6", {"kind": "print_money"}, "b2", 422),
        ("demo-gold-re6", {"amount_fen": -5}, "b3", 422),
        ("demo-gold-re6", {"amount_fen": 10**12}, "b4", 422),
        ("demo-gold-re6", {"reason": ""}, "b5", 422),
        ("demo-gold-re6", {"ticket_number": "YB0000000010"}, "b6", 404),
        ("demo-gold-re6", {}, None, 422),
        ("demo-gold-re6", {}, "key with spaces", 422),
    ],
)
def test_bad_wishes_are_refused_with_words(
    agent: Agent, customer_id: str, change: dict[str, Any], key: str | None, status: int
) -> None:
    answer = _ask(agent, customer_id, {**SORRY, **change}, key)
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["message"]


def test_pages_of_the_list_meet(agent: Agent) -> None:
    first = agent.get("/remedies").json()
    assert first["items"] == sorted(first["items"], key=lambda item: -item["id"])
    cursor = str(first["items"][0]["id"])
    rest = agent.get("/remedies", cursor=cursor).json()
    assert [item["id"] for item in rest["items"]] == [item["id"] for item in first["items"][1:]]
    assert agent.get("/remedies", status="x").status_code == 422
    assert agent.get("/remedies", cursor="x").status_code == 422
