"""Agents among themselves, through the interface of the running service."""

from __future__ import annotations

import time
from typing import Iterator

import httpx
import pytest

from tests.stack import Agent, Customer, Stack


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    opened = Stack(tmp_path_factory.mktemp("people"))
    try:
        opened.start_service()
        yield opened
    finally:
        opened.stop()


@pytest.fixture(scope="module")
def mei(stack: Stack) -> Agent:
    return Agent.enter(stack, "mei")


@pytest.fixture(scope="module")
def boss(stack: Stack) -> Agent:
    return Agent.enter(stack, "boss", "supervisor")


def _until(what: str, seconds: float, check: object) -> None:
    deadline = time.monotonic() + seconds
    while not check():  # type: ignore[operator]
        assert time.monotonic() < deadline, what
        time.sleep(0.2)


def test_who_is_online_is_given_the_conversation_and_the_customer_sees_the_number(stack: Stack, mei: Agent) -> None:
    assert mei.put("/agents/me/presence", {"presence": "online", "automatic": True}).json()["presence"] == "online"
    customer = Customer.enter(stack, "demo-gold-assigned")
    customer.say("转人工")
    _until("assigned", 6, lambda: customer.history()["state"] == "human")
    number = mei.get("/agents/me").json()["number"]
    assert any(m["sender"] == "system" and number in m["text"] for m in customer.history()["messages"])
    mei.put("/agents/me/presence", {"presence": "offline"})
    waiting = Customer.enter(stack, "demo-gold-assigned2")
    assert waiting.say("转人工")["state"] == "queued"
    time.sleep(2.5)
    assert waiting.history()["state"] == "queued"


def test_a_customer_is_asked_once_and_a_bad_mark_becomes_a_task(stack: Stack, mei: Agent, boss: Agent) -> None:
    customer = Customer.enter(stack, "demo-gold-rating")
    customer.say("转人工")
    talk = customer.conversation_id
    mei.post(f"/conversations/{talk}/claim")
    mei.post(f"/conversations/{talk}/messages", {"client_id": "r1", "text": "您好"})
    mei.post(f"/conversations/{talk}/close", {"to": "closed"})
    asked = [m["card"] for m in customer.history()["messages"] if m.get("card", {}).get("type") == "rating"]
    assert len(asked) == 1
    marks = {"handoff_id": asked[0]["handoff_id"], "attitude": 4, "speed": 1, "solution": 3, "words": "等太久"}
    url = f"{stack.url}/api/v1/widget/ratings"
    assert httpx.post(url, json=marks, headers=customer.headers).status_code == 204
    assert httpx.post(url, json=marks, headers=customer.headers).status_code == 409
    stranger = Customer.enter(stack, "demo-gold-rater2")
    assert httpx.post(url, json=marks, headers=stranger.headers).status_code == 404
    task = boss.get("/ratings", tasks="true").json()["items"][0]
    assert (task["agent"], task["speed"], task["owner"], task["words"]) == ("mei", 1, "boss", "等太久")
    closed = boss.post(f"/ratings/{task['id']}/improve", {"improvement": "晚高峰加一个班次"}).json()
    assert closed["improved_at"]
    assert boss.get("/ratings", tasks="true").json()["items"] == []

    customer.say("转人工")
    mei.post(f"/conversations/{talk}/claim")
    mei.post(f"/conversations/{talk}/messages", {"client_id": "r2", "text": "您好"})
    mei.post(f"/conversations/{talk}/close", {"to": "bot"})
    again = [m for m in customer.history()["messages"] if m.get("card", {}).get("type") == "rating"]
    assert len(again) == 1


def test_a_supervisor_takes_over_and_the_other_can_write_no_more(stack: Stack, mei: Agent, boss: Agent) -> None:
    customer = Customer.enter(stack, "demo-gold-takeover")
    customer.say("转人工")
    talk = customer.conversation_id
    mei.post(f"/conversations/{talk}/claim")
    assert mei.post(f"/conversations/{talk}/takeover").status_code == 403
    assert boss.post(f"/conversations/{talk}/takeover").json()["state"] == "human"
    assert mei.post(f"/conversations/{talk}/messages", {"client_id": "t1", "text": "还在"}).status_code == 409
    assert boss.post(f"/conversations/{talk}/messages", {"client_id": "t2", "text": "我来"}).status_code == 200
    boss.post(f"/conversations/{talk}/close", {"to": "closed"})


def test_notes_stay_inside_the_house(stack: Stack, mei: Agent, boss: Agent) -> None:
    customer = Customer.enter(stack, "demo-gold-notes")
    customer.say("转人工")
    talk = customer.conversation_id
    added = mei.post(f"/conversations/{talk}/notes", {"text": "@boss 这单麻烦看一下 @nobody"}).json()["items"]
    assert added[0]["mentions"] == ["boss"]
    assert mei.post(f"/conversations/{talk}/notes", {"text": "x", "whisper": True}).status_code == 403
    boss.post(f"/conversations/{talk}/notes", {"text": "先安抚", "whisper": True})
    assert [n["whisper"] for n in mei.get(f"/conversations/{talk}/notes").json()["items"]] == [False, True]
    assert not any("@boss" in m["text"] or "安抚" in m["text"] for m in customer.history()["messages"])


def test_canned_replies_by_shortcut_sound_and_with_the_ticket_filled_in(stack: Stack, mei: Agent, boss: Agent) -> None:
    customer = Customer.enter(stack, "demo-gold-canned")
    customer.say("转人工")
    talk = customer.conversation_id
    found = mei.get("/canned", q="gaozhi", conversation_id=talk).json()["items"]
    assert [item["shortcut"] for item in found] == ["gongdan"]
    assert found[0]["missing"] == ["最近一张工单的编号", "这张工单的承诺时间"]
    number = mei.get("/agents/me").json()["number"]
    assert number in mei.get("/canned", q="nihao", conversation_id=talk).json()["items"][0]["filled"]
    new = {"shortcut": "yuka", "title": "油卡挂失", "category": "处理", "text": "油卡已经为您挂失。"}
    assert mei.post("/canned", new).status_code == 403
    made = boss.post("/canned", new)
    assert made.status_code == 201
    assert boss.post("/canned", new).status_code == 422
    wrong = boss.post("/canned", {**new, "shortcut": "y2", "text": "您好 {nobody}"})
    assert "nobody" in wrong.json()["error"]["message"]
    mine = next(item for item in made.json()["items"] if item["shortcut"] == "yuka")
    assert boss.delete(f"/canned/{mine['id']}").status_code == 204
    assert mei.get("/canned", q="yuka").json()["items"] == []


def test_suggestions_name_their_source(stack: Stack, mei: Agent) -> None:
    customer = Customer.enter(stack, "demo-gold-suggest")
    customer.say("发票怎么开")
    found = mei.get(f"/conversations/{customer.conversation_id}/suggestions").json()
    assert found["question"] == "发票怎么开"
    assert found["items"][0]["source"] == "faq:invoice_how"
    assert found["items"][0]["text"]


def test_search_finds_parts_of_words_and_sounds(stack: Stack, mei: Agent) -> None:
    customer = Customer.enter(stack, "demo-gold-search")
    customer.say("机场高速那个站的洗手间没有水，电话13812345678")
    talk = customer.conversation_id

    def found(query: str) -> list[str]:
        items = mei.get("/search", q=query).json()["items"]
        return [item["text"] for item in items if item["conversation_id"] == talk]

    _until("searchable", 6, lambda: bool(found("洗手间")))
    assert found("速那个站")
    assert found("jichang")
    assert found("jcgs")
    assert "13812345678" not in found("洗手间")[0]
    assert found("百分号%") == []


def test_the_wall_counts(stack: Stack, boss: Agent, mei: Agent) -> None:
    assert mei.get("/wall").status_code == 403
    customer = Customer.enter(stack, "demo-gold-wall")
    before = boss.get("/wall").json()["waiting"]
    customer.say("转人工")
    wall = boss.get("/wall").json()
    assert wall["waiting"] == before + 1
    assert {a["username"] for a in wall["agents"]} == {"mei", "boss"}
    assert wall["goal_seconds"] == 60


def test_settings_are_versions_and_wrong_ones_are_refused(stack: Stack, boss: Agent, mei: Agent) -> None:
    assert mei.get("/policies/office").status_code == 403
    office = boss.get("/policies/office").json()
    assert office["version"] == 0
    rows = [{**row, "value": 120} if row["id"] == "goal_seconds" else row for row in office["rows"]]
    changed = boss.put("/policies/office", {"rows": rows, "note": "夜班人少"})
    assert changed.json()["version"] == 1
    assert changed.json()["history"][0]["author"] == "boss"
    assert boss.get("/wall").json()["goal_seconds"] == 120
    bad = [{**row, "value": -1} for row in rows]
    refused = boss.put("/policies/office", {"rows": bad, "note": "写错"})
    assert refused.status_code == 422
    assert boss.get("/policies/office").json()["version"] == 1


def test_accounts_are_changed_by_those_who_may(stack: Stack, boss: Agent, mei: Agent) -> None:
    admin = Agent.enter(stack, "root-admin", "admin")
    new = {"username": "xiaozhou", "password": "a-long-password", "role": "agent"}
    assert boss.post("/agents", new).status_code == 403
    made = admin.post("/agents", new)
    assert made.status_code == 201
    assert "已被使用" in admin.post("/agents", new).json()["error"]["message"]
    number = made.json()["id"]
    shifts = [{"weekday": 0, "start_minute": 1320, "end_minute": 1800}]
    assert boss.patch(f"/agents/{number}", {"skills": ["yue"], "capacity": 3, "shifts": shifts}).json()["capacity"] == 3
    assert boss.patch(f"/agents/{number}", {"skills": ["klingon"]}).status_code == 422
    assert boss.patch(f"/agents/{number}", {"active": False}).status_code == 403
    assert admin.patch(f"/agents/{number}", {"active": False}).status_code == 200
    login = httpx.post(f"{stack.url}/api/v1/agents/login", json={"username": "xiaozhou", "password": "a-long-password"})
    assert login.status_code == 401


def test_a_phone_number_opens_the_customer(stack: Stack, mei: Agent) -> None:
    assert mei.get("/customers/by-phone", phone="12345").status_code == 422
    assert mei.get("/customers/by-phone", phone="19900000000").status_code == 404
