"""SIGKILL at random instants of turns: every acknowledged message is answered once, no ticket twice or unfiled."""

from __future__ import annotations

import random
import re
import threading
import time
from dataclasses import dataclass, field

import httpx
import pytest

from tests.stack import Agent, Customer, Stack

pytestmark = [pytest.mark.assistant, pytest.mark.timeout(900)]

NUMBER = re.compile(r"YB\d{10,}")
PROBLEMS = ["我的加油券还没到账", "钱扣了油枪没反应", "发票怎么开", "重复扣款了，一次加油扣了我两笔", "积分多久过期"]
UNASKED = {"remedy", "platform"}


@dataclass
class Sender:
    """One customer who sends problems until told to stop, and sends again what was not acknowledged."""

    stack: Stack
    name: str
    stop: threading.Event
    sent: list[str] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    customer: Customer | None = None

    def run(self) -> None:
        self.customer = Customer.enter(self.stack, self.name)
        for round_number in range(1000):
            if self.stop.is_set():
                return
            client_id = f"{self.name}-{round_number}"
            self.sent.append(client_id)
            text = PROBLEMS[round_number % len(PROBLEMS)]
            while True:
                try:
                    self.customer.say(text, client_id=client_id)
                except (httpx.HTTPError, AssertionError):
                    time.sleep(0.1)
                    continue
                self.acknowledged.append(client_id)
                break


def _check(stack: Stack, agent: Agent, senders: list[Sender]) -> int:
    """Every message once, every reply once, every promised ticket filed; returns how many messages there were."""
    total = 0
    for sender in senders:
        assert sender.customer is not None
        messages, after, more = [], 0, True
        while more:
            page = sender.customer.history(after)
            messages += page["messages"]
            more = page["more"]
            after = messages[-1]["seq"] if messages else 0
        assert [m["seq"] for m in messages] == list(range(1, len(messages) + 1)), "a gap or a double number"
        stored = [m["client_id"] for m in messages if m["sender"] == "customer"]
        assert len(stored) == len(set(stored))
        assert set(sender.acknowledged) <= set(stored)
        # A message sent again is the same message: it returns the replies of its turn, whenever they were written.
        replies = [
            sender.customer.say(m["text"], client_id=m["client_id"])["messages"]
            for m in messages
            if m["sender"] == "customer"
        ]
        assert all(replies), "a message without an answer"
        answered = [m["seq"] for answer in replies for m in answer]
        assert len(answered) == len(set(answered)), "a reply that belongs to two messages"
        # What the platform did afterwards is told by itself, in no turn.
        replied = {m["seq"] for m in messages if m["sender"] == "bot" and m.get("source") not in UNASKED}
        assert replied <= set(answered), "a reply to nothing"
        tickets = agent.get("/tickets", customer_id=sender.name).json()["items"]
        promised = {n for m in messages if m["sender"] == "bot" for n in NUMBER.findall(m["text"])}
        assert promised <= {t["number"] for t in tickets}, "a ticket that was promised is not filed"
        categories = [t["category"] for t in tickets]
        assert len(categories) == len(set(categories)), f"a problem was filed twice: {categories}"
        total += len(stored)
    return total


def _under_fire(stack: Stack, victim: str, kills: int, seed: int) -> int:
    stack.start_service()
    stack.start_assistant()
    agent = Agent.enter(stack, "watcher")
    chance, stop = random.Random(seed), threading.Event()
    senders = [Sender(stack, f"demo-gold-{victim}{n}", stop) for n in range(4)]
    threads = [threading.Thread(target=s.run) for s in senders]
    for thread in threads:
        thread.start()
    for _ in range(kills):
        time.sleep(chance.uniform(0.2, 1.5))
        stack.kill(victim)
        if victim == "service":
            stack.start_service()
        else:
            time.sleep(chance.uniform(0.5, 1.5))
            stack.start_assistant()
    stop.set()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    time.sleep(float(stack.more.get("YOUBAN_TURN_LEASE", "12")) + 3)  # what was abandoned is taken up again
    return _check(stack, agent, senders)


def test_the_service_dies_in_the_middle_of_turns(own_stack: Stack) -> None:
    own_stack.more["YOUBAN_TURN_LEASE"] = "3"
    assert _under_fire(own_stack, "service", kills=8, seed=11) > 20


def test_the_assistant_dies_in_the_middle_of_turns(own_stack: Stack) -> None:
    own_stack.more["YOUBAN_TURN_LEASE"] = "3"
    assert _under_fire(own_stack, "assistant", kills=3, seed=5) > 20


def test_flows_work_again_when_the_assistant_is_back(own_stack: Stack) -> None:
    own_stack.start_service()
    customer = Customer.enter(own_stack, "demo-gold-back1")
    down = customer.say("用分加油没成功")
    assert NUMBER.search(down["messages"][-1]["text"])
    own_stack.start_assistant()
    again = Customer.enter(own_stack, "demo-gold-back2").say("用分加油没成功")
    payloads = [b["payload"] for b in again["messages"][-1]["buttons"]]
    assert sum("cause=" in p for p in payloads) == 3
