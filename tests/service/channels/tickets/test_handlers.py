"""Department and station staff: what they see, hear and may touch; photos; alarms; robots through HTTP."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any, Iterator

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from tests.stack import Agent, Customer, Stack
from tests.stand_in.robots import RobotPlatform
from tests.stand_in.server import serving
from tests.stand_in.wechat import PNG

PHONE = "13812345678"
# Everything that can be done with one ticket, with a body that would be taken.
ACTIONS: list[tuple[str, str, Any]] = [
    ("GET", "", None),
    ("PATCH", "", {"status": "checking", "note": "x"}),
    ("POST", "/accept", None),
    ("POST", "/ask", {"text": "x"}),
    ("POST", "/answer", {"text": "x"}),
    ("POST", "/pass", {"department": "tech", "note": "x"}),
    ("POST", "/notes", {"text": "x"}),
    ("POST", "/solve", {"resolution": "x", "root_cause": "station_equipment"}),
    ("POST", "/merge", {"number": "{number}"}),
    ("POST", "/links", {"number": "{number}"}),
    ("POST", "/proposal", {"title": "x", "problem": "x", "solution": "x"}),
    ("POST", "/parties", {"party": "station", "question": "x"}),
    ("POST", "/statements", {"party": "station", "statement": "x"}),
    ("GET", "/attachments/{file}", None),
]


@dataclass
class Place:
    stack: Stack
    agent: Agent
    station: Agent
    other: Agent
    finance: Agent
    customer: Customer
    number: str
    file: str

    def call(self, person: Agent, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {person.token}"}
        url = f"{self.stack.url}/api/v1{path}"
        return httpx.request(method, url, headers=headers, json=body, timeout=20, **more)

    def photo(self, person: Agent, number: str, **fields: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {person.token}"}
        url = f"{self.stack.url}/api/v1/tickets/{number}/attachments"
        return httpx.post(url, headers=headers, data=fields, files={"file": ("a.png", PNG)}, timeout=20)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A ticket of station S001, filed by an agent for an order there."""
    stack = Stack(tmp_path_factory.mktemp("handlers"), more={"YOUBAN_HOOKS_PRIVATE": "true"})
    try:
        stack.start_service()
        agent = Agent.enter(stack, "h-agent")
        customer = Customer.enter(stack, "demo-gold-handlers")
        card = agent.get(f"/conversations/{customer.conversation_id}").json()
        order = next(o for o in card["orders"] if o["station_id"])
        body = {
            "customer_id": "demo-gold-handlers",
            "category": "paid_not_fueled",
            "summary": f"付了款没加上油，电话 {PHONE}",
            "said": [f"我电话 {PHONE}，钱扣了"],
            "order_ids": [order["id"]],
        }
        filed = httpx.post(
            f"{stack.url}/api/v1/tickets",
            json=body,
            headers={"Authorization": f"Bearer {agent.token}", "Idempotency-Key": "h1"},
            timeout=20,
        )
        assert filed.status_code == 200, filed.text
        number, station_id = filed.json()["number"], filed.json()["station_id"]
        assert station_id == order["station_id"]
        made = Place(
            stack=stack,
            agent=agent,
            station=Agent.enter(stack, "h-station", "station", station=station_id),
            other=Agent.enter(stack, "h-other", "station", station="S-nowhere"),
            finance=Agent.enter(stack, "h-security", "handler", department="security"),
            customer=customer,
            number=number,
            file="",
        )
        taken = made.photo(made.station, number, text="油机屏幕")
        assert taken.status_code == 201, taken.text
        made.file = taken.json()["attachments"][0]["id"]
        yield made
    finally:
        stack.stop()


@pytest.mark.parametrize(("method", "path", "body"), ACTIONS)
def test_a_ticket_of_another_station_or_department_does_not_exist(
    place: Place, method: str, path: str, body: Any
) -> None:
    address = f"/tickets/{place.number}{path}".replace("{file}", place.file)
    sent = json.loads(json.dumps(body).replace("{number}", place.number))
    for person in (place.other, place.finance):
        answer = place.call(person, method, address, sent)
        assert answer.status_code == 404, (path, answer.text)
        assert place.number not in answer.text


def test_lists_counts_search_and_alarms_of_another_station_are_empty(place: Place) -> None:
    for person in (place.other, place.finance):
        assert person.get("/tickets").json()["items"] == []
        assert person.get("/tickets", q="付了款", status="open").json()["items"] == []
        assert person.get("/tickets", customer_id="demo-gold-handlers").json()["items"] == []
        assert person.get("/tickets/counts").json()["counts"] == {}
        assert person.get("/alarms").json() == {"tickets": [], "conversations": []}
    assert place.photo(place.other, place.number).status_code == 404


def test_personal_data_is_masked_for_those_who_may_not_reveal_it(place: Place) -> None:
    for answer in (place.station.get(f"/tickets/{place.number}"), place.station.get("/tickets")):
        assert PHONE not in answer.text
        assert "demo-gold-handlers" not in answer.text
        assert place.customer.conversation_id not in answer.text
        assert "138****5678" in answer.text
    noted = place.station.post(f"/tickets/{place.number}/notes", {"text": f"回电 {PHONE}"})
    assert PHONE not in noted.text
    assert PHONE in place.agent.get(f"/tickets/{place.number}").text


def test_a_photo_belongs_to_the_ticket_and_to_the_customer_only_when_shared(place: Place) -> None:
    before = len(place.customer.history()["messages"])
    hidden = place.photo(place.station, place.number, text="只给同事看")
    assert hidden.status_code == 201
    assert len(place.customer.history()["messages"]) == before
    shared = place.photo(place.station, place.number, text="给您看一下油机", shared="true")
    assert shared.status_code == 201
    message = place.customer.history()["messages"][-1]
    assert "给您看一下油机" in message["text"]
    kept = message["attachments"][0]["id"]
    own = httpx.get(f"{place.stack.url}/api/v1/widget/attachments/{kept}", headers=place.customer.headers)
    assert own.status_code == 200
    file = place.station.get(f"/tickets/{place.number}/attachments/{kept}")
    assert file.status_code == 200
    assert file.headers["content-type"] == "application/octet-stream"
    assert "attachment" in file.headers["content-disposition"]
    assert place.station.get(f"/tickets/{place.number}/attachments/nothing").status_code == 404
    nodes = httpx.get(f"{place.stack.url}/api/v1/widget/tickets/{place.number}", headers=place.customer.headers).json()[
        "nodes"
    ]
    assert [n["note"] for n in nodes if "照片" in n["title"]] == ["给您看一下油机"]


def test_what_is_no_picture_is_refused(place: Place) -> None:
    headers = {"Authorization": f"Bearer {place.station.token}"}
    url = f"{place.stack.url}/api/v1/tickets/{place.number}/attachments"
    answer = httpx.post(url, headers=headers, files={"file": ("a.png", b"<script>")}, timeout=20)
    assert answer.status_code == 415


def _socket(place: Place, person: Agent) -> ClientConnection:
    opened = connect(place.stack.url.replace("http", "ws") + "/api/v1/agents/socket", proxy=None)
    opened.send(json.dumps({"type": "auth", "token": person.token}))
    return opened


def _frames(socket: ClientConnection, seconds: float) -> list[dict[str, Any]]:
    found, deadline = [], time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            found.append(json.loads(socket.recv(timeout=max(0.01, deadline - time.monotonic()))))
        except TimeoutError:
            break
    return found


def test_the_socket_tells_of_own_tickets_and_of_no_conversation(place: Place) -> None:
    with _socket(place, place.station) as mine, _socket(place, place.other) as theirs:
        assert _frames(mine, 1.0)[0] == {"type": "pong"}
        assert _frames(theirs, 0.5)[0] == {"type": "pong"}
        customer = Customer.enter(place.stack, "demo-gold-handlers")
        customer.say("转人工")
        place.agent.post(f"/tickets/{place.number}/notes", {"text": "看一下"})
        frames = _frames(mine, 3.0)
        assert {f["number"] for f in frames if f["type"] == "ticket"} == {place.number}
        assert {f["type"] for f in frames} <= {"ticket", "ticket_alert"}
        assert place.customer.conversation_id not in json.dumps(frames)
        assert _frames(theirs, 0.5) == []


def test_a_handler_cannot_make_a_customer_believe_that_somebody_is_writing(place: Place) -> None:
    url = place.stack.url.replace("http", "ws") + "/api/v1/widget/socket"
    with connect(url, proxy=None) as customer, _socket(place, place.station) as handler:
        customer.send(json.dumps({"type": "auth", "token": place.customer.token, "after_seq": 0}))
        _frames(customer, 1.0)
        handler.send(json.dumps({"type": "typing", "conversation_id": place.customer.conversation_id}))
        assert not [f for f in _frames(customer, 1.0) if f["type"] == "typing"]


def test_robots_through_the_interface(place: Place) -> None:
    platform = RobotPlatform()
    group = platform.group("feishu", "hook-of-the-duty-group", "a-secret-of-tests", keyword="油伴")
    boss = Agent.enter(place.stack, "h-boss", "supervisor")
    with serving(platform.app()) as address:
        body = {
            "name": "值班群",
            "kind": "feishu",
            "url": address + platform.path(group),
            "secret": "a-wrong-secret",
            "scope": "all",
            "events": ["filed"],
        }
        assert boss.post("/robots", {**body, "events": ["nothing"]}).status_code == 422
        assert boss.post("/robots", {**body, "scope": "department"}).status_code == 422
        assert boss.post("/robots", {**body, "url": "ftp://example.com/x"}).status_code == 422
        made = boss.post("/robots", body)
        assert made.status_code == 201, made.text
        robot = made.json()["id"]
        shown = boss.get("/robots").text
        for secret in ("hook-of-the-duty", "a-wrong-secret", "a-secret-of-tests"):
            assert secret not in made.text + shown
        assert made.json()["secret"] == "…cret"
        failed = boss.post(f"/robots/{robot}/test").json()
        assert not failed["ok"]
        assert "签名" in failed["words"]
        assert boss.get("/robots").json()["items"][0]["problem"]
        assert boss.patch(f"/robots/{robot}", {"secret": "a-secret-of-tests"}).json()["problem"] is None
        assert boss.post(f"/robots/{robot}/test").json()["ok"]
        busy = boss.post(f"/robots/{robot}/test")
        assert busy.status_code == 409
        muted = boss.patch(f"/robots/{robot}", {"muted_until": "2999-01-01T00:00:00Z"})
        assert muted.json()["name"] == "值班群"
        Customer.enter(place.stack, "demo-gold-robots").say("钱扣了油枪没反应")
        deadline = time.monotonic() + 15
        calls: list[Any] = []
        while not calls and time.monotonic() < deadline:
            calls = boss.get(f"/robots/{robot}/deliveries").json()["items"]
            time.sleep(0.1)
        assert [c["status"] for c in calls] == ["muted"]
        boss.patch(f"/robots/{robot}", {"muted_until": None})
        assert boss.post(f"/robots/deliveries/{calls[0]['id']}/replay").status_code == 202
        while len(group.texts) < 2 and time.monotonic() < deadline:
            time.sleep(0.1)
        assert "新工单" in group.texts[-1]
        assert boss.delete(f"/robots/{robot}").status_code == 204
        assert boss.get("/robots").json()["items"] == []
        log = place.stack.log("service")
        for secret in ("hook-of-the-duty", "a-wrong-secret", "a-secret-of-tests"):
            assert secret not in log
