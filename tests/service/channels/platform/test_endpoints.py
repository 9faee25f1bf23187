"""The platform posts events to the running service: signed, once, and heard within seconds."""

from __future__ import annotations

import json
import time
import uuid
from datetime import datetime, timezone
from typing import Any

import httpx
import pytest

from service.channels.platform.rules import problem, signature
from tests.stack import Agent, Customer, Stack

HEARD_SECONDS = 10.0


def _event(**values: Any) -> dict[str, Any]:
    return {
        "id": uuid.uuid4().hex,
        "kind": "refund.arrived",
        "at": datetime.now(timezone.utc).isoformat(),
        "customer_id": "demo-gold-ev1",
        "subject_id": uuid.uuid4().hex[:12],
        "order_id": "240601100001",
        "data": {"amount_fen": 18_000, "channel": "wechat"},
        **values,
    }


def _post(stack: Stack, body: bytes, *, stamp: str | None = None, signed: str | None = None) -> httpx.Response:
    secret = (stack.folder / "data" / "platform_secret").read_text().strip()
    timestamp = stamp if stamp is not None else str(int(time.time()))
    headers = {
        "X-Youban-Timestamp": timestamp,
        "X-Youban-Signature": signed if signed is not None else signature(secret, timestamp, body),
        "Content-Type": "application/json",
    }
    return httpx.post(f"{stack.url}/api/v1/platform/events", content=body, headers=headers, timeout=20)


def _tell(stack: Stack, *events: dict[str, Any]) -> httpx.Response:
    return _post(stack, json.dumps({"events": list(events)}).encode())


def _hears(customer: Customer, words: str) -> float:
    started = time.monotonic()
    while time.monotonic() - started < HEARD_SECONDS:
        if any(words in m["text"] for m in customer.history()["messages"]):
            return time.monotonic() - started
        time.sleep(0.1)
    raise AssertionError(f"{words} was not heard: {customer.history()['messages']}")


def test_a_refund_that_arrives_is_heard_and_ends_its_ticket(service_only: Stack, agent: Agent) -> None:
    customer = Customer.enter(service_only, "demo-gold-ev1")
    customer.say("上周申请的退款怎么还没到")
    [ticket] = agent.get("/tickets", customer_id="demo-gold-ev1").json()["items"]
    assert ticket["category"] == "refund_progress"
    answer = _tell(service_only, _event())
    assert (answer.status_code, answer.json()) == (202, {"accepted": 1, "known": 0, "ignored": 0})
    _hears(customer, "您的退款 180 元已经到账（微信）")
    assert agent.get(f"/tickets/{ticket['number']}").json()["status"] == "solved"


def test_the_same_event_counts_once(service_only: Stack) -> None:
    customer = Customer.enter(service_only, "demo-gold-ev2")
    event = _event(customer_id="demo-gold-ev2")
    assert _tell(service_only, event, event).json()["accepted"] == 1
    assert _tell(service_only, event).json() == {"accepted": 0, "known": 1, "ignored": 0}
    _hears(customer, "已经到账")
    time.sleep(1.0)
    assert len([m for m in customer.history()["messages"] if "已经到账" in m["text"]]) == 1


@pytest.mark.parametrize("stamp", ["0", "-1", "x", "", "9" * 30, str(int(time.time()) - 3600), str(2**40)])
def test_old_and_odd_timestamps_are_refused(service_only: Stack, stamp: str) -> None:
    answer = _post(service_only, b'{"events": []}', stamp=stamp)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "bad_signature"


@pytest.mark.parametrize("signed", ["", "sha256=", "sha256=" + "0" * 64, "md5=x", "signé"])
def test_without_the_right_signature_nothing_is_stored(service_only: Stack, signed: str) -> None:
    customer = Customer.enter(service_only, "demo-gold-ev3")
    body = json.dumps({"events": [_event(customer_id="demo-gold-ev3")]}).encode()
    timestamp = str(int(time.time()))
    headers = {"X-Youban-Timestamp": timestamp, "X-Youban-Signature": signed.encode()}
    url = f"{service_only.url}/api/v1/platform/events"
    assert httpx.post(url, content=body, headers=headers, timeout=20).status_code == 401
    assert httpx.post(url, content=body, timeout=20).status_code == 401
    assert customer.history()["messages"] == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"\xff\xfe",
        b'{"events": []}',
        b'{"events": [{}]}',
        b'{"events": [{"id": "", "kind": "order.paid", "at": "2025-06-04T10:00:00Z", "subject_id": "x"}]}',
        b'{"events": [{"id": "a", "kind": "order.paid", "at": "2025-06-04T10:00:00", "subject_id": "x"}]}',
        b'{"events": [{"id": "a", "kind": "order.paid", "at": "2025-06-04T10:00:00Z", "subject_id": "x", "data": 1}]}',
    ],
)
def test_bad_events_are_refused_with_words(service_only: Stack, body: bytes) -> None:
    answer = _post(service_only, body)
    assert answer.status_code == 422, answer.text
    assert "事件格式有误" in answer.json()["error"]["message"]


def test_a_kind_of_a_newer_platform_is_acknowledged_and_left(service_only: Stack) -> None:
    answer = _tell(service_only, _event(kind="car.washed"), _event(customer_id=None, kind="station.outage"))
    assert answer.json() == {"accepted": 1, "known": 0, "ignored": 1}


def test_too_much_at_once_is_refused(service_only: Stack) -> None:
    assert _post(service_only, b" " * 300_000).status_code == 413


def test_the_demo_lives(service_only: Stack, agent: Agent) -> None:
    customer = Customer.enter(service_only, "demo-gold-ev4")
    customer.say("钱扣了油枪没反应")
    records = httpx.get(f"{service_only.url}/api/v1/demo/records", params={"customer_id": "demo-gold-ev4"}).json()
    paid = next(o for o in records["orders"] if o["status"] == "paid")
    service_only.run("demo", "event", "order.cancelled", "demo-gold-ev4", "--target", paid["id"])
    body = {"kind": "refund.arrived", "subject": "demo-gold-ev4"}
    assert httpx.post(f"{service_only.url}/api/v1/demo/events", json=body).json() == {"happened": True}
    _hears(customer, "已经到账（微信）")


def test_demo_records_are_of_demo_customers_only(service_only: Stack) -> None:
    for name in ("nobody", "demo-", "demo-gold-1;--", "x" * 65):
        answer = httpx.get(f"{service_only.url}/api/v1/demo/records", params={"customer_id": name})
        assert answer.status_code in (404, 422)
        body = {"kind": "refund.arrived", "subject": name}
        assert httpx.post(f"{service_only.url}/api/v1/demo/events", json=body).status_code in (404, 422)


def test_signatures_cover_time_and_body() -> None:
    signed = signature("s", "1000", b"body")
    assert problem("s", "1000", signed, b"body", 1000.0) is None
    assert problem("s", "1000", signed, b"body", 1299.0) is None
    assert problem("s", "1000", signed, b"body", 1301.0) is not None
    assert problem("s", "1001", signed, b"body", 1000.0) is not None
    assert problem("s", "1000", signed, b"other", 1000.0) is not None
    assert problem("t", "1000", signed, b"body", 1000.0) is not None


def test_a_customer_reads_his_own_ledger(service_only: Stack) -> None:
    customer = Customer.enter(service_only, "demo-platinum-ev5")
    url = f"{service_only.url}/api/v1/widget/points"
    ledger = httpx.get(url, headers=customer.headers).raise_for_status().json()
    assert ledger["verified"] is True
    assert ledger["balance"] == ledger["entries"][0]["balance"] == sum(e["left"] for e in ledger["entries"])
    assert any("实付" in e["origin"] and "会员 1.5 倍" in e["origin"] for e in ledger["entries"])
    guest = Customer.enter(service_only, None)
    assert httpx.get(url, headers=guest.headers).status_code == 403
    assert httpx.get(url).status_code == 401
