"""Promises are watched: warnings, broken promises told unasked, escalation, reminders, nobody forgotten."""

from __future__ import annotations

from datetime import timedelta

from contracts.tickets import CustomerAction, TicketStatus
from service.tickets.desk import service as desk
from tests.service.tickets.conftest import MONDAY, Office


async def test_a_broken_promise_is_told_unasked_with_a_new_one_and_goes_up_to_the_supervisor(office: Office) -> None:
    number = await office.file("paid_not_fueled")
    agent = await office.agent("wang")
    await office.write(lambda c: desk.accept(c, number, agent, office.now))
    await office.at(MONDAY + timedelta(hours=2))
    row = await office.ticket(number)
    assert row.breaches == 1
    assert row.due_at == MONDAY + timedelta(hours=3)
    assert "今天 12:00 前给您结果，我们没有做到" in (await office.said())[-1]
    assert "新的时间是 今天 13:00 前" in (await office.said())[-1]
    await office.wait(minutes=25)
    assert (await office.ticket(number)).escalation == 3
    kinds = await office.events(number)
    assert kinds.index("warned") < kinds.index("breached") < kinds.index("escalated")


async def test_who_answered_in_time_is_not_escalated(office: Office) -> None:
    number = await office.file("paid_not_fueled")
    agent = await office.agent("wang")
    await office.wait(minutes=4)
    await office.write(lambda c: desk.accept(c, number, agent, office.now))
    await office.wait(minutes=60)
    assert "breached" not in await office.events(number)


async def test_a_late_first_answer_is_told_once(office: Office) -> None:
    number = await office.file("paid_not_fueled")
    await office.wait(minutes=6)
    late = [s for s in await office.said() if "有人开始处理" in s]
    assert len(late) == 1
    assert (await office.ticket(number)).first_breached_at == MONDAY + timedelta(minutes=5)


async def test_the_clock_stands_still_while_the_customer_is_asked(office: Office) -> None:
    number = await office.file("paid_not_fueled")
    agent = await office.agent("wang")
    await office.wait(minutes=3)
    await office.write(lambda c: desk.ask(c, number, agent, "请发一下付款截图", office.now))
    await office.wait(hours=5)
    assert (await office.ticket(number)).status is TicketStatus.WAITING_CUSTOMER
    assert (await office.ticket(number)).breaches == 0
    await office.add(number, "info", "截图在这里")
    row = await office.ticket(number)
    assert row.status is TicketStatus.ACCEPTED
    assert row.due_at == MONDAY + timedelta(hours=7)


async def test_a_solved_ticket_is_closed_by_confirmation(office: Office) -> None:
    number = await office.file("paid_not_fueled")
    agent = await office.agent("wang")
    await office.write(lambda c: desk.accept(c, number, agent, office.now))
    await office.write(lambda c: desk.solve(c, number, agent, "已退款 200 元。", None, None, office.now))
    await office.wait(minutes=11)
    assert "已退款 200 元" in (await office.said())[-1]
    reply = await office.press(CustomerAction.CONFIRM, number)
    assert "已关闭" in reply.text
    row = await office.ticket(number)
    assert (row.status, row.confirmed) == (TicketStatus.CLOSED, True)


async def test_silence_after_a_reminder_closes_and_one_tap_reopens_with_the_same_owner(office: Office) -> None:
    number = await office.file("paid_not_fueled")
    agent = await office.agent("wang")
    await office.write(lambda c: desk.accept(c, number, agent, office.now))
    await office.write(lambda c: desk.solve(c, number, agent, "已退款。", None, None, office.now))
    await office.wait(hours=24)
    reminded = (await office.ticket(number)).reminded_at
    assert reminded == MONDAY + timedelta(hours=24)
    await office.wait(hours=71)
    assert (await office.ticket(number)).status is TicketStatus.SOLVED
    await office.wait(hours=1)
    assert (await office.ticket(number)).status is TicketStatus.CLOSED
    reply = await office.press(CustomerAction.REOPEN, number, note="还是没到账")
    row = await office.ticket(number)
    assert (row.status, row.owner_id, row.assignee_id) == (TicketStatus.REOPENED, agent.id, agent.id)
    assert f"工号 {agent.number}" in reply.text
    assert row.due_at == office.now + timedelta(hours=2)
