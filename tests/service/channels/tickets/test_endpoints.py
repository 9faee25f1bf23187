"""Tickets through the running service: customers press, handlers work, and each sees what is his."""

from __future__ import annotations

import time
from typing import Any, Callable

import httpx
import pytest

from tests.stack import Agent, Customer, Stack

SECONDS = 15.0


@pytest.fixture(scope="module")
def people(service_only: Stack) -> dict[str, Agent]:
    def enter(name: str, role: str, **options: str) -> Agent:
        return Agent.enter(service_only, f"tickets-{name}", role, **options)

    return {
        "agent": enter("agent", "agent"),
        "boss": enter("boss", "supervisor"),
        "finance": enter("finance", "handler", department="finance"),
        "stations": enter("stations", "handler", department="station"),
        "tech": enter("tech", "handler", department="tech"),
        "s001": enter("s001", "station", station="S001"),
        "s002": enter("s002", "station", station="S002"),
        "editor": enter("editor", "editor"),
    }


def _filed(stack: Stack, name: str, text: str = "钱扣了油枪没反应") -> tuple[Customer, str]:
    """A customer who reports something; the number of his ticket."""
    customer = Customer.enter(stack, name)
    customer.say(text)
    items = _own(customer, "").json()["items"]
    return customer, items[0]["number"]


def _own(customer: Customer, path: str, body: Any = None) -> httpx.Response:
    url = f"{customer.url}/api/v1/widget/tickets{path}"
    if body is None:
        return httpx.get(url, headers=customer.headers, timeout=20)
    return httpx.post(url, headers=customer.headers, json=body, timeout=20)


def _until(found: Callable[[], Any]) -> Any:
    """What `found` gives once it gives something."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        value = found()
        if value:
            return value
        time.sleep(0.2)
    raise AssertionError("it did not happen in time")


def _texts(customer: Customer) -> str:
    return "\n".join(m["text"] for m in customer.history()["messages"])


def test_a_ticket_from_its_filing_to_its_confirmation(service_only: Stack, people: dict[str, Agent]) -> None:
    customer, number = _filed(service_only, "demo-gold-t1")
    stations, finance = people["stations"], people["finance"]
    taken = stations.post(f"/tickets/{number}/accept").json()
    assert (taken["status"], taken["working"], taken["next_step"]) == ("checking", "station", "finance")
    assert taken["owner"]["username"] == taken["assignee"]["username"] == "tickets-stations"
    assert taken["said"] == ["钱扣了油枪没反应"]
    assert (taken["level"], taken["channel"]) == ("gold", "widget")
    assert "接手处理" in _until(lambda: _texts(customer) if "接手" in _texts(customer) else "")

    assert finance.post(f"/tickets/{number}/accept").status_code == 409
    asked = stations.post(f"/tickets/{number}/ask", {"text": "请问是几号枪？"}).json()
    assert (asked["status"], asked["paused"]) == ("waiting_customer", True)
    seen = _own(customer, f"/{number}").json()
    assert seen["question"] == "请问是几号枪？"
    assert seen["card"]["due_text"]
    answered = _own(customer, f"/{number}/info", {"note": "3号枪"}).json()
    assert answered["ticket"]["status"] == "checking"
    assert answered["message"]["card"]["status"] == "checking"

    passed = stations.post(f"/tickets/{number}/pass", {"note": "油机没有出油记录"}).json()
    assert (passed["status"], passed["working"], passed["assignee"]) == ("finance_review", "finance", None)
    assert [s["done"] for s in passed["steps"]] == [True, True, False, False]
    assert finance.post(f"/tickets/{number}/accept").json()["owner"]["username"] == "tickets-stations"
    assert finance.post(f"/tickets/{number}/notes", {"text": "已核对流水"}).status_code == 200
    wrong = finance.post(f"/tickets/{number}/solve", {"resolution": "x", "root_cause": "no_such_cause"})
    assert wrong.status_code == 422
    body = {"resolution": "200 元已原路退回。", "root_cause": "station_equipment"}
    solved = finance.post(f"/tickets/{number}/solve", body).json()
    assert (solved["status"], solved["side"], solved["root_cause"]) == ("solved", "station", "station_equipment")

    pressed = customer.say("还没解决", payload=f"ticket:reopen:{number}")
    assert "已重新打开" in pressed["messages"][-1]["text"]
    assert "原来的同事" in pressed["messages"][-1]["text"]
    finance.post(f"/tickets/{number}/solve", body)
    pressed = customer.say("已解决", payload=f"ticket:confirm:{number}")
    assert "已关闭" in pressed["messages"][-1]["text"]
    closed = finance.get(f"/tickets/{number}").json()
    assert closed["status"] == "closed"
    kinds = [e["kind"] for e in closed["events"]]
    assert kinds == [
        "filed",
        "accepted",
        "asked",
        "info",
        "passed",
        "accepted",
        "note",
        "status",
        "reopened",
        "status",
        "confirmed",
    ]
    assert "核对流水" not in str(_own(customer, f"/{number}").json())
    cards = [m["card"] for m in customer.history()["messages"] if (m.get("card") or {}).get("number") == number]
    assert {c["status"] for c in cards} == {"closed"}, "the card is always true"

    proposal = {"title": "付款后油枪不出油", "problem": "付款成功，油枪没有反应", "solution": "核对油机记录后退款"}
    assert finance.post(f"/tickets/{number}/proposal", proposal).json()["proposal"]["status"] == "proposed"
    listed = people["editor"].get("/tickets/proposals").json()["items"]
    mine = next(p for p in listed if p["ticket_number"] == number)
    assert people["editor"].post(f"/tickets/proposals/{mine['id']}", {"status": "taken"}).json()["status"] == "taken"
    assert people["editor"].post(f"/tickets/proposals/{mine['id']}", {"status": "refused"}).status_code == 409


def test_a_typed_title_counts_and_words_answer_a_question(service_only: Stack, people: dict[str, Agent]) -> None:
    customer, number = _filed(service_only, "demo-gold-t2")
    people["stations"].post(f"/tickets/{number}/ask", {"text": "请发一下车牌"})
    _until(lambda: "请发一下车牌" in _texts(customer))
    answer = customer.say("云A12345")
    assert "已经补充到工单" in answer["messages"][-1]["text"]
    detail = people["stations"].get(f"/tickets/{number}").json()
    assert detail["status"] == "accepted"
    assert detail["said"][-1] == "云A****45", "a handler may not see the whole plate"
    assert people["agent"].get(f"/tickets/{number}").json()["said"][-1] == "云A12345"
    why = customer.say("为什么是这个时间")
    assert "承诺 2 小时内" in why["messages"][-1]["text"]


def test_whether_it_is_solved_may_be_said_in_words(service_only: Stack, people: dict[str, Agent]) -> None:
    customer, number = _filed(service_only, "demo-gold-t11")
    agent = people["agent"]
    agent.patch(f"/tickets/{number}", {"status": "solved", "note": "已退款。", "root_cause": "payment_channel"})
    _until(lambda: "问题解决了吗" in _texts(customer))
    assert "已重新打开" in customer.say("钱还没到账")["messages"][-1]["text"]
    reopened = agent.get(f"/tickets/{number}").json()
    assert (reopened["status"], reopened["reopened"], reopened["side"]) == ("reopened", 1, "payment_provider")
    assert agent.patch(f"/tickets/{number}", {"status": "closed", "note": "x"}).status_code == 409


def test_a_customer_cannot_touch_another_ones_ticket(service_only: Stack) -> None:
    _, number = _filed(service_only, "demo-gold-t3")
    other = Customer.enter(service_only, "demo-gold-t4")
    assert _own(other, f"/{number}").status_code == 404
    assert _own(other, f"/{number}/withdraw", {}).status_code == 404
    assert "没有找到" in other.say("撤销", payload=f"ticket:withdraw:{number}")["messages"][-1]["text"]
    assert _own(other, "").json()["items"] == []


def test_station_staff_see_what_is_about_their_station(service_only: Stack, people: dict[str, Agent]) -> None:
    _, number = _filed(service_only, "demo-gold-t5", "城北站钱扣了油枪没反应")
    assert people["s001"].get(f"/tickets/{number}").json()["station_id"] == "S001"
    assert people["s002"].get(f"/tickets/{number}").status_code == 404
    assert people["s001"].post(f"/tickets/{number}/accept").status_code == 200
    assert people["tech"].get(f"/tickets/{number}").status_code == 404
    assert people["s001"].post(f"/tickets/{number}/pass", {"department": "tech"}).status_code == 200
    assert people["tech"].get(f"/tickets/{number}").json()["working"] == "tech"


def test_lists_are_narrowed(service_only: Stack, people: dict[str, Agent]) -> None:
    agent = people["agent"]
    _, number = _filed(service_only, "demo-gold-t6")
    agent.post(f"/tickets/{number}/assign", {"username": "tickets-tech"})
    assert agent.post(f"/tickets/{number}/assign", {"username": "tickets-finance"}).status_code == 200

    def numbers(**wanted: str) -> list[str]:
        answer = agent.get("/tickets", customer_id="demo-gold-t6", **wanted)
        assert answer.status_code == 200, answer.text
        return [t["number"] for t in answer.json()["items"]]

    assert numbers(status="open") == numbers(priority="P0") == numbers(department="finance") == [number]
    assert numbers(owner="tickets-finance") == numbers(q=number[3:]) == numbers(q="油枪") == [number]
    assert numbers(owner="me") == numbers(priority="P3") == numbers(owner="none") == numbers(overdue="true") == []
    counts = agent.get("/tickets/counts", customer_id="demo-gold-t6").json()
    assert counts == {"counts": {"accepted": 1}, "overdue": 0}
    for wrong in ({"priority": "P9"}, {"department": "x"}, {"owner": "nobody"}, {"status": "x"}, {"cursor": "x"}):
        answer = agent.get("/tickets", **wrong)
        assert answer.status_code == 422, wrong
        assert answer.json()["error"]["message"]


def test_duplicates_are_merged_and_others_linked(service_only: Stack, people: dict[str, Agent]) -> None:
    agent = people["agent"]
    customer, main = _filed(service_only, "demo-gold-t7")
    customer.say("重复扣款了，一次加油扣了我两笔")
    double = next(t["number"] for t in _own(customer, "").json()["items"] if t["number"] != main)
    _, other = _filed(service_only, "demo-gold-t8")
    assert agent.post(f"/tickets/{double}/merge", {"number": other}).status_code == 409
    merged = agent.post(f"/tickets/{double}/merge", {"number": main}).json()
    assert (merged["status"], merged["merged_into"]) == ("closed", main)
    assert agent.post(f"/tickets/{main}/links", {"number": other}).json()["links"] == [other]


def test_the_platform_pays_first_by_policy_and_once(service_only: Stack, people: dict[str, Agent]) -> None:
    agent, boss = people["agent"], people["boss"]
    customer = Customer.enter(service_only, "demo-gold-t9")
    orders = agent.get(f"/conversations/{customer.conversation_id}").json()["orders"]
    order = next(o for o in orders if o["status"] == "fuelled")
    customer.say(f"钱扣了油枪没反应，订单{order['id']}")
    number = _own(customer, "").json()["items"][0]["number"]
    asked = agent.post(f"/tickets/{number}/parties", {"party": "station", "name": "城北站", "question": "当日检测"})
    assert [p["party"] for p in asked.json()["parties"]] == ["station"]
    said = agent.post(f"/tickets/{number}/statements", {"party": "station", "statement": "没有留样"}).json()
    assert said["parties"][0]["statement"] == "没有留样"
    assert agent.post(f"/tickets/{number}/statements", {"party": "partner", "statement": "x"}).status_code == 409

    pay = {"side": "station", "cause": "overcharged", "words": "先行垫付"}
    assert boss.post(f"/tickets/{number}/advance", {**pay, "cause": "because"}).status_code == 422
    assert boss.post(f"/tickets/{number}/advance", {**pay, "cause": "partner_refused"}).status_code == 409
    paid = boss.post(f"/tickets/{number}/advance", {**pay, "amount": 99999999})
    assert paid.status_code == 200, paid.text
    (ruling,) = paid.json()["rulings"]
    assert (ruling["kind"], ruling["side"]) == ("advance", "station")
    assert ruling["amount"] == min(50000, order["paid_fen"]), "never what somebody writes"
    assert boss.post(f"/tickets/{number}/advance", pay).status_code == 409
    remedies = agent.get("/remedies", customer_id="demo-gold-t9").json()["items"]
    assert [(r["cause"], r["ticket_number"]) for r in remedies] == [("overcharged", number)]
    assert agent.post(f"/tickets/{number}/ruling", {"side": "station", "words": "x"}).status_code == 403
    ruled = boss.post(f"/tickets/{number}/ruling", {"side": "station", "words": "由油站承担。"}).json()
    assert ruled["side"] == "station"


def test_an_agent_files_for_a_customer(service_only: Stack, people: dict[str, Agent]) -> None:
    agent = people["agent"]

    def file(key: str | None = "call-1", **more: Any) -> httpx.Response:
        body = {"customer_id": "demo-gold-t12", "category": "coupon_not_received", "summary": "来电：券没到", **more}
        headers = {"Authorization": f"Bearer {agent.token}", **({"Idempotency-Key": key} if key else {})}
        return httpx.post(f"{agent.url}/api/v1/tickets", json=body, headers=headers, timeout=20)

    filed = file().json()
    assert (filed["level"], filed["owner"]["username"]) == ("gold", "tickets-agent")
    assert file().json()["number"] == filed["number"]
    customer = Customer.enter(service_only, "demo-gold-t12")
    assert filed["number"] in _texts(customer)
    assert file("call-2").status_code == 409
    assert file("call-3", category="greet").status_code == 422
    assert file("call-4", customer_id="nobody-at-all").status_code == 404
    assert file("call-5", customer_id=None).status_code == 422
    assert file(None).status_code == 422


def test_many_customers_with_one_cause_are_one_incident(service_only: Stack, people: dict[str, Agent]) -> None:
    words = "在东环路站钱扣了油枪没反应"
    filed = [_filed(service_only, f"demo-puka-many{n}", words) for n in range(5)]

    def parent() -> Any:
        items = people["agent"].get("/tickets/incidents").json()["items"]
        return next((i for i in items if "S002" in i["cause"]), None)

    found = _until(parent)
    assert people["agent"].get(f"/tickets/{found['number']}").json()["priority"] == "P0"
    for customer, number in filed:
        _until(lambda c=customer: "多位车主遇到同样问题" in _texts(c))
        assert people["agent"].get(f"/tickets/{number}").json()["parent_number"] == found["number"]
    linked = people["agent"].get(f"/tickets/{found['number']}").json()["children"]
    assert {number for _, number in filed} <= set(linked)
    people["finance"].patch(f"/tickets/{found['number']}", {"status": "solved", "note": "油机已修好。"})
    _until(lambda: parent() is None)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("accept", None),
        ("ask", {"text": "x"}),
        ("answer", {"text": "x"}),
        ("pass", {}),
        ("notes", {"text": "x"}),
        ("solve", {"resolution": "x", "root_cause": "product_defect"}),
        ("merge", {"number": "YB0000000641"}),
        ("links", {"number": "YB0000000641"}),
        ("parties", {"party": "station", "question": "x"}),
        ("statements", {"party": "station", "statement": "x"}),
        ("advance", {"side": "station", "cause": "partner_refused", "words": "x"}),
        ("ruling", {"side": "station", "words": "x"}),
        ("proposal", {"title": "x", "problem": "x", "solution": "x"}),
        ("assign", {"username": "tickets-tech"}),
    ],
)
def test_a_ticket_that_is_not_there_and_bodies_that_are_wrong(
    people: dict[str, Agent], path: str, body: dict[str, Any] | None
) -> None:
    missing = people["boss"].post(f"/tickets/YB999999999/{path}", body)
    assert missing.status_code == 404
    assert missing.json()["error"]["message"]
    if body:
        key = next(iter(body))
        for wrong in ({key: ""}, {key: "x" * 9000}, {key: ["x"]}, [], "x"):
            answer = people["boss"].post(f"/tickets/YB999999999/{path}", wrong)
            assert answer.status_code in (404, 422), (wrong, answer.text)
            assert answer.json()["error"]["message"]


@pytest.mark.parametrize("action", ["confirm", "reopen", "withdraw", "urge", "info", "why", "explode"])
def test_customers_wrong_requests_are_answered_in_words(service_only: Stack, action: str) -> None:
    customer = Customer.enter(service_only, "demo-gold-t10")
    assert _own(customer, f"/YB999999999/{action}", {"note": "x"}).status_code == (404 if action != "explode" else 422)
    assert _own(customer, f"/YB999999999/{action}", {"note": "x" * 3000}).status_code == 422
    url = f"{customer.url}/api/v1/widget/tickets/YB999999999/{action}"
    assert httpx.post(url, json={}, timeout=20).status_code == 401
