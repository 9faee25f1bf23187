"""Who may read what: roles × endpoints, and customers against one another."""

from __future__ import annotations

import httpx
import pytest

from tests.stack import TOKEN, Agent, Customer, Stack

ROLES = ("agent", "handler", "station", "editor", "supervisor", "admin")
OPTIONS = {"handler": {"department": "finance"}, "station": {"station": "S001"}}

# endpoint → roles that may call it; every other role is told 403
MATRIX = {
    ("GET", "/agents/me"): set(ROLES),
    ("GET", "/handoff/queue"): {"agent", "supervisor", "admin"},
    ("GET", "/conversations"): {"agent", "supervisor", "admin"},
    ("GET", "/conversations/{conversation}"): {"agent", "supervisor", "admin"},
    ("POST", "/conversations/{conversation}/claim"): {"agent", "supervisor", "admin"},
    ("GET", "/tickets"): {"agent", "handler", "station", "supervisor", "admin"},
    ("POST", "/tickets"): {"agent", "supervisor", "admin"},
    ("GET", "/tickets/counts"): {"agent", "handler", "station", "supervisor", "admin"},
    ("GET", "/tickets/choices"): {"agent", "handler", "station", "supervisor", "admin"},
    ("POST", "/tickets/bulk"): {"agent", "handler", "station", "supervisor", "admin"},
    ("GET", "/tickets/incidents"): {"agent", "handler", "station", "supervisor", "admin"},
    ("GET", "/tickets/root-causes"): {"agent", "handler", "station", "supervisor", "admin"},
    ("GET", "/tickets/proposals"): {"agent", "editor", "supervisor", "admin"},
    ("POST", "/tickets/proposals/0"): {"editor", "supervisor", "admin"},
    ("GET", "/tickets/YB0"): {"agent", "handler", "station", "supervisor", "admin"},
    ("PATCH", "/tickets/YB0"): {"agent", "handler", "station", "supervisor", "admin"},
    ("POST", "/tickets/YB0/accept"): {"agent", "handler", "station", "supervisor", "admin"},
    ("POST", "/tickets/YB0/assign"): {"agent", "supervisor", "admin"},
    ("POST", "/tickets/YB0/ask"): {"agent", "handler", "station", "supervisor", "admin"},
    ("POST", "/tickets/YB0/answer"): {"agent", "handler", "station", "supervisor", "admin"},
    ("POST", "/tickets/YB0/pass"): {"agent", "handler", "station", "supervisor", "admin"},
    ("POST", "/tickets/YB0/notes"): {"agent", "handler", "station", "supervisor", "admin"},
    ("POST", "/tickets/YB0/solve"): {"agent", "handler", "station", "supervisor", "admin"},
    ("POST", "/tickets/YB0/merge"): {"agent", "handler", "station", "supervisor", "admin"},
    ("POST", "/tickets/YB0/links"): {"agent", "handler", "station", "supervisor", "admin"},
    ("POST", "/tickets/YB0/proposal"): {"agent", "handler", "station", "supervisor", "admin"},
    ("POST", "/tickets/YB0/parties"): {"agent", "handler", "station", "supervisor", "admin"},
    ("POST", "/tickets/YB0/statements"): {"agent", "handler", "station", "supervisor", "admin"},
    ("GET", "/tickets/YB0/advance"): {"agent", "supervisor", "admin"},
    ("POST", "/tickets/YB0/advance"): {"agent", "supervisor", "admin"},
    ("POST", "/tickets/YB0/ruling"): {"supervisor", "admin"},
    ("PUT", "/agents/me/presence"): {"agent", "supervisor", "admin"},
    ("GET", "/agents"): {"supervisor", "admin"},
    ("POST", "/agents"): {"admin"},
    ("PATCH", "/agents/0"): {"supervisor", "admin"},
    ("GET", "/wall"): {"supervisor", "admin"},
    ("GET", "/callbacks"): {"agent", "supervisor", "admin"},
    ("GET", "/callbacks/count"): {"agent", "supervisor", "admin"},
    ("POST", "/callbacks/0/take"): {"agent", "supervisor", "admin"},
    ("POST", "/callbacks/0/release"): {"agent", "supervisor", "admin"},
    ("POST", "/callbacks/0/reveal"): {"agent", "supervisor", "admin"},
    ("POST", "/callbacks/0/attempts"): {"agent", "supervisor", "admin"},
    ("POST", "/conversations/{conversation}/takeover"): {"supervisor", "admin"},
    ("GET", "/conversations/{conversation}/notes"): {"agent", "supervisor", "admin"},
    ("POST", "/conversations/{conversation}/notes"): {"agent", "supervisor", "admin"},
    ("GET", "/conversations/{conversation}/messages"): {"agent", "supervisor", "admin"},
    ("POST", "/conversations/{conversation}/attachments"): {"agent", "supervisor", "admin"},
    ("GET", "/conversations/{conversation}/wrap-up"): {"agent", "supervisor", "admin"},
    ("GET", "/agents/me/notices"): {"agent", "supervisor", "admin"},
    ("POST", "/agents/me/notices/read"): {"agent", "supervisor", "admin"},
    ("GET", "/colleagues"): {"agent", "supervisor", "admin"},
    ("GET", "/conversations/{conversation}/suggestions"): {"agent", "supervisor", "admin"},
    ("GET", "/canned"): {"agent", "supervisor", "admin"},
    ("POST", "/canned"): {"supervisor", "admin"},
    ("PUT", "/canned/0"): {"supervisor", "admin"},
    ("DELETE", "/canned/0"): {"supervisor", "admin"},
    ("GET", "/search?q=x"): {"agent", "supervisor", "admin"},
    ("GET", "/customers/by-phone?phone=19900000000"): {"agent", "supervisor", "admin"},
    ("GET", "/ratings"): {"supervisor", "admin"},
    ("POST", "/ratings/0/improve"): {"supervisor", "admin"},
    ("GET", "/policies"): {"supervisor", "admin"},
    ("GET", "/policies/office"): {"supervisor", "admin"},
    ("PUT", "/policies/office"): {"supervisor", "admin"},
    ("GET", "/knowledge/articles"): {"agent", "editor", "supervisor", "admin"},
    ("GET", "/knowledge/facts"): {"agent", "editor", "supervisor", "admin"},
    ("GET", "/knowledge/changes"): {"agent", "editor", "supervisor", "admin"},
    ("PUT", "/knowledge/facts/mall.no_such_fact"): {"editor", "supervisor", "admin"},
    ("GET", "/remedies"): {"agent", "supervisor", "admin"},
    ("POST", "/customers/demo-gold/remedies"): {"agent", "supervisor", "admin"},
    ("POST", "/customers/demo-gold/remedies/check"): {"agent", "supervisor", "admin"},
    ("GET", "/customers/demo-gold/remedies/options?kind=refund"): {"agent", "supervisor", "admin"},
    ("GET", "/customers/demo-gold/card"): {"agent", "supervisor", "admin"},
    ("POST", "/customers/demo-gold/reveal"): {"agent", "supervisor", "admin"},
    ("POST", "/customers/demo-gold/phone-notes"): {"agent", "supervisor", "admin"},
    ("GET", "/remedies/0"): {"agent", "supervisor", "admin"},
    ("GET", "/remedies/counts"): {"supervisor", "admin"},
    ("GET", "/audit"): {"supervisor", "admin"},
    ("GET", "/audit/choices"): {"supervisor", "admin"},
    ("GET", "/audit/chain"): {"supervisor", "admin"},
    ("GET", "/audit/export"): {"supervisor", "admin"},
    ("POST", "/remedies/0/retry"): {"agent", "supervisor", "admin"},
    ("POST", "/remedies/0/approve"): {"supervisor", "admin"},
    ("POST", "/remedies/0/refuse"): {"supervisor", "admin"},
    ("GET", "/conversations/{conversation}/sends"): {"agent", "supervisor", "admin"},
    ("GET", "/channels"): {"admin"},
    ("POST", "/channels/dead/0/replay"): {"admin"},
    ("GET", "/hooks"): {"admin"},
    ("POST", "/hooks"): {"admin"},
    ("PATCH", "/hooks/0"): {"admin"},
    ("DELETE", "/hooks/0"): {"admin"},
    ("POST", "/hooks/0/ping"): {"admin"},
    ("GET", "/hooks/0/deliveries"): {"admin"},
    ("POST", "/hooks/deliveries/0/replay"): {"admin"},
    ("GET", "/robots"): {"supervisor", "admin"},
    ("POST", "/robots"): {"supervisor", "admin"},
    ("PATCH", "/robots/0"): {"supervisor", "admin"},
    ("DELETE", "/robots/0"): {"supervisor", "admin"},
    ("POST", "/robots/0/test"): {"supervisor", "admin"},
    ("GET", "/robots/0/deliveries"): {"supervisor", "admin"},
    ("POST", "/robots/deliveries/0/replay"): {"supervisor", "admin"},
    ("GET", "/alarms"): {"agent", "handler", "station", "supervisor", "admin"},
    ("POST", "/tickets/YB0/attachments"): {"agent", "handler", "station", "supervisor", "admin"},
    ("GET", "/tickets/YB0/attachments/x"): {"agent", "handler", "station", "supervisor", "admin"},
    ("POST", "/route"): {"agent", "editor", "supervisor", "admin"},
}

# What an endpoint needs to be asked at all; where none is named, an empty request shows who may call it.
BODIES = {"/route": {"text": "发票怎么开"}, "/knowledge/facts/mall.no_such_fact": {"value": 1, "say": "一"}}


@pytest.fixture(scope="module")
def people(service_only: Stack) -> dict[str, Agent]:
    return {role: Agent.enter(service_only, f"matrix-{role}", role, **OPTIONS.get(role, {})) for role in ROLES}


@pytest.mark.parametrize(("method", "path"), list(MATRIX))
def test_roles_and_endpoints(service_only: Stack, people: dict[str, Agent], method: str, path: str) -> None:
    for role, person in people.items():
        customer = Customer.enter(service_only, None)
        customer.say("转人工")
        address = path.format(conversation=customer.conversation_id)
        answer = httpx.request(
            method,
            f"{service_only.url}/api/v1{address}",
            headers={"Authorization": f"Bearer {person.token}"},
            json=BODIES.get(path) if method != "GET" else None,
            timeout=20,
        )
        if role in MATRIX[(method, path)]:
            assert answer.status_code in {200, 201, 204, 404, 409, 422}, (role, answer.text)
        else:
            assert answer.status_code == 403, (role, answer.text)


@pytest.mark.parametrize(("method", "path"), list(MATRIX))
@pytest.mark.parametrize("token", ["", "nonsense", TOKEN + "x"])
def test_without_a_session_nothing_is_told(service_only: Stack, method: str, path: str, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    url = f"{service_only.url}/api/v1{path.format(conversation='x')}"
    answer = httpx.request(method, url, headers=headers, json={"text": "x"} if method == "POST" else None)
    assert answer.status_code == 401
    assert answer.json()["error"]["message"]


def test_handlers_and_stations_see_their_own_tickets(service_only: Stack, people: dict[str, Agent]) -> None:
    customer = Customer.enter(service_only, "demo-platinum-access")
    customer.say("钱扣了油枪没反应")
    number = people["agent"].get("/tickets", customer_id="demo-platinum-access").json()["items"][0]["number"]
    assert people["handler"].get(f"/tickets/{number}").status_code == 200
    assert people["station"].get(f"/tickets/{number}").status_code == 404
    assert {t["department"] for t in people["handler"].get("/tickets").json()["items"]} == {"finance"}


def test_a_customer_reads_his_own_conversation_only(service_only: Stack) -> None:
    one, other = Customer.enter(service_only, "demo-gold-own1"), Customer.enter(service_only, "demo-gold-own2")
    one.say("发票怎么开")
    assert other.history()["messages"] == []
    tampered = one.token[:-4] + ("aaaa" if one.token[-4:] != "aaaa" else "bbbb")
    answer = httpx.get(f"{service_only.url}/api/v1/widget/messages", headers={"Authorization": f"Bearer {tampered}"})
    assert answer.status_code == 401


def test_the_internal_token_reaches_the_router_and_the_webhook_alone(service_only: Stack) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    url = service_only.url
    assert httpx.post(f"{url}/api/v1/route", json={"text": "转人工"}, headers=headers).status_code == 200
    assert httpx.get(f"{url}/api/v1/tickets", headers=headers).status_code == 401
    assert httpx.post(f"{url}/internal/actions", json={}).status_code == 401


def test_a_wrong_password_is_refused_and_no_name_is_betrayed(service_only: Stack, agent: Agent) -> None:
    url = f"{service_only.url}/api/v1/agents/login"
    known = httpx.post(url, json={"username": "anyone", "password": "wrong-password"})
    unknown = httpx.post(url, json={"username": "nobody", "password": "wrong-password"})
    assert known.status_code == unknown.status_code == 401
    assert known.json() == unknown.json()
    assert agent.get("/agents/me").json()["username"] == "anyone"
