"""The desk's interface: wrap-ups, pictures from agents, pages of messages, read marks, mentions."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from tests.database import rows
from tests.service.attachments.pictures import photo
from tests.stack import Agent, Customer, Stack


@pytest.fixture(scope="module")
def lan(service_only: Stack) -> Agent:
    return Agent.enter(service_only, "lan")


@pytest.fixture(scope="module")
def mei(service_only: Stack) -> Agent:
    return Agent.enter(service_only, "mei")


@pytest.fixture(scope="module")
def boss(service_only: Stack) -> Agent:
    return Agent.enter(service_only, "desk-boss", "supervisor")


def served(stack: Stack, agent: Agent, name: str) -> Customer:
    """A customer whom the agent has."""
    customer = Customer.enter(stack, name)
    customer.say("转人工")
    assert agent.post(f"/conversations/{customer.conversation_id}/claim").status_code == 200
    return customer


def story(agent: Agent, customer: Customer) -> Any:
    return agent.get(f"/conversations/{customer.conversation_id}").json()


def until(look: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not look():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.05)


def socket(stack: Stack, path: str, hello: dict[str, Any]) -> ClientConnection:
    opened = connect(f"{stack.url.replace('http', 'ws')}/api/v1/{path}", proxy=None)
    opened.send(json.dumps({"type": "auth", **hello}))
    return opened


def heard(line: ClientConnection, kind: str) -> dict[str, Any]:
    """The next frame of a kind."""
    while True:
        frame: dict[str, Any] = json.loads(line.recv(timeout=10))
        if frame["type"] == kind:
            return frame


def upload(stack: Stack, agent: Agent, conversation_id: str, content: bytes) -> httpx.Response:
    return httpx.post(
        f"{stack.url}/api/v1/conversations/{conversation_id}/attachments",
        files={"file": ("x.png", content)},
        headers={"Authorization": f"Bearer {agent.token}"},
        timeout=20,
    )


def test_a_wrap_up_is_guessed_stored_and_shown_next_time(service_only: Stack, lan: Agent, mei: Agent) -> None:
    customer = Customer.enter(service_only, "demo-gold-wrap")
    customer.say("钱扣了油枪没反应")
    customer.say("转人工")
    place = f"/conversations/{customer.conversation_id}"
    lan.post(f"{place}/claim")
    lan.post(f"{place}/messages", {"client_id": "1", "text": "您好，我来处理"})
    guess = lan.get(f"{place}/wrap-up").json()
    assert guess["result"] == "ticket"
    assert guess["root_cause"] == "station_equipment"
    assert guess["summary"].startswith("问题：")
    assert guess["root_cause"] in {cause["id"] for cause in guess["root_causes"]}
    told = {"result": "ticket", "root_cause": "station_equipment", "tags": ["#需回访"]}
    words = "已核实，等油站退款；客户电话 13800138000"
    assert lan.post(f"{place}/close", {"to": "closed", "wrap_up": {**told, "summary": words}}).status_code == 200
    customer.say("转人工")
    mei.post(f"{place}/claim")
    (kept,) = story(mei, customer)["wrap_ups"]
    assert (kept["agent"], kept["result_title"], kept["tags"]) == ("lan", "已建工单跟进", ["需回访"])
    assert kept["root_cause_title"]
    assert "13800138000" not in kept["summary"]
    assert "等油站退款" in kept["summary"]


def test_a_wrap_up_with_an_unknown_cause_closes_nothing(service_only: Stack, lan: Agent) -> None:
    customer = served(service_only, lan, "demo-gold-wrap2")
    place = f"/conversations/{customer.conversation_id}"
    wrong = {"to": "closed", "wrap_up": {"result": "solved", "root_cause": "nobody"}}
    assert lan.post(f"{place}/close", wrong).status_code == 404
    assert story(lan, customer)["mine"]
    assert lan.post(f"{place}/close", {"to": "closed"}).json()["state"] == "closed"


def test_an_agents_picture_reaches_the_customer_and_nobody_else(service_only: Stack, lan: Agent, mei: Agent) -> None:
    customer = served(service_only, lan, "demo-gold-picture")
    place = f"/conversations/{customer.conversation_id}"
    content = photo(form="PNG")
    assert upload(service_only, mei, customer.conversation_id, content).status_code == 409
    assert upload(service_only, lan, customer.conversation_id, b"#!/bin/sh").status_code == 415
    stored = upload(service_only, lan, customer.conversation_id, content).json()
    empty = lan.post(f"{place}/messages", {"client_id": "0", "text": " "})
    assert empty.status_code == 422
    body = {"client_id": "p1", "text": "", "attachments": [{"id": stored["id"]}]}
    assert lan.post(f"{place}/messages", body).status_code == 200
    shown = customer.history()["messages"][-1]
    assert shown["attachments"] == [{"id": stored["id"], "media_type": "image/png"}]
    address = f"{service_only.url}/api/v1/widget/attachments/{stored['id']}"
    assert httpx.get(address, headers=customer.headers).status_code == 200
    stranger = Customer.enter(service_only, "demo-gold-picture2")
    assert httpx.get(address, headers=stranger.headers).status_code == 404
    other = served(service_only, lan, "demo-gold-picture3")
    foreign = lan.post(f"/conversations/{other.conversation_id}/messages", body)
    assert foreign.status_code == 422


def test_pages_of_messages_forwards_and_back(service_only: Stack, lan: Agent) -> None:
    customer = served(service_only, lan, "demo-gold-pages")
    place = f"/conversations/{customer.conversation_id}/messages"
    for n in range(12):
        customer.say(f"第 {n} 句")
    newest = lan.get(place, limit="5").json()
    assert [m["text"] for m in newest["messages"]] == [f"第 {n} 句" for n in range(7, 12)]
    assert newest["more"]
    assert newest["mine"]
    before = lan.get(place, before_seq=str(newest["messages"][0]["seq"]), limit="500").json()
    assert before["messages"][0]["seq"] == 1
    assert not before["more"]
    assert before["turns"][0]["seq"] == 1
    seqs = [m["seq"] for m in before["messages"] + newest["messages"]]
    assert seqs == list(range(1, len(seqs) + 1))
    after = lan.get(place, after_seq=str(seqs[-3]), limit="2").json()
    assert [m["seq"] for m in after["messages"]] == seqs[-2:]
    assert not after["more"]


def test_looking_is_audited_once_a_view(service_only: Stack, lan: Agent, boss: Agent) -> None:
    customer = served(service_only, lan, "demo-gold-audit")
    place = f"/conversations/{customer.conversation_id}"
    for _ in range(3):
        story(lan, customer)
        lan.get(f"{place}/messages", after_seq="0")
    story(boss, customer)
    query = "SELECT actor FROM audit_log WHERE action = 'conversation.read' AND object = :id ORDER BY id"
    found = rows(service_only.database, query, id=customer.conversation_id)
    assert [row[0] for row in found] == ["lan", "desk-boss"]


def test_the_agent_sees_how_far_the_customer_has_read(service_only: Stack, lan: Agent) -> None:
    customer = served(service_only, lan, "demo-gold-read")
    seq = lan.post(
        f"/conversations/{customer.conversation_id}/messages", {"client_id": "r", "text": "您看一下"}
    ).json()["seq"]
    assert story(lan, customer)["read_seq"] == 0
    with (
        socket(service_only, "agents/socket", {"token": lan.token}) as desk,
        socket(service_only, "widget/socket", {"token": customer.token, "after_seq": 0}) as phone,
    ):
        heard(phone, "messages")
        phone.send(json.dumps({"type": "read", "seq": seq + 1000}))
        told = heard(desk, "read")
        assert told["conversation_id"] == customer.conversation_id
    read = story(lan, customer)["read_seq"]
    assert read == customer.history()["messages"][-1]["seq"]


def test_the_customer_sees_what_his_agent_has_read_but_not_what_others_looked_at(
    service_only: Stack, lan: Agent, mei: Agent
) -> None:
    customer = served(service_only, lan, "demo-gold-read2")
    seq = customer.say("在吗")["ack"]["seq"]
    mark = {"type": "read", "conversation_id": customer.conversation_id, "seq": seq}
    with (
        socket(service_only, "agents/socket", {"token": mei.token}) as other,
        socket(service_only, "agents/socket", {"token": lan.token}) as own,
        socket(service_only, "widget/socket", {"token": customer.token, "after_seq": 0}) as phone,
    ):
        heard(phone, "messages")
        other.send(json.dumps(mark))
        other.send(json.dumps({"type": "ping"}))
        heard(other, "pong")
        assert customer.history()["read_seq"] == 0
        own.send(json.dumps(mark))
        assert heard(phone, "read")["seq"] == seq
    assert customer.history()["read_seq"] == seq


def test_a_mention_reaches_the_one_who_is_meant(service_only: Stack, lan: Agent, mei: Agent) -> None:
    customer = served(service_only, lan, "demo-gold-mention")
    with socket(service_only, "agents/socket", {"token": mei.token}) as desk:
        heard(desk, "queue")
        lan.post(f"/conversations/{customer.conversation_id}/notes", {"text": "@mei看看这单，@mei 谢谢 @lan"})
        told = heard(desk, "notice")
        assert (told["notice"], told["author"]) == ("mention", "lan")
    found = mei.get("/agents/me/notices").json()
    first = found["items"][0]
    assert (first["kind"], first["conversation_id"], first["read"]) == ("mention", customer.conversation_id, False)
    assert found["unread"] >= 1
    assert lan.get("/agents/me/notices").json()["unread"] == 0
    after = mei.post("/agents/me/notices/read", {"ids": [first["id"]]}).json()
    assert after["unread"] == found["unread"] - 1
    assert mei.post("/agents/me/notices/read", {}).json()["unread"] == 0


def test_a_whisper_reaches_the_agent_and_never_the_customer(service_only: Stack, lan: Agent, boss: Agent) -> None:
    customer = served(service_only, lan, "demo-gold-whisper")
    place = f"/conversations/{customer.conversation_id}/notes"
    assert lan.post(place, {"text": "我来悄悄说", "whisper": True}).status_code == 403
    boss.post(place, {"text": "先道歉，再说退款", "whisper": True})
    until(lambda: lan.get("/agents/me/notices").json()["unread"] == 1)
    assert lan.get("/agents/me/notices").json()["items"][0]["kind"] == "whisper"
    assert not any("先道歉" in m["text"] for m in customer.history()["messages"])


def test_colleagues_are_those_who_talk_to_customers(service_only: Stack, lan: Agent) -> None:
    Agent.enter(service_only, "desk-editor", "editor")
    names = {c["username"] for c in lan.get("/colleagues").json()["items"]}
    assert "lan" in names
    assert "desk-editor" not in names


def test_the_list_of_ones_own_tells_what_changed(service_only: Stack) -> None:
    agent = Agent.enter(service_only, "desk-list")
    one, two = served(service_only, agent, "demo-gold-list1"), served(service_only, agent, "demo-gold-list2")
    whole = agent.get("/conversations").json()
    assert set(whole["ids"]) == {i["conversation_id"] for i in whole["items"]}
    assert whole["ids"] == [two.conversation_id, one.conversation_id]
    time.sleep(5.5)
    start = agent.get("/conversations").json()["at"]
    one.say("还在吗，电话 13800138000")
    (item,) = agent.get("/conversations", since=start).json()["items"]
    assert (item["conversation_id"], item["last_sender"]) == (one.conversation_id, "customer")
    assert item["preview"].startswith("还在吗")
    assert "13800138000" not in item["preview"]
    agent.post(f"/conversations/{two.conversation_id}/close", {"to": "closed"})
    changed = agent.get("/conversations", since=start).json()
    assert changed["ids"] == [one.conversation_id]
