"""The wall tells of every talk, and asks the database no more often for many than for one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event, insert

from contracts.conversation import Reply, Sender
from contracts.taxonomy import load_taxonomy
from service.agents.service import AgentRow
from service.channels.wall.service import _talks
from service.conversations import service as conversations
from service.handoff import service as handoff
from service.turns import service as turns
from service.turns.models import turns as turn_rows
from tests.service.office import Office


@pytest.fixture
def office() -> Iterator[Office]:
    opened = Office()
    yield opened
    opened.close()


def _talk(office: Office, lin: AgentRow, *words: str) -> str:
    talk = office.customer()
    for text in words:
        conversations.append(office.connection, office.talk(talk), [Reply(text, sender=Sender.CUSTOMER)], office.now)
    handoff.claim(office.connection, talk.id, lin, office.now)
    return talk.id


def test_every_talk_is_told_in_few_queries(office: Office) -> None:
    lin = office.agent("lin")
    asked: list[Any] = []
    event.listen(office.connection, "before_cursor_execute", lambda *told: asked.append(told[2]))

    def count() -> int:
        asked.clear()
        _talks(office.connection, load_taxonomy(), office.now)
        return len(asked)

    one = _talk(office, lin, "油枪没反应", "钱扣了")
    alone = count()
    other = _talk(office, lin, "发票怎么开")
    for number in range(8):
        _talk(office, lin, f"问题{number}")
    assert count() == alone
    told = {t.conversation_id: t for t in _talks(office.connection, load_taxonomy(), office.now)}
    assert (told[one].story, told[one].agent) == ("“钱扣了”", "lin")
    assert told[other].story == "“发票怎么开”"


def test_batches_find_what_single_questions_find(office: Office) -> None:
    lin = office.agent("lin")
    ids = [_talk(office, lin, "一", "二", "三"), _talk(office, lin, "四")]
    for limit in (2, 40):
        found = conversations.last_messages_of(office.connection, ids, limit)
        assert found == {id: conversations.last_messages(office.connection, id, limit) for id in ids}
    for id in ids:
        for message in conversations.messages_after(office.connection, id, 0):
            values = {"conversation_id": id, "message_id": message.id, "seq": message.seq, "created_at": office.now}
            state = {"status": "done", "attempt": 1, "epoch": 0, "lease_until": 0.0}
            label = "chat" if message.sender is Sender.CUSTOMER else None
            office.connection.execute(insert(turn_rows).values(**values, **state, label=label, kind="chat"))
    for limit in (2, 8):
        judged = turns.judged_of(office.connection, ids, limit)
        assert judged == {id: turns.judged(office.connection, id, limit) for id in ids}
        assert [len(judged[id]) for id in ids] == [min(limit, 3), 1]
    assert turns.judged_of(office.connection, [], 8) == {}
