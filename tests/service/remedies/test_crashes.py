"""The service is killed while remedies are under way: each is done once and told once all the same."""

from __future__ import annotations

import random
import time

import httpx

from tests.stack import Agent, Customer, Stack

CUSTOMERS = 12
KILLS = 3


def test_killed_at_random_instants_nothing_is_lost_or_done_twice(own_stack: Stack) -> None:
    own_stack.start_service()
    agent = Agent.enter(own_stack, "crash-agent")
    customers = {f"demo-gold-k{n}": Customer.enter(own_stack, f"demo-gold-k{n}") for n in range(CUSTOMERS)}
    dice = random.Random(7)
    wish = {"kind": "grant_coupon", "amount_fen": 500, "cause": "bad_service", "reason": "站点服务不当"}
    names = list(customers)
    for kill in range(KILLS):
        for name in names[kill::KILLS]:
            headers = {"Authorization": f"Bearer {agent.token}", "Idempotency-Key": name}
            url = f"{own_stack.url}/api/v1/customers/{name}/remedies"
            assert httpx.post(url, json=wish, headers=headers, timeout=20).status_code == 200
        time.sleep(dice.uniform(0.0, 0.2))
        own_stack.kill("service")
        own_stack.start_service()
    deadline = time.monotonic() + 60
    open_ones = [""]
    while open_ones and time.monotonic() < deadline:
        items = agent.get("/remedies").json()["items"]
        open_ones = [item["customer_id"] for item in items if item["status"] != "done"]
        time.sleep(0.5)
    assert open_ones == []
    assert len(items) == CUSTOMERS
    for name, customer in customers.items():
        records = httpx.get(f"{own_stack.url}/api/v1/demo/records", params={"customer_id": name}).json()
        assert [c["title"] for c in records["coupons"]].count("5元无门槛加油券") == 1, name
        said = [m["text"] for m in customer.history()["messages"]]
        assert len([t for t in said if "5元无门槛" in t]) == 1, said
