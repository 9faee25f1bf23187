"""The first page, articles, feedback and preferences over HTTP, on the real service."""

from __future__ import annotations

from typing import Any

import httpx

from tests.stack import Customer, Stack


def ask(customer: Customer, method: str, path: str, **more: Any) -> httpx.Response:
    url = f"{customer.url}/api/v1/widget{path}"
    return httpx.request(method, url, headers=customer.headers, timeout=20, **more)


def send(customer: Customer, **body: Any) -> Any:
    answer = ask(customer, "POST", "/messages", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_first_page_knows_the_customer(service_only: Stack) -> None:
    customer = Customer.enter(service_only, "demo-gold-home1")
    page = ask(customer, "GET", "/home").json()
    assert page["customer"] == {"name": "李女士", "level_title": "金卡"}
    assert next(p["payload"] for p in page["predicted"]) == "intent:paid_not_fueled"
    assert len(page["predicted"]) == 3
    assert all(p["title"].endswith("？") for p in page["predicted"])
    assert page["frequent"]
    assert page["categories"]
    assert page["hotline"]
    assert page["preferences"] == {"elder": None, "diagnosis": None}


def test_a_guest_gets_the_page_without_predictions(service_only: Stack) -> None:
    page = ask(Customer.enter(service_only, None), "GET", "/home").json()
    assert page["customer"] is None
    assert page["predicted"] == []
    assert page["frequent"]


def test_a_press_of_the_page_counts_and_an_invented_one_does_not(service_only: Stack) -> None:
    customer = Customer.enter(service_only, "demo-gold-home2")
    invented = send(customer, client_id="1", text="嗯", payload="intent:paid_not_fueled")
    assert not any(m.get("source") == "intent:paid_not_fueled" for m in invented["messages"])
    page = ask(customer, "GET", "/home").json()
    first = page["predicted"][0]
    context = {"order_id": first["order_id"], "page": "home"}
    body = {"client_id": "2", "text": first["text"], "payload": first["payload"], "context": context}
    told = send(customer, **body)
    assert any(m.get("source") == "intent:paid_not_fueled" for m in told["messages"]), told


def test_what_was_filed_stands_on_the_page_and_is_not_predicted_again(service_only: Stack) -> None:
    customer = Customer.enter(service_only, "demo-puka-home3")
    customer.say("钱扣了油枪没反应")
    page = ask(customer, "GET", "/home").json()
    assert [t["title"] for t in page["tickets"]] == ["已付款未加到油"]
    assert "intent:paid_not_fueled" not in [p["payload"] for p in page["predicted"]]


def test_articles_are_found_as_one_types_and_read_whole(service_only: Stack) -> None:
    customer = Customer.enter(service_only, None)
    found = ask(customer, "GET", "/help/articles", params={"q": "发票"}).json()["items"]
    assert found
    assert "发票" in found[0]["title"]
    of_points = ask(customer, "GET", "/help/articles", params={"category": "points"}).json()["items"]
    assert of_points
    assert {a["category"] for a in of_points} == {"points"}
    whole = ask(customer, "GET", f"/help/articles/{found[0]['id']}").json()
    assert whole["body"]
    assert whole["category_title"]
    assert "{{" not in whole["body"]
    assert ask(customer, "GET", "/help/articles/no_such").status_code == 404


def test_an_article_that_did_not_help_goes_on_to_a_flow_then_to_a_person(service_only: Stack) -> None:
    customer = Customer.enter(service_only, "demo-gold-home4")
    told = customer.say("买的加油券多久到账")
    article = next(m for m in told["messages"] if (m.get("card") or {}).get("type") == "article")
    judged = {"article_id": article["card"]["id"], "solved": False, "seq": article["seq"]}
    following = ask(customer, "POST", "/feedback", json=judged).json()["next"]
    assert following["payload"].startswith("intent:")
    went_on = send(customer, client_id="x1", text=f"没解决，{following['title']}", payload=following["payload"])
    sources = [m.get("source") for m in went_on["messages"]]
    assert article["source"] not in sources
    assert following["payload"] in sources
    assert ask(customer, "POST", "/feedback", json=judged).json()["next"]["payload"] != following["payload"]
    assert ask(customer, "POST", "/feedback", json={**judged, "solved": True}).json()["next"] is None
    assert ask(customer, "POST", "/feedback", json={"article_id": "no_such", "solved": True}).status_code == 404


def test_preferences_are_kept_and_can_be_taken_back(service_only: Stack) -> None:
    customer = Customer.enter(service_only, "demo-gold-home5")
    assert ask(customer, "PUT", "/preferences", json={"elder": True}).json() == {"elder": True, "diagnosis": None}
    both = ask(customer, "PUT", "/preferences", json={"diagnosis": True}).json()
    assert both == {"elder": True, "diagnosis": True}
    ask(customer, "PUT", "/preferences", json={"diagnosis": False})
    again = Customer.enter(service_only, "demo-gold-home5")
    assert ask(again, "GET", "/home").json()["preferences"] == {"elder": True, "diagnosis": False}


def test_nobody_without_a_session(service_only: Stack) -> None:
    for method, path in (("GET", "/home"), ("GET", "/help/articles"), ("POST", "/feedback"), ("PUT", "/preferences")):
        answer = httpx.request(method, f"{service_only.url}/api/v1/widget{path}", json={} if method != "GET" else None)
        assert answer.status_code in {401, 422}, (path, answer.text)
        assert answer.status_code == 401 or "error" in answer.json()
