"""Two processes find the same to do; what one has done, the other does not do once more."""

from __future__ import annotations

from typing import Any, Iterator

import pytest

from service.agents.rules import Presence
from service.agents.service import set_presence
from service.clock import CHINA
from service.handoff import worker
from service.handoff.duty import worker as hours
from tests.service.office import Office

DAY = [(day, 9 * 60, 18 * 60) for day in range(7)]


@pytest.fixture
def office() -> Iterator[Office]:
    opened = Office()
    yield opened
    opened.close()


def stale(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, found: object) -> None:
    """What the second process read before the first one wrote."""
    assert found
    monkeypatch.setattr(module, name, lambda *_: found)


def test_closing_time_is_told_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.hours()
    office.agent("lin")
    talk = office.asks()
    office.at("2026-11-23T18:00")
    stale(monkeypatch, hours, "told_wrongly", hours.told_wrongly(office.connection, office.now))
    for _ in range(2):
        hours.tell_hours(office.connection, office.now)
    assert len([text for text in office.texts(talk) if "下班" in text]) == 1


def test_the_end_of_a_shift_is_told_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    lin = office.agent("lin", shifts=DAY)
    office.online(lin)
    office.at("2026-11-23T17:55")
    ends = hours.to_tell(hours.endings(office.connection, office.now))
    assert [e.at.astimezone(CHINA).hour for e in ends] == [18]
    stale(monkeypatch, hours, "to_tell", ends)
    assert [hours.tell_shifts(office.connection, office.now) for _ in range(2)] == [1, 1]
    assert office.alarms().count("shift") == 1


def test_an_urgent_one_rings_once_and_not_after_it_was_taken(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.agent("lin")
    office.asks(priority="P0")
    office.later(minutes=4)
    stale(monkeypatch, worker, "_to_ring", worker._to_ring(office.connection, office.patience, office.now))
    assert [worker.ring(office.connection, office.patience, office.now) for _ in range(2)] == [1, 0]
    assert office.alarms().count("p0_unanswered") == 1


def test_nobody_left_rings_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    lin = office.agent("lin")
    office.online(lin, automatic=False)
    office.asks()
    office.later(minutes=1)
    set_presence(office.connection, office.fresh(lin), Presence.OFFLINE, office.now)
    office.later(minutes=1)
    stale(monkeypatch, hours, "left_alone", hours.left_alone(office.connection, office.patience, office.now))
    assert [hours.ring_alone(office.connection, office.patience, office.now) for _ in range(2)] == [1, 0]
    assert office.alarms().count("nobody_left") == 1
