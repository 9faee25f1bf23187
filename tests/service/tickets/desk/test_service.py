"""Handlers: who takes it, who answers for it, whose turn is next, what the customer hears."""

from __future__ import annotations

from dataclasses import replace
from typing import Callable

import pytest
from sqlalchemy import Connection

from contracts.errors import NotFound
from contracts.policy import RootCause
from contracts.tickets import TicketStatus
from service.conversations import service as conversations
from service.tickets import rules
from service.tickets import service as tickets
from service.tickets.desk import service as desk
from service.tickets.life.service import WrongStatus
from service.tickets.service import TicketRow
from tests.service.tickets.conftest import Office

EQUIPMENT = RootCause("station_equipment", "油站设备故障", "equipment", "station")


async def test_the_first_to_take_it_answers_for_it_to_the_end(office: Office) -> None:
    number = await office.file("paid_not_fueled")
    first, second = await office.agent("first", department="station"), await office.agent("second")
    await office.write(lambda c: desk.accept(c, number, first, office.now))
    row = await office.ticket(number)
    assert (row.owner_id, row.assignee_id, row.status) == (first.id, first.id, TicketStatus.CHECKING)
    with pytest.raises(WrongStatus, match=first.number):
        await office.write(lambda c: desk.accept(c, number, second, office.now))
    await office.write(lambda c: desk.pass_on(c, number, first, None, "油机没有记录", office.now))
    row = await office.ticket(number)
    assert (row.working, row.step, row.status) == ("finance", 1, TicketStatus.FINANCE_REVIEW)
    assert row.assignee_id is None
    await office.write(lambda c: desk.accept(c, number, second, office.now))
    row = await office.ticket(number)
    assert (row.owner_id, row.assignee_id, row.status) == (first.id, second.id, TicketStatus.FINANCE_REVIEW)
    with pytest.raises(WrongStatus, match="没有下一步"):
        await office.write(lambda c: desk.pass_on(c, number, second, None, "", office.now))


async def test_departments_see_a_ticket_while_it_is_theirs(office: Office) -> None:
    number = await office.file("discount_not_applied")
    assert (await office.ticket(number)).working == "ops"
    wanted = tickets.Filter(departments=["finance"])

    async def seen() -> list[str]:
        rows = await office.database.read(lambda c: tickets.search(c, wanted, before=None, limit=10, now=office.now))
        return [r.number for r in rows]

    assert await seen() == []
    agent = await office.agent("ops", department="ops")
    await office.write(lambda c: desk.pass_on(c, number, agent, None, "活动配置有误，请退差额", office.now))
    assert await seen() == [number]


async def test_a_question_stops_the_clock_and_the_answer_brings_back_the_node(office: Office) -> None:
    number = await office.file("paid_not_fueled")
    agent = await office.agent("wang")
    await office.write(lambda c: desk.pass_on(c, number, agent, "finance", "", office.now))
    await office.write(lambda c: desk.ask(c, number, agent, "请发付款截图", office.now))
    with pytest.raises(WrongStatus, match="等客户补充"):
        await office.write(lambda c: desk.pass_on(c, number, agent, "tech", "", office.now))
    await office.add(number, "info", "发了")
    row = await office.ticket(number)
    assert (row.status, row.step, row.paused_at) == (TicketStatus.FINANCE_REVIEW, 1, None)


async def test_solving_names_the_cause_and_the_side(office: Office) -> None:
    number = await office.file("paid_not_fueled")
    agent = await office.agent("wang")
    await office.write(lambda c: desk.solve(c, number, agent, "已退款。", EQUIPMENT, None, office.now))
    row = await office.ticket(number)
    assert (row.root_cause, row.side, row.resolution) == ("station_equipment", "station", "已退款。")
    with pytest.raises(WrongStatus):
        await office.write(lambda c: desk.solve(c, number, agent, "再来一次", None, None, office.now))
    with pytest.raises(WrongStatus, match="客户确认"):
        await office.write(lambda c: desk.close(c, number, agent, " ", office.now))
    await office.write(lambda c: desk.close(c, number, agent, "客户电话里确认到账", office.now))
    assert (await office.ticket(number)).status is TicketStatus.CLOSED
    for work in (desk.accept, lambda c, n, a, now: desk.pass_on(c, n, a, "tech", "", now)):
        with pytest.raises(WrongStatus, match="重新打开"):
            await office.write(lambda c, w=work: w(c, number, agent, office.now))  # type: ignore[misc]


async def test_an_agents_word_in_the_conversation_is_the_first_answer(office: Office) -> None:
    number = await office.file("paid_not_fueled")
    agent = await office.agent("wang")
    await office.wait(minutes=3)
    conversation = await office.customer("anna")
    await office.write(lambda c: tickets.person_spoke(c, conversation, agent.id, agent.username, office.now))
    row = await office.ticket(number)
    assert (row.first_response_at, row.owner_id) == (office.now, agent.id)
    await office.wait(minutes=30)
    assert "breached" not in await office.events(number)


async def test_notes_stay_inside(office: Office) -> None:
    number = await office.file("paid_not_fueled")
    agent = await office.agent("wang")
    await office.write(lambda c: desk.note(c, number, agent, "疑似重复投诉", office.now))
    assert await office.said() == []
    assert await office.events(number) == ["filed", "note"]


async def test_giving_a_ticket_away_leaves_its_owner(office: Office) -> None:
    number = await office.file("paid_not_fueled")
    first, second = await office.agent("first"), await office.agent("second")
    await office.write(lambda c: desk.accept(c, number, first, office.now))
    await office.write(lambda c: desk.assign(c, number, first, second, "我下班了", office.now))
    row = await office.ticket(number)
    assert (row.owner_id, row.assignee_id) == (first.id, second.id)


async def test_what_does_not_exist_cannot_be_worked_on(office: Office) -> None:
    agent = await office.agent("wang")
    with pytest.raises(NotFound):
        await office.write(lambda c: desk.accept(c, "YB0000000000", agent, office.now))


async def test_an_agent_files_a_ticket_once_and_answers_for_it(office: Office) -> None:
    agent = await office.agent("wang")
    conversation_id = await office.customer("anna")
    wanted = desk.DeskTicket("coupon_not_received", "客户来电：券没到", said=("券没到",), demand="补发")

    def file(key: str, what: desk.DeskTicket) -> Callable[[Connection], TicketRow]:
        def work(connection: Connection) -> TicketRow:
            conversation = conversations.require(connection, conversation_id, lock=True)
            return desk.file(connection, conversation, agent, what, key, office.now)

        return work

    first = await office.write(file("k1", wanted))
    assert await office.write(file("k1", wanted)) == first
    assert rules.is_ticket_number(first.number)
    assert (first.owner_id, first.first_response_at, first.details["demand"]) == (agent.id, office.now, "补发")
    assert [first.number in s for s in await office.said()] == [True]
    with pytest.raises(WrongStatus, match=first.number):
        await office.write(file("k2", wanted))
    second = await office.write(file("k2", replace(wanted, anyway=True)))
    assert second.number != first.number


def test_no_two_ways_to_a_number_meet() -> None:
    turns = {rules.ticket_number(turn, place) for turn in range(1, 40) for place in range(61)}
    desks = [rules.ticket_number(serial, rules.DESK_INDEX) for serial in range(1, 40)]
    parents = [rules.parent_number(n) for n in (*desks, *(rules.ticket_number(t, 5) for t in range(1, 40)))]
    assert len({*turns, *desks, *parents}) == len(turns) + len(desks) + len(parents)
