"""Guests through the widget's interface: a number proven, tickets found again, an account frozen, a log-in."""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.database import rows
from tests.stack import Agent, Customer, Stack

CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")


def number() -> str:
    return f"139{uuid4().int % 10**8:08d}"


def ask(guest: Customer, phone: str) -> httpx.Response:
    return httpx.post(f"{guest.url}/api/v1/widget/phone", json={"phone": phone}, headers=guest.headers)


def verify(guest: Customer, phone: str, code: str) -> httpx.Response:
    body = {"phone": phone, "code": code}
    return httpx.post(f"{guest.url}/api/v1/widget/phone/verify", json=body, headers=guest.headers)


def code_for(stack: Stack, phone: str, seen: int = 0) -> str:
    """The newest code that the demo platform sent, after `seen` earlier ones."""
    for _ in range(100):
        texts = httpx.get(f"{stack.url}/api/v1/demo/texts", params={"phone": phone}).raise_for_status().json()["items"]
        if len(texts) > seen:
            found = CODE.search(texts[0])
            assert found is not None
            return found.group()
        time.sleep(0.1)
    raise AssertionError("no code was sent")


def texts_of(messages: list[Any]) -> str:
    return "\n".join(m["text"] for m in messages)


def prove(stack: Stack, guest: Customer, phone: str) -> Customer:
    """The guest with the session that he has after proving the number."""
    assert ask(guest, phone).status_code == 200
    answer = verify(guest, phone, code_for(stack, phone))
    assert answer.status_code == 200, answer.text
    return Customer(stack.url, answer.json()["token"], answer.json()["conversation_id"])


def test_a_proven_number_finds_the_tickets_from_another_device(service_only: Stack) -> None:
    phone = number()
    first = Customer.enter(service_only, None)
    first.say("充值500没到账")
    first = prove(service_only, first, phone)
    second = Customer.enter(service_only, None)
    assert "手机号" in texts_of(second.say("我的工单处理到哪了")["messages"])
    # The minute between two codes for one number.
    before = f"{datetime.now(timezone.utc) - timedelta(minutes=2):%Y-%m-%d %H:%M:%S.%f}"
    rows(service_only.database, "UPDATE phone_codes SET asked_at = :at WHERE phone = :phone", at=before, phone=phone)
    assert ask(second, phone).status_code == 200
    answer = verify(second, phone, code_for(service_only, phone, seen=1)).json()
    assert answer["conversation_id"] == first.conversation_id
    assert [t["category"] for t in answer["tickets"]] == ["recharge_not_arrived"]
    again = Customer(service_only.url, answer["token"], answer["conversation_id"])
    assert "充值500没到账" in texts_of(again.history()["messages"])
    # The session from before leads there, too.
    assert texts_of(second.history()["messages"]) == texts_of(again.history()["messages"])


def test_in_the_chat_number_and_code_are_enough_and_the_code_is_kept_nowhere(service_only: Stack) -> None:
    phone = number()
    guest = Customer.enter(service_only, None)
    sent = guest.say(phone)
    assert phone[-4:] in texts_of(sent["messages"])
    code = code_for(service_only, phone)
    wrong = guest.say(f"{(int(code) + 1) % 10**6:06d}")
    assert "不对" in texts_of(wrong["messages"])
    right = guest.say(f"验证码 {code}", client_id="the-code")
    assert "验证好了" in texts_of(right["messages"])
    assert guest.say(f"验证码 {code}", client_id="the-code") == right
    assert code not in texts_of(guest.history()["messages"])
    assert code not in service_only.log("service")
    database = (service_only.folder / "data").glob("youban.db*")
    assert not any(code.encode() in file.read_bytes() for file in database)


def test_six_digits_that_nobody_waits_for_go_to_the_assistant(service_only: Stack) -> None:
    guest = Customer.enter(service_only, None)
    answer = guest.say("123456")
    assert all(m.get("source") != "guest" for m in answer["messages"])


def test_five_wrong_tries_end_a_code(service_only: Stack) -> None:
    phone, guest = number(), Customer.enter(service_only, None)
    assert ask(guest, phone).json()["phone"] == f"{phone[:3]}****{phone[-4:]}"
    code = code_for(service_only, phone)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    codes = [verify(guest, phone, wrong).json()["error"]["code"] for _ in range(5)]
    assert codes == ["code_wrong"] * 4 + ["code_spent"]
    assert verify(guest, phone, code).json()["error"]["code"] == "code_spent"


def test_codes_are_rationed_by_number_and_conversation(service_only: Stack) -> None:
    phone = number()
    one, other = Customer.enter(service_only, None), Customer.enter(service_only, None)
    assert ask(one, phone).status_code == 200
    refused = ask(other, phone)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) <= 60
    assert ask(one, number()).status_code == 429


@pytest.mark.parametrize("phone", ["123", "12345678901", "中文", "1" * 32])
def test_a_number_that_is_none_is_refused(service_only: Stack, phone: str) -> None:
    assert ask(Customer.enter(service_only, None), phone).status_code == 422


def test_who_is_logged_in_needs_no_code(service_only: Stack) -> None:
    customer = Customer.enter(service_only, f"demo-gold-{uuid4().hex[:8]}")
    assert ask(customer, number()).status_code == 409
    assert verify(customer, number(), "123456").status_code == 409


def test_another_conversations_code_proves_nothing(service_only: Stack) -> None:
    phone = number()
    one, thief = Customer.enter(service_only, None), Customer.enter(service_only, None)
    ask(one, phone)
    assert verify(thief, phone, code_for(service_only, phone)).json()["error"]["code"] == "code_none"


def test_the_account_of_a_proven_number_is_frozen_and_nothing_of_it_is_shown(service_only: Stack, agent: Agent) -> None:
    customer_id = f"demo-platinum-{uuid4().hex[:8]}"
    Customer.enter(service_only, customer_id).say("你好")
    owner = Customer.enter(service_only, customer_id)
    owner.say("转人工")
    phone = agent.get(f"/conversations/{owner.conversation_id}").json()["phone"]
    guest = Customer.enter(service_only, None)
    guest.say("我的账号被盗了，登不上去，有人在花我的余额")
    known = phone_of(customer_id)
    assert f"{known[:3]}****{known[-4:]}" == phone
    guest = prove(service_only, guest, known)
    for _ in range(100):
        said = texts_of(guest.history()["messages"])
        if "已经冻结" in said:
            break
        time.sleep(0.1)
    assert "已经冻结" in said
    assert "赵" not in said
    assert guest.conversation_id != owner.conversation_id
    orders = texts_of(guest.say("查下我的订单")["messages"])
    assert "城北" not in orders


def phone_of(customer_id: str) -> str:
    from service.gateways.fuel_platform import demo_data

    return demo_data.phone_of(customer_id)


def test_a_guest_who_logs_in_takes_his_words_along_and_leaves_no_way_in(service_only: Stack, agent: Agent) -> None:
    customer_id = f"demo-gold-{uuid4().hex[:8]}"
    before = Customer.enter(service_only, customer_id)
    before.say("你好")
    guest = Customer.enter(service_only, None)
    guest.say("充值500没到账")
    token = httpx.post(f"{service_only.url}/api/v1/demo/customer-token", json={"customer_id": customer_id}).json()
    body = {"customer_token": token["token"], "session_token": guest.token}
    session = httpx.post(f"{service_only.url}/api/v1/widget/sessions", json=body).raise_for_status().json()
    assert session["conversation_id"] == before.conversation_id
    merged = Customer(service_only.url, session["token"], session["conversation_id"])
    said = texts_of(merged.history()["messages"])
    assert "你好" in said
    assert "充值500没到账" in said
    filed = agent.get("/tickets", customer_id=customer_id).json()["items"]
    assert [t["category"] for t in filed] == ["recharge_not_arrived"]
    answer = httpx.get(f"{service_only.url}/api/v1/widget/messages", headers=guest.headers)
    assert answer.status_code == 401


def test_a_guest_who_logs_in_for_the_first_time_keeps_his_conversation(service_only: Stack) -> None:
    guest = Customer.enter(service_only, None)
    guest.say("充值500没到账")
    guest = prove(service_only, guest, number())
    token = httpx.post(
        f"{service_only.url}/api/v1/demo/customer-token", json={"customer_id": f"demo-gold-{uuid4().hex[:8]}"}
    ).json()
    body = {"customer_token": token["token"], "session_token": guest.token}
    session = httpx.post(f"{service_only.url}/api/v1/widget/sessions", json=body).raise_for_status().json()
    assert session["conversation_id"] == guest.conversation_id
