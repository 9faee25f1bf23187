"""Where a waiting customer stands: the same in message, socket and history, and told when it changes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from tests.stack import Agent, Customer, Stack


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A house where nobody else waits."""
    opened = Stack(tmp_path_factory.mktemp("place"))
    try:
        opened.start_service()
        yield opened
    finally:
        opened.stop()


def listen(stack: Stack, customer: Customer) -> ClientConnection:
    line = connect(f"ws://127.0.0.1:{stack.service_port}/api/v1/widget/socket")
    line.send(json.dumps({"type": "auth", "token": customer.token, "after_seq": 0}))
    return line


def places(line: ClientConnection, seconds: float) -> list[dict[str, Any]]:
    """The queue frames that come within so long."""
    found = []
    while True:
        try:
            frame = json.loads(line.recv(timeout=seconds))
        except TimeoutError:
            return found
        if frame["type"] == "queue":
            found.append({k: v for k, v in frame.items() if k not in ("type", "key")})


def card(answer: dict[str, Any]) -> dict[str, Any]:
    found = next(m["card"] for m in answer["messages"] if m.get("card", {}).get("type") == "queue")
    return {k: v for k, v in found.items() if k != "type"}


def test_one_place_everywhere_and_told_once_when_it_changes(quiet: Stack) -> None:
    agent = Agent.enter(quiet, "lin")
    first, second = Customer.enter(quiet, "demo-puka-place1"), Customer.enter(quiet, "demo-puka-place2")
    first.say("转人工")
    told = card(second.say("转人工"))
    assert (told["place"], told["estimate_minutes"], told["closed"]) == (2, None, False)
    # The history leaves out what is null.
    assert second.history()["queue"] == {name: value for name, value in told.items() if value is not None}
    with listen(quiet, second) as line:
        assert places(line, 1.5) == [told]
        # Somebody behind him changes nothing for him.
        Customer.enter(quiet, "demo-puka-place3").say("转人工")
        assert places(line, 1.5) == []
        assert agent.post(f"/conversations/{first.conversation_id}/claim").status_code == 200
        assert [p["place"] for p in places(line, 1.5)] == [1]
    assert second.history()["queue"]["place"] == 1
    with listen(quiet, second) as again:
        assert [p["place"] for p in places(again, 1.0)] == [1]
    agent.post(f"/conversations/{second.conversation_id}/claim")
    assert "queue" not in second.history()


def test_while_he_waits_the_assistant_helps_and_once_a_person_is_there_it_is_silent(quiet: Stack) -> None:
    agent = Agent.enter(quiet, "mei")
    customer = Customer.enter(quiet, "demo-gold-place4")
    customer.say("转人工")
    helped = customer.say("发票怎么开")
    assert helped["state"] == "queued"
    assert helped["messages"][0]["source"] == "faq:invoice_how"
    agent.post(f"/conversations/{customer.conversation_id}/claim")
    assert customer.say("发票怎么开")["messages"] == []
    agent.post(f"/conversations/{customer.conversation_id}/close", {"to": "bot"})
    assert customer.say("发票怎么开")["messages"][0]["source"] == "faq:invoice_how"
    assert customer.history()["state"] == "bot"


def test_back_to_the_assistant_is_a_button(quiet: Stack) -> None:
    customer = Customer.enter(quiet, "demo-gold-place5")
    customer.say("转人工")
    back = customer.say("不等了", payload="assistant")
    assert back["state"] == "bot"
    assert "转人工" in back["messages"][0]["text"]


def test_who_paid_and_stands_without_fuel_comes_before_who_does_not(quiet: Stack) -> None:
    agent = Agent.enter(quiet, "ye")
    guest, pump = Customer.enter(quiet, None), Customer.enter(quiet, "demo-puka-place6")
    guest.say("转人工")
    pump.say("转人工")
    waiting = {i["conversation_id"]: i for i in agent.get("/handoff/queue").json()["items"]}
    assert waiting[pump.conversation_id]["at_the_pump"], "every demo customer has an order that is paid and not fuelled"
    assert not waiting[guest.conversation_id]["at_the_pump"]
    assert waiting[pump.conversation_id]["place"] < waiting[guest.conversation_id]["place"]


def test_a_restart_keeps_queue_and_calls(quiet: Stack) -> None:
    agent = Agent.enter(quiet, "hui")
    waits, called = Customer.enter(quiet, "demo-gold-place7"), Customer.enter(quiet, "demo-gold-place8")
    waits.say("转人工")
    called.say("请给我回电话", payload="callback:ask")
    called.say("尽快", payload="callback:at:soon")
    before = waits.history()["queue"]
    promised = agent.get("/callbacks").json()["items"]
    quiet.kill("service")
    quiet.start_service()
    assert waits.history()["queue"] == before
    after = agent.get("/callbacks").json()["items"]
    assert [(c["id"], c["due_at"]) for c in after] == [(c["id"], c["due_at"]) for c in promised]
