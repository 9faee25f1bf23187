"""The list of callbacks: whose each is, and how the platform is asked for the customers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.callbacks import CallbackAction
from contracts.effects import ActOnCallback
from contracts.errors import PlatformUnavailable
from contracts.taxonomy import load_taxonomy
from service.callbacks import service as callbacks
from service.channels.callbacks import service as listing
from service.channels.callbacks.schemas import CallbackList
from service.conversations import service as conversations
from service.conversations.service import ConversationRow
from tests.service.office import Office


class Platform:
    """Knows nobody, and takes its time."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.at_once = self._now = 0

    async def customer(self, customer_id: str) -> Any:
        self.asked.append(customer_id)
        self._now += 1
        self.at_once = max(self.at_once, self._now)
        await asyncio.sleep(0.001)
        self._now -= 1
        raise PlatformUnavailable("slow")


class Desk(Office):
    """An office whose list is read."""

    def __init__(self) -> None:
        super().__init__()
        self.platform = Platform()

    def call(self, talk: ConversationRow) -> None:
        for action, argument in ((CallbackAction.ASK, ""), (CallbackAction.AT, "soon")):
            callbacks.act(self.connection, talk, ActOnCallback(action.value, argument), "13800001234", self.now)

    def listed(self, *, over: bool = False) -> CallbackList:
        async def read(work: Any) -> Any:
            return work(self.connection)

        house: Any = SimpleNamespace(
            database=SimpleNamespace(read=read), platform=self.platform, taxonomy=load_taxonomy()
        )
        return asyncio.run(listing.listed(house, over=over, now=self.now))


@pytest.fixture
def desk() -> Iterator[Desk]:
    opened = Desk()
    opened.agent("lin")
    yield opened
    opened.close()


def test_each_customer_is_asked_for_once_and_some_at_a_time(desk: Desk) -> None:
    for _ in range(listing.ASKED_AT_ONCE + 4):
        desk.call(desk.customer())
    again = desk.customer()
    for _ in range(2):
        desk.call(again)
        callbacks.act(desk.connection, again, ActOnCallback("cancel", ""), None, desk.now)
    desk.listed()
    assert desk.platform.at_once == listing.ASKED_AT_ONCE
    desk.platform.asked.clear()
    assert len(desk.listed(over=True).items) == 2
    assert desk.platform.asked == [again.customer_id]


def test_who_was_a_guest_when_he_asked_is_known_once_he_is_recognised(desk: Desk) -> None:
    guest = conversations.open_conversation(desk.connection, "widget", None, None, desk.now)
    desk.call(guest)
    assert desk.listed().items[0].customer.name == "访客"
    conversations.set_customer(desk.connection, guest.contact_id, "demo-gold-known")
    assert desk.listed().items[0].customer.id == "demo-gold-known"


def test_a_guests_call_is_the_customers_after_joining(desk: Desk) -> None:
    guest, home = conversations.open_conversation(desk.connection, "widget", None, None, desk.now), desk.customer()
    desk.call(guest)
    callbacks.move(desk.connection, guest.id, home.id, desk.now)
    assert desk.listed().items[0].customer.id == home.customer_id
