"""The widget's history, read forwards and backwards."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from service.channels.widget.service import BACK_PAGE
from tests.stack import Customer, Stack


def _before(customer: Customer, seq: int) -> Any:
    url, query = f"{customer.url}/api/v1/widget/messages", {"before_seq": seq}
    return httpx.get(url, params=query, headers=customer.headers, timeout=20).raise_for_status().json()


def test_a_talk_is_read_backwards_from_its_end_without_gap_or_overlap(service_only: Stack) -> None:
    customer = Customer.enter(service_only, f"demo-gold-{uuid4().hex[:10]}")
    for n in range(BACK_PAGE):
        customer.say(f"第{n}句")
    whole = [m["seq"] for m in customer.history()["messages"]]
    assert len(whole) > BACK_PAGE
    read: list[int] = []
    page = _before(customer, 0)
    assert len(page["messages"]) == BACK_PAGE
    while True:
        seqs = [m["seq"] for m in page["messages"]]
        read = seqs + read
        if not page["more"]:
            break
        page = _before(customer, seqs[0])
    assert read == whole
    nothing = _before(customer, 1)
    assert (nothing["messages"], nothing["more"]) == ([], False)


def test_an_empty_talk_has_no_end(service_only: Stack) -> None:
    assert _before(Customer.enter(service_only, None), 0)["messages"] == []


@pytest.mark.parametrize("seq", ["-1", "x", "99999999999999999999"])
def test_what_is_no_number_of_a_message_is_refused(service_only: Stack, seq: str) -> None:
    customer = Customer.enter(service_only, None)
    url = f"{service_only.url}/api/v1/widget/messages"
    assert httpx.get(url, params={"before_seq": seq}, headers=customer.headers).status_code == 422


def test_the_first_page_says_what_may_be_sent_and_bound(service_only: Stack) -> None:
    customer = Customer.enter(service_only, f"demo-gold-{uuid4().hex[:10]}")
    home = httpx.get(f"{service_only.url}/api/v1/widget/home", headers=customer.headers).raise_for_status().json()
    assert home["upload_megabytes"] == 10
    assert home["binds"] == [], "no official account is configured here"
