"""How progress reaches the customer: the first change at once, the next ones together, nothing in the night."""

from __future__ import annotations

from datetime import datetime, timedelta

from contracts.tickets import CustomerAction, TicketStatus, ticket_payload
from service.clock import CHINA
from service.conversations import service as conversations
from service.tickets import service as tickets
from service.tickets.desk import service as desk
from tests.service.tickets.conftest import MONDAY, Office


async def test_changes_within_ten_minutes_arrive_as_one_message(office: Office) -> None:
    number = await office.file("paid_not_fueled")
    wang, li = await office.agent("wang", department="station"), await office.agent("li")
    await office.write(lambda c: desk.accept(c, number, wang, office.now))
    assert len(await office.said()) == 1
    await office.wait(minutes=2)
    await office.write(lambda c: desk.pass_on(c, number, wang, None, "油枪没有出油记录", office.now))
    await office.wait(minutes=2)
    await office.write(lambda c: desk.accept(c, number, li, office.now))
    await office.wait(minutes=2)
    await office.write(lambda c: desk.solve(c, number, li, "200 元已原路退回。", None, None, office.now))
    assert len(await office.said()) == 1
    await office.at(MONDAY + timedelta(minutes=10))
    said = await office.said()
    assert len(said) == 2
    assert [word in said[1] for word in ("财务部审核", "工号", "200 元已原路退回", "问题解决了吗")] == [True] * 4
    rows = await office.database.read(lambda c: conversations.last_messages(c, office.conversations["anna"], 1))
    card, buttons = rows[0].card, rows[0].buttons
    assert card is not None
    assert buttons is not None
    assert card["status"] == "solved"
    assert [b["payload"] for b in buttons] == [
        ticket_payload(CustomerAction.CONFIRM, number),
        ticket_payload(CustomerAction.REOPEN, number),
    ]


async def test_the_night_is_quiet_below_p1_and_the_card_is_true_all_the_same(office: Office) -> None:
    late = datetime(2026, 11, 23, 22, 30, tzinfo=CHINA)
    office.now = late
    small, urgent = await office.file("coupon_not_received"), await office.file("paid_not_fueled")
    agent = await office.agent("wang")
    await office.write(lambda c: desk.accept(c, small, agent, office.now))
    assert await office.said() == []
    await office.write(lambda c: desk.accept(c, urgent, agent, office.now))
    assert len(await office.said()) == 1
    old = [{"card": {"type": "ticket", "number": small, "title": "加油券没到", "status": "accepted"}}, {"text": "x"}]
    shown = await office.database.read(lambda c: tickets.cards(c, old))
    assert (shown[0]["card"]["status"], shown[0]["card"]["title"]) == ("checking", "加油券没到")
    assert shown[1] == {"text": "x"}
    await office.write(lambda c: desk.solve(c, urgent, agent, "好了。", None, None, office.now))
    await office.at(datetime(2026, 11, 24, 7, 59, tzinfo=CHINA))
    assert not any(small in s for s in await office.said())
    await office.at(datetime(2026, 11, 24, 8, 0, tzinfo=CHINA))
    assert sum(small in s for s in await office.said()) == 1


async def test_a_broken_promise_does_not_wait_for_the_others(office: Office) -> None:
    number = await office.file("paid_not_fueled")
    agent = await office.agent("wang")
    await office.at(MONDAY + timedelta(minutes=4))
    await office.write(lambda c: desk.accept(c, number, agent, office.now))
    await office.at(MONDAY + timedelta(minutes=119))
    await office.write(lambda c: desk.pass_on(c, number, agent, None, "", office.now))
    await office.at(MONDAY + timedelta(minutes=120))
    assert "没有做到" in (await office.said())[-1]


async def test_nobody_waits_in_silence_for_longer_than_his_priority_allows(office: Office) -> None:
    number = await office.file("oil_quality_complaint")
    agent = await office.agent("wang", department="station")
    await office.write(lambda c: desk.accept(c, number, agent, office.now))
    await office.wait(hours=4)
    assert "没有忘记您的问题" in (await office.said())[-1]
    before = len(await office.said())
    await office.at(datetime(2026, 11, 24, 10, 0, tzinfo=CHINA))
    assert len(await office.said()) > before
    row = await office.ticket(number)
    assert row.status is TicketStatus.CHECKING
    assert row.breaches == 0


async def test_what_an_agent_writes_himself_is_not_held_back(office: Office) -> None:
    number = await office.file("coupon_not_received")
    agent = await office.agent("wang")
    await office.write(lambda c: desk.accept(c, number, agent, office.now))
    await office.write(lambda c: desk.answer(c, number, agent, "券已经补发，请刷新券包。", office.now))
    assert "券已经补发" in (await office.said())[-1]
