"""The sweep: each timer once among several processes, none lost when one dies in the middle."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import Connection

from service.db import Database
from service.tickets.life import repository as timers
from service.tickets.life import rules as life_rules
from service.tickets.watch import service as watch
from service.tickets.worker import TicketWorker
from tests.service.tickets.conftest import THRESHOLD, Office


class Died(BaseException):
    """The process ends here."""


async def test_several_processes_let_each_timer_go_off_once(office: Office) -> None:
    numbers = [await office.file("paid_not_fueled", f"c{n}") for n in range(12)]
    await office.wait(minutes=4)
    houses = [Database(office.settings.database) for _ in range(3)]
    office.now = (await office.ticket(numbers[0])).first_response_due_at
    workers = [TicketWorker(h, THRESHOLD, lambda: office.now, lambda: None) for h in houses]
    await asyncio.gather(*(w.sweep() for w in workers))
    for house in houses:
        house.close()
    for n, number in enumerate(numbers):
        assert (await office.events(number)).count("breached") == 1
        assert sum("有人开始处理" in s for s in await office.said(f"c{n}")) == 1


async def test_a_process_that_dies_between_taking_and_commit_loses_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await office.file("paid_not_fueled")
    await office.wait(minutes=4)
    office.now = (await office.ticket(number)).first_response_due_at
    kept = timers.take_timer

    def take_and_die(connection: Connection, timer_id: int, now: Any) -> Any:
        assert kept(connection, timer_id, now) is not None
        raise Died

    monkeypatch.setattr(timers, "take_timer", take_and_die)
    doomed = Database(office.settings.database)
    due = await office.database.read(lambda c: watch.due(c, office.now, 10))
    with pytest.raises(Died), doomed.engine.begin() as connection:
        watch.fire(connection, due[0].id, THRESHOLD, office.now)
    doomed.close()
    monkeypatch.undo()
    assert await office.said() == []
    assert await office.database.read(lambda c: watch.due(c, office.now, 10)) == due
    await office.worker.sweep()
    assert (await office.events(number)).count("breached") == 1
    assert len(await office.said()) == 1


async def test_work_that_fails_is_tried_again_and_holds_up_nobody(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = await office.file("paid_not_fueled", "a"), await office.file("paid_not_fueled", "b")
    office.now = (await office.ticket(first)).first_response_due_at
    handlers = dict(watch._HANDLERS)

    def broken(connection: Connection, held: Any, now: Any) -> None:
        if held.ticket.number == first:
            raise RuntimeError("a mistake")
        handlers[life_rules.FIRST_BREACH](connection, held, now)

    monkeypatch.setattr(watch, "_HANDLERS", {**handlers, life_rules.FIRST_BREACH: broken})
    await office.worker.sweep()
    assert "breached" in await office.events(second)
    assert "breached" not in await office.events(first)
    monkeypatch.undo()
    await office.wait(seconds=2)
    assert (await office.events(first)).count("breached") == 1


async def test_open_tickets_of_an_earlier_release_are_taken_over(office: Office) -> None:
    number = await office.file("paid_not_fueled")
    await office.write(lambda c: timers.drop_timers(c, number, life_rules.FOLLOWING))
    assert await office.write(watch.unwatched) == 1
    known = await office.database.read(lambda c: timers.timers_of(c, number))
    assert known[life_rules.DUE_BREACH] == (await office.ticket(number)).due_at
    assert await office.write(watch.unwatched) == 0
