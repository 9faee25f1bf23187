"""What belongs to a conversation goes with it when its guest is recognised."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from contracts.conversation import Reply
from service.channels.binding.service import join
from service.conversations import service as conversations
from service.handoff import service as handoff
from service.inbox import service as inbox
from service.inbox.service import Kind
from service.reading import service as reading
from service.reading.service import Side
from tests.service.office import Office


@pytest.fixture
def office() -> Iterator[Office]:
    opened = Office()
    yield opened
    opened.close()


def test_notices_and_read_marks_go_along(office: Office) -> None:
    lin, c, now = office.agent("lin"), office.connection, office.now
    home = office.customer()
    conversations.append(c, home, [Reply("早前的话")], now)
    guest = conversations.new_conversation(c, "widget", now)
    handoff.claim(c, guest.id, lin, now)
    conversations.append(c, office.talk(guest), [Reply("请稍等")], now)
    reading.agent_read(c, guest.id, lin.id, 1, now)
    inbox.tell(c, lin.id, Kind.MENTION, "wang", "请看一下", now, guest.id)
    before = office.said(guest)[0]
    join(c, guest.id, home.id, now)
    (notice,) = inbox.notices_of(c, lin.id, 10)
    assert notice.conversation_id == home.id
    read = reading.read_to(c, home.id, Side.AGENT)
    assert next(m.seq for m in office.said(home) if m.text == before.text) == read
    assert reading.read_to(c, guest.id, Side.AGENT) == 0
