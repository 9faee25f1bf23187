"""The tickets page's lists and its one action for many tickets, through the running service."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from tests.stack import Agent, Customer, Stack

SECONDS = 15.0
PROBLEMS = ("钱扣了油枪没反应", "同一笔被扣了两次钱", "我加完油车就抖，怀疑你们油里有水")


@pytest.fixture(scope="module")
def people(service_only: Stack) -> dict[str, Agent]:
    def enter(name: str, role: str, **options: str) -> Agent:
        return Agent.enter(service_only, f"board-{name}", role, **options)

    return {
        "agent": enter("agent", "agent"),
        "boss": enter("boss", "supervisor"),
        "finance": enter("finance", "handler", department="finance"),
        "tech": enter("tech", "handler", department="tech"),
    }


def filed(agent: Agent, customer: str, category: str = "duplicate_charge", summary: str = "扣了两次") -> str:
    """An agent files one; its number."""
    answer = httpx.post(
        f"{agent.url}/api/v1/tickets",
        headers={"Authorization": f"Bearer {agent.token}", "Idempotency-Key": f"{customer}-{category}"},
        json={"customer_id": customer, "category": category, "summary": summary, "said": [summary], "anyway": True},
        timeout=20,
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["number"])


def numbers(agent: Agent, **query: str) -> list[str]:
    answer = agent.get("/tickets", **query)
    assert answer.status_code == 200, answer.text
    return [item["number"] for item in answer.json()["items"]]


def bulk(agent: Agent, wanted: list[str], action: str, **more: Any) -> Any:
    answer = agent.post("/tickets/bulk", {"numbers": wanted, "action": action, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_many_tickets_are_given_to_one_and_each_says_what_became_of_it(people: dict[str, Agent]) -> None:
    agent = people["agent"]
    two = [filed(agent, f"demo-gold-b{i}") for i in (1, 2)]
    other = filed(agent, "demo-gold-b3", "app_error", "白屏")
    answer = bulk(agent, [*two, other, "YB0000000000", two[0]], "assign", username="board-finance", note="请今天看")
    assert [item["number"] for item in answer["items"]] == [*two, other, "YB0000000000"]
    assert [item["done"] for item in answer["items"]] == [True, True, False, False]
    assert answer["done"] == 2
    assert "board-finance" in answer["items"][2]["problem"]
    assert "没有这张工单" in answer["items"][3]["problem"]
    assert [item["assignee"] for item in answer["items"][:2]] == [None, None]
    detail = agent.get(f"/tickets/{two[0]}").json()
    assert detail["assignee"]["username"] == "board-finance"
    assert detail["owner"]["username"] == "board-agent", "who answered first answers for it"
    assert detail["events"][-1]["data"]["note"] == "请今天看"

    undone = bulk(agent, two, "unassign")
    assert undone["done"] == 2
    assert [item["assignee"] for item in undone["items"]] == ["board-finance"] * 2
    assert bulk(agent, two, "unassign")["items"][0]["problem"] == "这张工单现在没有处理人"
    lines = people["boss"].get("/audit", target=two[0]).json()["items"]
    assert [line["action"] for line in lines[:2]] == ["ticket.unassign", "ticket.assign"]


def test_a_raised_priority_promises_earlier_and_undoing_it_gives_the_promise_back(people: dict[str, Agent]) -> None:
    agent = people["agent"]
    number = filed(agent, "demo-gold-b4", "app_error", "一直闪退")
    before = agent.get(f"/tickets/{number}").json()
    raised = bulk(agent, [number], "priority", priority="P0")["items"][0]
    assert (raised["priority"], raised["ticket"]["priority"]) == ("P2", "P0")
    assert raised["ticket"]["due_at"] < before["due_at"]
    assert bulk(agent, [number], "priority", priority="P0")["items"][0]["problem"] == "工单已经是这个优先级"
    undone = bulk(agent, [number], "priority", priority="P2")["items"][0]["ticket"]
    assert (undone["priority"], undone["due_at"]) == ("P2", before["due_at"])
    lower = bulk(agent, [number], "priority", priority="P3")["items"][0]["ticket"]
    assert lower["due_at"] == before["due_at"], "what the customer was told holds"
    kinds = [e["kind"] for e in agent.get(f"/tickets/{number}").json()["events"]]
    assert kinds == ["filed", "priority", "priority", "priority"]


def test_accepting_passing_and_noting_many(people: dict[str, Agent]) -> None:
    agent, finance = people["agent"], people["finance"]
    wanted = [filed(agent, f"demo-gold-b{i}") for i in (5, 6)]
    assert bulk(finance, wanted, "accept")["done"] == 2
    taken = bulk(people["boss"], wanted, "accept")["items"][0]
    assert "已由工号" in taken["problem"]
    assert bulk(finance, wanted, "note", note="流水已导出")["done"] == 2
    assert bulk(finance, wanted, "pass", department="ops", note="请核对活动")["done"] == 2
    assert finance.get(f"/tickets/{wanted[0]}").json()["working"] == "ops"
    stuck = bulk(agent, wanted, "pass")["items"][0]
    assert "没有下一步" in stuck["problem"]


@pytest.mark.parametrize(
    ("who", "body", "status", "code"),
    [
        ("finance", {"action": "assign", "username": "board-finance"}, 403, "forbidden"),
        ("finance", {"action": "priority", "priority": "P0"}, 403, "forbidden"),
        ("agent", {"action": "assign", "username": "nobody-of-ours"}, 422, "unknown_agent"),
        ("agent", {"action": "priority"}, 422, "no_priority"),
        ("agent", {"action": "note", "note": "  "}, 422, "no_note"),
        ("agent", {"action": "pass", "department": "moon"}, 422, "unknown_department"),
        ("agent", {"action": "solve"}, 422, None),
        ("agent", {"action": "accept", "numbers": []}, 422, None),
        ("agent", {"action": "accept", "numbers": [f"YB{i:010d}" for i in range(101)]}, 422, None),
    ],
)
def test_what_cannot_be_asked_for_is_said_at_once(
    people: dict[str, Agent], who: str, body: dict[str, Any], status: int, code: str | None
) -> None:
    answer = people[who].post("/tickets/bulk", {"numbers": ["YB0000000000"], **body})
    assert answer.status_code == status, answer.text
    if code is not None:
        assert answer.json()["error"]["code"] == code


def test_what_a_handler_does_not_see_he_cannot_change_in_bulk(people: dict[str, Agent]) -> None:
    number = filed(people["agent"], "demo-gold-b7", "app_error", "小程序白屏")
    answer = bulk(people["finance"], [number], "note", note="看一眼")
    assert answer["items"][0]["done"] is False
    assert bulk(people["tech"], [number], "note", note="看一眼")["done"] == 1


def test_lists_are_narrowed_and_put_in_order(people: dict[str, Agent]) -> None:
    agent = people["agent"]
    mine = [
        filed(agent, "demo-gold-b8", category, summary)
        for category, summary in (
            ("app_error", "小程序打开白屏"),
            ("paid_not_fueled", "付了钱没加上油"),
            ("invoice_problem", "发票抬头开错了"),
            ("duplicate_charge", "扣了两笔一样的"),
        )
    ]
    his = {"customer_id": "demo-gold-b8"}
    assert numbers(agent, **his) == mine[::-1]
    by_due = [agent.get(f"/tickets/{n}").json()["due_at"] for n in numbers(agent, **his, sort="due")]
    assert by_due == sorted(by_due)
    urgent = [agent.get(f"/tickets/{n}").json()["priority"] for n in numbers(agent, **his, sort="priority")]
    assert urgent == ["P0", "P1", "P2", "P2"]
    assert numbers(agent, **his, category="app_error,invoice_problem") == [mine[2], mine[0]]
    assert numbers(agent, **his, level="diamond") == []
    assert set(numbers(agent, **his, level="gold")) == set(mine)
    assert numbers(agent, **his, q="抬头") == [mine[2]]
    assert numbers(agent, **his, numbers=f"{mine[1]},YB0000000000") == [mine[1]]
    assert numbers(agent, **his, until="2020-01-01T00:00:00+08:00") == []
    assert len(numbers(agent, **his, since="2020-01-01T00:00:00+08:00")) == 4
    assert numbers(agent, **his, soon="true") == []
    assert agent.get("/tickets", since="2020-01-01T00:00:00").status_code == 422
    counted = agent.get("/tickets/counts", **his, category="app_error").json()
    assert counted == {"counts": {"accepted": 1}, "overdue": 0}

    deadline = time.monotonic() + SECONDS
    while numbers(agent, **his, q="fpttkcl") != [mine[2]] and time.monotonic() < deadline:
        time.sleep(0.2)
    assert numbers(agent, **his, q="fpttkcl") == [mine[2]], "the initials of what it says"
    titles = {c["id"]: c["title"] for c in agent.get("/tickets/choices").json()["categories"]}
    assert mine[3] in numbers(agent, **his, q=titles["duplicate_charge"]), "what its category is called"


@pytest.mark.parametrize("sort", ["newest", "updated", "due", "priority"])
def test_pages_show_every_ticket_once_in_every_order(people: dict[str, Agent], sort: str) -> None:
    agent = people["agent"]
    for category in ("duplicate_charge", "app_error", "refund_request", "suggestion", "card_bind_failed"):
        filed(agent, "demo-gold-b9", category, "翻页")
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = agent.get("/tickets", customer_id="demo-gold-b9", sort=sort, limit="2", **cursor).json()
        seen += [item["number"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert sorted(seen) == sorted(numbers(agent, customer_id="demo-gold-b9"))
    assert len(seen) == 5
    other = "due" if sort != "due" else "newest"
    if cursor:
        assert agent.get("/tickets", sort=other, **cursor).status_code == 422


def test_what_can_be_chosen(people: dict[str, Agent], service_only: Stack) -> None:
    Customer.enter(service_only, "demo-gold-b10").say(PROBLEMS[0])
    found = people["finance"].get("/tickets/choices").json()
    paid = next(c for c in found["categories"] if c["id"] == "paid_not_fueled")
    assert (paid["department"], paid["priority"], paid["steps"]) == ("finance", "P0", ["station", "finance"])
    assert "order_query" not in {c["id"] for c in found["categories"]}, "no ticket is filed for it"
    names = {c["username"] for c in found["colleagues"]}
    assert {"board-agent", "board-finance"} <= names
    assert found["moves"]["solved"] == ["closed", "reopened", "withdrawn"]
    assert found["questions"][""]
    assert {r["id"] for r in found["root_causes"]} >= {"bank_delay"}
