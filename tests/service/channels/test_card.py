"""The customer card over HTTP: masked, revealed with a trace, acted on once, approved by another person."""

from __future__ import annotations

import time
import uuid
from typing import Any

import httpx
import pytest

from tests.database import rows
from tests.stack import Agent, Customer, Stack

WORKER, BOSS = "card-worker", "card-boss"


@pytest.fixture(scope="module")
def worker(service_only: Stack) -> Agent:
    return Agent.enter(service_only, WORKER)


@pytest.fixture(scope="module")
def boss(service_only: Stack) -> Agent:
    return Agent.enter(service_only, BOSS, "supervisor")


def ask(agent: Agent, customer_id: str, key: str | None = None, **wish: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {agent.token}", "Idempotency-Key": key or uuid.uuid4().hex}
    url = f"{agent.url}/api/v1/customers/{customer_id}/remedies"
    return httpx.post(url, json={"reason": "客户反映的情况属实", **wish}, headers=headers, timeout=20)


def settled(agent: Agent, remedy_id: int) -> dict[str, Any]:
    """The remedy once the platform has answered."""
    for _ in range(100):
        found = agent.get(f"/remedies/{remedy_id}").json()
        if found["status"] != "pending":
            return dict(found)
        time.sleep(0.1)
    raise AssertionError(found)


def card_of(agent: Agent, customer_id: str) -> dict[str, Any]:
    answer = agent.get(f"/customers/{customer_id}/card")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def audited(boss: Agent, **wanted: str) -> list[dict[str, Any]]:
    return list(boss.get("/audit", **wanted).json()["items"])


def test_everything_is_there_and_nothing_personal_is_plain(worker: Agent) -> None:
    card = card_of(worker, "demo-gold-card1")
    for part in ("orders", "coupons", "ledger", "gifts", "cards", "invoices", "refunds"):
        assert card[part], part
    assert card["missing"] == []
    assert card["ledger_broken_at"] is None
    fields = {p["field"]: p["masked"] for p in card["personal"]}
    assert {"name", "phone", "plate:0"} <= set(fields)
    assert all("*" in masked for masked in fields.values())
    plain = {f: worker.post("/customers/demo-gold-card1/reveal", {"field": f}).json()["value"] for f in fields}
    text = str(card)
    assert not [value for value in plain.values() if value in text]


def test_a_reveal_is_in_the_audit_log_and_an_unknown_field_is_not_told(worker: Agent, boss: Agent) -> None:
    told = worker.post("/customers/demo-gold-card2/reveal", {"field": "phone"})
    assert told.json()["value"].isdigit()
    [line] = audited(boss, action="customer.reveal", target="demo-gold-card2")
    assert (line["actor"], line["title"], line["data"]["field"]) == (WORKER, "查看完整个人信息", "phone")
    assert told.json()["value"] not in str(line)
    assert worker.post("/customers/demo-gold-card2/reveal", {"field": "password"}).status_code == 404
    assert worker.get("/customers/nobody-at-all/card").status_code == 404


def test_options_bound_what_may_be_asked_and_the_check_says_what_would_happen(worker: Agent) -> None:
    card = card_of(worker, "demo-gold-card3")
    order = next(o for o in card["orders"] if o["status"] == "fuelled")
    found = worker.get("/customers/demo-gold-card3/remedies/options", kind="refund", target_id=order["id"]).json()
    assert found["unit"] == "fen"
    assert found["most"] is not None
    assert found["authority"] == "客服"
    lost = next(option for option in found["options"] if option["cause"] == "discount_lost")
    assert lost["limit"] == 5000
    assert lost["free"] is True
    wish = {"reason": "少减了", "kind": "refund", "cause": "discount_lost", "target_id": order["id"]}
    path = "/customers/demo-gold-card3/remedies/check"
    assert worker.post(path, {**wish, "amount_fen": 300}).json()["decision"] == "allowed"
    above = worker.post(path, {**wish, "amount_fen": 6000}).json()
    assert (above["decision"], above["approver"]) == ("needs_approval", "主管")
    assert above["reason"]
    too_much = worker.post(path, {**wish, "amount_fen": found["most"] + 1})
    assert too_much.status_code == 403
    assert "最多还能退" in too_much.json()["error"]["message"]


def test_twice_the_same_key_is_one_refund_that_the_customer_hears_of(service_only: Stack, worker: Agent) -> None:
    customer = Customer.enter(service_only, "demo-gold-card4")
    order = next(o for o in card_of(worker, "demo-gold-card4")["orders"] if o["status"] == "fuelled")
    wish = {"kind": "refund", "cause": "discount_lost", "target_id": order["id"], "amount_fen": 300}
    first, again = (ask(worker, "demo-gold-card4", "once", **wish) for _ in range(2))
    assert first.json()["id"] == again.json()["id"]
    assert ask(worker, "demo-gold-card4", "once", **{**wish, "amount_fen": 400}).status_code == 409
    done = settled(worker, first.json()["id"])
    assert (done["status_title"], done["customer_name"][1:]) == ("已办好", "*" * (len(done["customer_name"]) - 1))
    assert ask(worker, "demo-gold-card4", "once", **wish).json()["id"] == done["id"]
    said = [m["text"] for m in customer.history()["messages"]]
    assert sum("退款已为您提交，3 元" in text for text in said) == 1
    refunds = [r for r in card_of(worker, "demo-gold-card4")["refunds"] if r["order_id"] == order["id"]]
    assert sum(r["amount_fen"] == 300 for r in refunds) == 1


def test_what_is_issued_again_is_worth_what_it_was(worker: Agent) -> None:
    coupon = next(c for c in card_of(worker, "demo-gold-card5")["coupons"] if c["status"] == "pending")
    wish = {"kind": "reissue_coupon", "cause": "coupon_overdue", "target_id": coupon["id"]}
    answer = ask(worker, "demo-gold-card5", "cheap", **wish, amount_fen=1)
    assert answer.json()["amount_fen"] == coupon["value_fen"]
    assert ask(worker, "demo-gold-card5", "cheap", **wish, amount_fen=1).json()["id"] == answer.json()["id"]
    assert ask(worker, "demo-gold-card5", **{**wish, "target_id": "no-such"}).status_code == 404


def test_above_the_limit_another_person_decides(service_only: Stack, worker: Agent, boss: Agent) -> None:
    customer = Customer.enter(service_only, "demo-gold-card6")
    before = boss.get("/remedies/counts").json()["waiting"]
    wish = {"kind": "grant_coupon", "cause": "bad_service", "amount_fen": 2000}
    made = ask(worker, "demo-gold-card6", **wish).json()
    assert (made["status"], made["limit"], made["approver_title"]) == ("waiting_approval", 500, "主管")
    assert made["decidable"] is False
    assert boss.get("/remedies/counts").json()["waiting"] == before + 1
    assert worker.post(f"/remedies/{made['id']}/approve", {}).status_code == 403
    [listed] = [r for r in boss.get("/remedies", status="waiting_approval").json()["items"] if r["id"] == made["id"]]
    assert listed["decidable"] is True
    assert listed["cause_title"] == "现场服务不当，致歉加油券"
    assert boss.post(f"/remedies/{made['id']}/approve", {"note": "属实"}).json()["decided_by"] == BOSS
    assert settled(worker, made["id"])["status"] == "done"
    assert any("已为您发放20元无门槛加油券" in m["text"] for m in customer.history()["messages"])
    assert boss.post(f"/remedies/{made['id']}/approve", {}).status_code == 409
    assert boss.get("/remedies/counts").json()["waiting"] == before


def test_nobody_approves_his_own(service_only: Stack, boss: Agent) -> None:
    """An agent asks, becomes a supervisor meanwhile, and still needs somebody else."""
    climber = Agent.enter(service_only, "card-climber")
    made = ask(climber, "demo-gold-card7", kind="grant_coupon", cause="bad_service", amount_fen=2000).json()
    rows(service_only.database, "UPDATE agents SET role = 'supervisor' WHERE username = 'card-climber'")
    own = climber.post(f"/remedies/{made['id']}/approve", {"note": "我自己批"})
    assert own.status_code == 403
    assert "别的同事" in own.json()["error"]["message"]
    assert climber.get("/remedies/counts").json()["waiting"] == boss.get("/remedies/counts").json()["waiting"] - 1
    refused = boss.post(f"/remedies/{made['id']}/refuse", {"note": "金额不对"}).json()
    assert (refused["status_title"], refused["reason"]) == ("审批未通过", "金额不对")


def test_a_phone_note_stands_in_the_story_and_on_the_ticket(service_only: Stack, worker: Agent, boss: Agent) -> None:
    customer = Customer.enter(service_only, "demo-gold-card8")
    customer.say("钱扣了油枪没反应")
    number = worker.get("/tickets", customer_id="demo-gold-card8").json()["items"][0]["number"]
    path = "/customers/demo-gold-card8/phone-notes"
    noted = worker.post(path, {"text": "客户来电催退款，已安抚", "ticket_number": number})
    assert noted.json() == {"conversation_id": customer.conversation_id}
    notes = worker.get(f"/conversations/{customer.conversation_id}/notes").json()["items"]
    assert notes[-1]["text"] == f"【电话】（工单 {number}）客户来电催退款，已安抚"
    events = worker.get(f"/tickets/{number}").json()["events"]
    assert any("已安抚" in str(event["data"]) for event in events)
    assert not any("已安抚" in m["text"] for m in customer.history()["messages"])
    assert worker.post(path, {"text": "别人的工单", "ticket_number": "YB0000000000"}).status_code == 404
    assert audited(boss, action="customer.phone_note", target="demo-gold-card8")
