"""E-mail, the generic webhook channel and webhooks to other systems, through the running service."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import Any, Callable, Iterator

import httpx
import pytest

from tests.stack import Agent, Customer, Stack
from tests.stand_in.hooks import HookReceiver
from tests.stand_in.mail import MailServer, mail
from tests.stand_in.server import serving
from tests.stand_in.wechat import PNG


@dataclass
class World:
    stack: Stack
    mails: MailServer
    partner: HookReceiver
    system: HookReceiver
    system_url: str
    agent: Agent
    admin: Agent


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    mails, partner, system = MailServer(), HookReceiver(), HookReceiver(secret="another-secret-of-tests")
    with mails.running(), serving(partner.app()) as partner_url, serving(system.app()) as system_url:
        more = {
            "YOUBAN_EMAIL_ADDRESS": "kefu@example.com",
            "YOUBAN_EMAIL_SMTP": f"smtp://127.0.0.1:{mails.smtp_port}",
            "YOUBAN_EMAIL_IMAP": f"imap://u:p@127.0.0.1:{mails.imap_port}",
            "YOUBAN_EMAIL_POLL": "0.3",
            "YOUBAN_WEBHOOK_SECRET": partner.secret,
            "YOUBAN_WEBHOOK_REPLY_URL": f"{partner_url}/in",
            "YOUBAN_HOOKS_PRIVATE": "true",
        }
        stack = Stack(tmp_path_factory.mktemp("channels"), more=more)
        try:
            stack.start_service()
            admin, agent = Agent.enter(stack, "hook-admin", "admin"), Agent.enter(stack, "hook-agent")
            yield World(stack, mails, partner, system, f"{system_url}/in", agent, admin)
        finally:
            stack.stop()


def until(check: Callable[[], Any], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not check() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert check()


def _answers_to(world: World, address: str) -> list[str]:
    return [str(m.get_content()) for m in world.mails.outbox if str(m["To"]) == address]


def test_a_mail_is_answered_in_its_thread(world: World) -> None:
    world.mails.arrive(mail("wang@example.com", "发票怎么开\n\n> 上次说的", "<m1@example.com>", Subject="问个事"))
    until(lambda: _answers_to(world, "wang@example.com"))
    answer = next(m for m in world.mails.outbox if str(m["To"]) == "wang@example.com")
    assert "发票" in str(answer.get_content())
    assert answer["In-Reply-To"] == "<m1@example.com>"
    assert answer["Subject"] == "Re: 问个事"
    assert answer["Auto-Submitted"] == "auto-replied"


def test_a_mail_fetched_twice_is_one_message_and_robots_get_no_answer(world: World) -> None:
    again = mail("li@example.com", "钱扣了油枪没反应", "<same@example.com>")
    world.mails.arrive(again)
    world.mails.arrive(again)
    world.mails.arrive(mail("robot@example.com", "我在休假", "<r1@example.com>", Auto_Submitted="auto-replied"))
    world.mails.arrive(b"\xff\xfe no mail")
    until(lambda: _answers_to(world, "li@example.com"))
    until(lambda: world.mails.seen >= set(world.mails.inbox))
    time.sleep(1.0)
    assert len(_answers_to(world, "li@example.com")) == 1
    assert _answers_to(world, "robot@example.com") == []


def test_an_agent_answers_a_mail_with_a_picture(world: World) -> None:
    message = mail("zhao@example.com", "转人工", "<p1@example.com>")
    message.add_attachment(PNG, maintype="image", subtype="png", filename="a.png")
    world.mails.arrive(message)
    until(lambda: _answers_to(world, "zhao@example.com"))
    items = world.agent.get("/handoff/queue").json()["items"]
    conversation = max(items, key=lambda i: i["queued_at"])["conversation_id"]
    story = world.agent.get(f"/conversations/{conversation}").json()
    kept = [a for m in story["messages"] for a in m.get("attachments") or ()]
    assert [a["media_type"] for a in kept] == ["image/png"]
    world.agent.post(f"/conversations/{conversation}/claim")
    world.agent.post(f"/conversations/{conversation}/messages", {"client_id": "m", "text": "邮件里回您"})
    until(lambda: any("邮件里回您" in a for a in _answers_to(world, "zhao@example.com")))


def _post(world: World, body: dict[str, Any], secret: str | None = None, age: int = 0) -> httpx.Response:
    content, stamp = json.dumps(body).encode(), str(int(time.time()) - age)
    made = hmac.new((secret or world.partner.secret).encode(), stamp.encode() + b"." + content, hashlib.sha256)
    headers = {"X-Youban-Timestamp": stamp, "X-Youban-Signature": f"sha256={made.hexdigest()}"}
    return httpx.post(f"{world.stack.url}/channels/webhook", content=content, headers=headers)


def _replies(world: World, user: str) -> list[dict[str, Any]]:
    return [e["message"] for e in world.partner.of("message") if e["user"] == user]


def test_the_generic_channel_talks_both_ways(world: World) -> None:
    assert _post(world, {"id": "1", "user": "g1", "text": "钱扣了油枪没反应"}).status_code == 202
    assert _post(world, {"id": "1", "user": "g1", "text": "钱扣了油枪没反应"}).status_code == 202
    until(lambda: _replies(world, "g1"))
    ticket = _replies(world, "g1")[0]
    assert "工单" in ticket["text"]
    person = next(c for c in ticket["choices"] if "人工" in c["title"])
    _post(world, {"id": "2", "user": "g1", "text": person["title"], "choice": person["ref"]})
    until(lambda: any("人工" in m["text"] for m in _replies(world, "g1")[1:]))
    assert len(world.partner.ids) == len(set(world.partner.ids))
    _post(world, {"id": "3", "user": "g1", "pictures": [{"content": base64.b64encode(PNG).decode()}]})


def test_the_generic_channel_believes_signatures_only(world: World) -> None:
    assert _post(world, {"id": "1", "user": "g2", "text": "x"}, secret="wrong").status_code == 401
    assert _post(world, {"id": "1", "user": "g2", "text": "x"}, age=3600).status_code == 401
    assert _post(world, {"id": "1", "text": "x"}).status_code == 422
    assert _replies(world, "g2") == []


def test_a_busy_partner_gets_it_later_once(world: World) -> None:
    world.partner.statuses[:] = [503]
    _post(world, {"id": "1", "user": "g3", "text": "发票怎么开"})
    until(lambda: _replies(world, "g3"))
    assert len(_replies(world, "g3")) == 1


@pytest.fixture
def hook(world: World) -> Iterator[int]:
    world.system.statuses.clear()
    events = ["ticket.changed", "message.created"]
    answer = world.admin.post("/hooks", {"url": world.system_url, "events": events, "secret": world.system.secret})
    assert answer.status_code == 201, answer.text
    assert answer.json()["secret"] == world.system.secret
    yield int(answer.json()["id"])
    headers = {"Authorization": f"Bearer {world.admin.token}"}
    httpx.delete(f"{world.stack.url}/api/v1/hooks/{answer.json()['id']}", headers=headers)


def test_systems_hear_of_tickets_under_a_signature(world: World, hook: int) -> None:
    Customer.enter(world.stack, "demo-gold-901").say("钱扣了油枪没反应")
    number = world.agent.get("/tickets", customer_id="demo-gold-901").json()["items"][0]["number"]
    until(lambda: any(e["data"]["number"] == number for e in world.system.of("ticket.changed")))
    assert world.system.forged == 0
    listed = world.admin.get("/hooks").json()["items"]
    assert all(h.get("secret") is None for h in listed)


def test_what_fails_is_tried_again_under_the_same_id(world: World, hook: int) -> None:
    world.system.statuses[:] = [500]
    delivery = world.admin.post(f"/hooks/{hook}/ping").json()["delivery_id"]
    until(lambda: _delivery(world, hook, delivery)["attempts"] == 1)
    assert _delivery(world, hook, delivery)["status"] == "waiting"
    again = world.admin.post(f"/hooks/deliveries/{delivery}/replay")
    assert again.status_code == 202
    until(lambda: _delivery(world, hook, delivery)["status"] == "sent")
    event_id = _delivery(world, hook, delivery)["event_id"]
    assert world.system.ids.count(event_id) == 1


def test_what_is_given_up_lies_on_the_shelf_until_somebody_replays_it(world: World, hook: int) -> None:
    world.system.statuses[:] = [410]
    delivery = world.admin.post(f"/hooks/{hook}/ping").json()["delivery_id"]
    until(lambda: _delivery(world, hook, delivery)["status"] == "dead")
    shelf = world.admin.get(f"/hooks/{hook}/deliveries", status="dead").json()["items"]
    assert [d["id"] for d in shelf] == [delivery]
    world.admin.post(f"/hooks/deliveries/{delivery}/replay")
    until(lambda: _delivery(world, hook, delivery)["status"] == "sent")


def _delivery(world: World, hook: int, delivery: int) -> dict[str, Any]:
    items = world.admin.get(f"/hooks/{hook}/deliveries").json()["items"]
    return next(d for d in items if d["id"] == delivery)


def test_a_stopped_hook_gets_nothing(world: World, hook: int) -> None:
    assert world.admin.patch(f"/hooks/{hook}", {"active": False}).json()["active"] is False
    seen = len(world.system.seen)
    Customer.enter(world.stack, "demo-gold-902").say("钱扣了油枪没反应")
    time.sleep(1.5)
    assert len(world.system.seen) == seen


def test_what_was_left_aside_while_a_hook_was_off_is_replayed(world: World, hook: int) -> None:
    world.system.statuses[:] = [500]
    delivery = world.admin.post(f"/hooks/{hook}/ping").json()["delivery_id"]
    until(lambda: _delivery(world, hook, delivery)["attempts"] == 1)
    world.admin.patch(f"/hooks/{hook}", {"active": False})
    world.admin.post(f"/hooks/deliveries/{delivery}/replay")
    time.sleep(1.5)
    assert _delivery(world, hook, delivery)["status"] == "waiting"
    world.admin.patch(f"/hooks/{hook}", {"active": True})
    world.admin.post(f"/hooks/deliveries/{delivery}/replay")
    until(lambda: _delivery(world, hook, delivery)["status"] == "sent")


def test_an_agents_picture_leaves_by_mail_and_webhook(world: World) -> None:
    _post(world, {"id": "9", "user": "g9", "text": "转人工"})
    until(lambda: _replies(world, "g9"))
    items = world.agent.get("/handoff/queue").json()["items"]
    conversation = max(items, key=lambda i: i["queued_at"])["conversation_id"]
    world.agent.post(f"/conversations/{conversation}/claim")
    url = f"{world.stack.url}/api/v1/conversations/{conversation}/attachments"
    headers = {"Authorization": f"Bearer {world.agent.token}"}
    stored = httpx.post(url, files={"file": ("a.png", PNG)}, headers=headers, timeout=20)
    assert stored.status_code == 201, stored.text
    body = {"client_id": "pic", "text": "请看图", "attachments": [{"id": stored.json()["id"]}]}
    assert world.agent.post(f"/conversations/{conversation}/messages", body).status_code == 200
    until(lambda: any(m.get("picture") for m in _replies(world, "g9")))
    sent = next(m for m in _replies(world, "g9") if m.get("picture"))
    assert sent["media_type"] == "image/png"
    assert base64.b64decode(sent["picture"]).startswith(PNG[:8])


def test_bad_subscriptions_are_refused_with_words(world: World) -> None:
    for body in (
        {"url": "ftp://example.com/", "events": ["ticket.changed"]},
        {"url": "https://user:pass@example.com/", "events": ["ticket.changed"]},
        {"url": "https://example.com/", "events": ["no.such"]},
    ):
        answer = world.admin.post("/hooks", body)
        assert answer.status_code == 422
        assert answer.json()["error"]["message"]
    assert world.admin.get("/hooks/4711/deliveries").status_code == 404
