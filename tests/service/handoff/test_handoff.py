"""A person takes over: queue, claim, talk, transfer, close; the bot is silent meanwhile."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.stack import Agent, Customer, Stack


def test_exactly_one_of_several_agents_wins(service_only: Stack) -> None:
    people = [Agent.enter(service_only, f"racer-{n}") for n in range(5)]
    customer = Customer.enter(service_only, "demo-gold-race")
    customer.say("转人工")
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda a: a.post(f"/conversations/{customer.conversation_id}/claim"), people))
    assert sorted(a.status_code for a in answers) == [200, 409, 409, 409, 409]
    system = [m for m in customer.history()["messages"] if m["sender"] == "system"]
    assert len(system) == 1
    assert "工号" in system[0]["text"]


def test_a_conversation_with_a_person_from_beginning_to_end(service_only: Stack, agent: Agent) -> None:
    customer = Customer.enter(service_only, "demo-gold-talk")
    customer.say("钱扣了油枪没反应")
    customer.say("你们这什么破平台，再不退钱我打12315")
    conversation = customer.conversation_id
    waiting = {i["conversation_id"]: i for i in agent.get("/handoff/queue").json()["items"]}
    assert "钱扣了油枪没反应" in waiting[conversation]["story"]
    assert waiting[conversation]["open_tickets"] == 1

    claimed = agent.post(f"/conversations/{conversation}/claim").json()
    assert claimed["state"] == "human"
    story = agent.get(f"/conversations/{conversation}").json()
    assert story["mine"]
    assert [t["category"] for t in story["tickets"]] == ["paid_not_fueled"]
    assert [t["sentiment"] for t in story["turns"]][-1] == "angry"
    assert story["orders"]
    assert "****" in story["phone"]
    assert len(story["summary"]) == 3

    silent = customer.say("在吗")
    assert silent["messages"] == []
    assert silent["state"] == "human"
    said = agent.post(f"/conversations/{conversation}/messages", {"client_id": "a1", "text": "您好，我来处理"}).json()
    again = agent.post(f"/conversations/{conversation}/messages", {"client_id": "a1", "text": "您好，我来处理"}).json()
    assert said == again
    assert [m["text"] for m in customer.history()["messages"] if m["sender"] == "agent"] == ["您好，我来处理"]

    assert agent.post(f"/conversations/{conversation}/close", {"to": "closed"}).json()["state"] == "closed"
    late = agent.post(f"/conversations/{conversation}/messages", {"client_id": "a2", "text": "还在吗"})
    assert late.status_code == 409
    assert late.json()["error"]["message"]
    assert customer.say("发票怎么开")["state"] == "bot"


def test_a_transfer_brings_the_note_to_the_next_agent(service_only: Stack, agent: Agent) -> None:
    second = Agent.enter(service_only, "second")
    customer = Customer.enter(service_only, "demo-gold-transfer")
    customer.say("转人工")
    conversation = customer.conversation_id
    agent.post(f"/conversations/{conversation}/claim")
    answer = agent.post(f"/conversations/{conversation}/transfer", {"department": "finance", "note": "请核对退款"})
    assert answer.json()["state"] == "queued"
    assert second.post(f"/conversations/{conversation}/claim").status_code == 200
    assert agent.post(f"/conversations/{conversation}/messages", {"client_id": "x", "text": "x"}).status_code == 409
    assert second.post(f"/conversations/{conversation}/transfer", {"department": "nowhere"}).status_code == 422


def test_a_transfer_to_a_colleague_lands_on_his_desk_or_is_refused(service_only: Stack, agent: Agent) -> None:
    second = Agent.enter(service_only, "colleague")
    me, other = (a.get("/agents/me").json()["id"] for a in (agent, second))
    customer = Customer.enter(service_only, "demo-gold-colleague")
    customer.say("转人工")
    conversation = customer.conversation_id
    agent.post(f"/conversations/{conversation}/claim")
    away = agent.post(f"/conversations/{conversation}/transfer", {"agent_id": other, "note": "客户等退款"})
    assert away.status_code == 409
    assert "不在线" in away.json()["error"]["message"]
    assert agent.post(f"/conversations/{conversation}/transfer", {"agent_id": me}).status_code == 409
    assert agent.post(f"/conversations/{conversation}/transfer", {"agent_id": 987654}).status_code == 404

    second.put("/agents/me/presence", {"presence": "online"})
    passed = agent.post(f"/conversations/{conversation}/transfer", {"agent_id": other, "note": "客户等退款"})
    assert passed.json()["state"] == "human"
    story = second.get(f"/conversations/{conversation}").json()
    assert story["mine"]
    assert story["handoff"]["note"]["text"] == "客户等退款"
    notice = second.get("/agents/me/notices").json()["items"][0]
    assert (notice["kind"], notice["conversation_id"], notice["text"]) == ("transfer", conversation, "客户等退款")
    assert agent.post(f"/conversations/{conversation}/messages", {"client_id": "x", "text": "x"}).status_code == 409
    second.put("/agents/me/presence", {"presence": "offline"})


def test_who_no_longer_wants_to_wait_goes_back_to_the_assistant(service_only: Stack) -> None:
    customer = Customer.enter(service_only, "demo-gold-cancel")
    assert customer.say("转人工")["state"] == "queued"
    again = customer.say("转人工")
    assert again["state"] == "queued"
    places = [m["card"]["place"] for m in again["messages"] if m.get("card", {}).get("type") == "queue"]
    assert len(places) == 1
    assert customer.say("发票怎么开")["messages"][0]["source"] == "faq:invoice_how"


def test_the_queue_is_served_by_urgency_then_by_waiting(service_only: Stack, agent: Agent) -> None:
    asked, angry = (Customer.enter(service_only, f"demo-puka-order{n}") for n in (1, 2))
    asked.say("转人工")
    angry.say("垃圾平台，骗子，再不处理我就去12315投诉你们")
    order = [i["conversation_id"] for i in agent.get("/handoff/queue").json()["items"]]
    assert order.index(angry.conversation_id) < order.index(asked.conversation_id)


def test_who_stands_at_the_pump_comes_before_who_only_asks(service_only: Stack, agent: Agent) -> None:
    asked, pump = (Customer.enter(service_only, f"demo-puka-pump{n}") for n in (1, 2))
    asked.say("转人工")
    pump.say("钱扣了油枪没反应")
    pump.say("转人工")
    order = [i["conversation_id"] for i in agent.get("/handoff/queue").json()["items"]]
    assert order.index(pump.conversation_id) < order.index(asked.conversation_id)
