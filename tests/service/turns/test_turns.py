"""Messages through the running service while the assistant is down: nothing lost, nothing twice, never silence."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.stack import Agent, Customer, Stack


def _texts(answer: dict) -> str:  # type: ignore[type-arg]
    return "\n".join(m["text"] for m in answer["messages"])


def test_an_article_answers_with_its_steps(service_only: Stack) -> None:
    answer = Customer.enter(service_only, "demo-gold-1001").say("发票怎么开")
    assert answer["messages"][0]["source"] == "faq:invoice_how"
    assert answer["messages"][0]["card"]["steps"]
    assert answer["ack"]["seq"] == 1
    assert answer["state"] == "bot"


def test_a_problem_becomes_a_ticket_and_a_person_is_offered(service_only: Stack, agent: Agent) -> None:
    customer = Customer.enter(service_only, "demo-gold-1002")
    answer = customer.say("钱扣了油枪没反应")
    tickets = agent.get("/tickets", customer_id="demo-gold-1002").json()["items"]
    assert [(t["category"], t["department"], t["priority"]) for t in tickets] == [("paid_not_fueled", "finance", "P0")]
    assert tickets[0]["number"] in _texts(answer)
    assert any(b["payload"] == "human" for m in answer["messages"] for b in m.get("buttons", []))


def test_the_same_problem_again_goes_to_its_ticket(service_only: Stack, agent: Agent) -> None:
    customer = Customer.enter(service_only, "demo-gold-1003")
    customer.say("钱扣了油枪没反应")
    again = customer.say("付了钱没加上油，请帮忙看看")
    tickets = agent.get("/tickets", customer_id="demo-gold-1003").json()["items"]
    assert len(tickets) == 1
    assert tickets[0]["number"] in _texts(again)
    events = agent.get(f"/tickets/{tickets[0]['number']}").json()["events"]
    assert [e["kind"] for e in events] == ["filed", "again"]


def test_the_same_client_id_is_the_same_message(service_only: Stack, agent: Agent) -> None:
    customer = Customer.enter(service_only, "demo-gold-1004")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: customer.say("钱扣了油枪没反应", client_id="once"), range(8)))
    assert all(a == answers[0] for a in answers)
    assert len(agent.get("/tickets", customer_id="demo-gold-1004").json()["items"]) == 1
    history = customer.history()["messages"]
    assert [m["sender"] for m in history].count("customer") == 1


def test_messages_of_one_customer_are_answered_one_after_another(service_only: Stack) -> None:
    customer = Customer.enter(service_only, "demo-gold-1005")
    questions = ["发票怎么开", "积分多久过期", "余额可以提现吗", "会员有哪些等级", "怎么绑定加油卡"]
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(customer.say, questions))
    history = customer.history()["messages"]
    assert [m["seq"] for m in history] == list(range(1, len(history) + 1))
    for question, answer in zip(questions, answers, strict=True):
        asked = next(m for m in history if m["text"] == question)
        assert asked["seq"] == answer["ack"]["seq"]
        assert min(m["seq"] for m in answer["messages"]) > asked["seq"]
    answered = [m["seq"] for a in answers for m in a["messages"]]
    assert len(answered) == len(set(answered))
    by_question = sorted((a["ack"]["seq"], min(m["seq"] for m in a["messages"])) for a in answers)
    assert [first for _, first in by_question] == sorted(first for _, first in by_question)


def test_history_resumes_after_any_number(service_only: Stack) -> None:
    customer = Customer.enter(service_only, "demo-gold-1006")
    customer.say("发票怎么开")
    customer.say("谢谢")
    everything = customer.history()["messages"]
    for seq in range(len(everything) + 1):
        assert customer.history(after_seq=seq)["messages"] == everything[seq:]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "😀😀😀",
        "。。。",
        "\x00\x01\x02",
        "/restart",
        '/inform{"order_id":"x"}',
        "油" * 10_000,
        "<script>alert(1)</script>",
        "'; DROP TABLE messages; --",
        "é" * 300,
        "١٢٣",
        "{{7*7}} {place}",
    ],
)
def test_odd_text_gets_a_clear_answer(service_only: Stack, text: str) -> None:
    customer = Customer.enter(service_only, None)
    body = b'{"client_id": "odd", "text": ' + _json(text) + b"}"
    headers = {**customer.headers, "Content-Type": "application/json"}
    answer = httpx.post(f"{service_only.url}/api/v1/widget/messages", content=body, headers=headers, timeout=20)
    assert answer.status_code == 200, answer.text
    assert answer.json()["messages"][0]["text"].strip()
    assert "Traceback" not in service_only.log("service")


def test_half_a_character_is_left_out_and_the_rest_is_answered(service_only: Stack) -> None:
    customer = Customer.enter(service_only, None)
    headers = {**customer.headers, "Content-Type": "application/json"}
    body = b'{"client_id": "half", "text": "\\ud83d\\u53d1\\u7968\\u600e\\u4e48\\u5f00"}'
    answer = httpx.post(f"{service_only.url}/api/v1/widget/messages", content=body, headers=headers, timeout=20)
    assert answer.status_code == 200
    assert answer.json()["messages"][0]["source"].startswith("faq:")
    assert customer.history()["messages"][0]["text"] == "发票怎么开"


def _json(text: str) -> bytes:
    import json

    return json.dumps(text).encode("ascii", "surrogatepass")


def test_a_payload_counts_only_if_it_was_offered(service_only: Stack) -> None:
    customer = Customer.enter(service_only, "demo-gold-1007")
    forged = customer.say("发票怎么开", payload="human")
    assert forged["state"] == "bot"
    offered = customer.say("今天天气不错想吃火锅")
    assert offered["messages"][0]["source"] == "intent:out_of_scope"
    pressed = customer.say("转人工客服", payload="human")
    assert pressed["state"] == "queued"


def test_anger_brings_an_apology_and_a_place_in_the_queue(service_only: Stack) -> None:
    answer = Customer.enter(service_only, "demo-gold-1008").say("你们这什么破平台，再不退钱我打12315")
    assert answer["state"] == "queued"
    assert "抱歉" in answer["messages"][0]["text"]
    queue = [m["card"] for m in answer["messages"] if m.get("card", {}).get("type") == "queue"]
    assert queue
    assert queue[0]["place"] >= 1


def test_small_talk_files_nothing(service_only: Stack, agent: Agent) -> None:
    answer = Customer.enter(service_only, "demo-gold-1009").say("今天天气不错想吃火锅")
    assert answer["messages"][0]["source"] == "intent:out_of_scope"
    assert agent.get("/tickets", customer_id="demo-gold-1009").json()["items"] == []


def test_a_guest_who_comes_back_finds_his_conversation(service_only: Stack) -> None:
    guest = Customer.enter(service_only, None)
    guest.say("发票怎么开")
    answer = httpx.post(f"{service_only.url}/api/v1/widget/sessions", json={"session_token": guest.token}).json()
    assert answer["conversation_id"] == guest.conversation_id
    other = Customer.enter(service_only, None)
    assert other.conversation_id != guest.conversation_id
