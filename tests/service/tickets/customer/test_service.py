"""What customers do with their own tickets, and with nobody else's."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import Connection

from contracts.effects import AddToTicket
from contracts.errors import NotFound
from contracts.taxonomy import load_taxonomy
from contracts.tickets import CustomerAction, TicketStatus, read_ticket_payload, ticket_payload
from service.clock import CHINA
from service.conversations import service as conversations
from service.tickets import service as tickets
from service.tickets.customer import rules
from service.tickets.customer import service as customer
from service.tickets.desk import service as desk
from tests.service.tickets.conftest import Office


async def test_somebody_elses_ticket_does_not_exist(office: Office) -> None:
    number = await office.file("paid_not_fueled", "anna")
    reply = await office.press(CustomerAction.WITHDRAW, number, "bob")
    assert "没有找到这张工单" in reply.text
    assert (await office.ticket(number)).status is TicketStatus.ACCEPTED
    conversation_id = await office.customer("bob")
    with pytest.raises(NotFound):
        await office.database.read(lambda c: customer.owned(c, conversations.require(c, conversation_id), number))


async def test_withdraw_and_reopen(office: Office) -> None:
    number = await office.file("paid_not_fueled")
    assert "已撤销" in (await office.press(CustomerAction.WITHDRAW, number)).text
    again = await office.press(CustomerAction.WITHDRAW, number)
    assert "已撤销" in again.text
    assert "不用撤销" in again.text
    await office.wait(hours=5)
    assert await office.said() == [], "nobody is promised anything any more"
    reply = await office.press(CustomerAction.REOPEN, number)
    assert "已重新打开" in reply.text
    assert [b.title for b in reply.buttons] == ["催一下", "为什么是这个时间"]


async def test_the_third_urge_reaches_the_supervisor(office: Office) -> None:
    number = await office.file("paid_not_fueled")
    for _ in range(2):
        await office.press(CustomerAction.URGE, number)
    assert "escalated" not in await office.events(number)
    await office.add(number, "urge", "怎么还没好")
    assert (await office.ticket(number)).urges == 3
    assert await office.events(number) == ["filed", "urge", "urge", "urge", "escalated"]


async def test_pressing_what_no_longer_fits_is_said(office: Office) -> None:
    number = await office.file("paid_not_fueled")
    assert "不需要确认" in (await office.press(CustomerAction.CONFIRM, number)).text
    assert "不需要重新打开" in (await office.press(CustomerAction.REOPEN, number)).text
    assert (await office.ticket(number)).status is TicketStatus.ACCEPTED


async def test_why_this_time(office: Office) -> None:
    office.now = datetime(2026, 11, 20, 17, 0, tzinfo=CHINA)  # a Friday
    number = await office.file("coupon_not_received")
    text = (await office.press(CustomerAction.WHY, number)).text
    assert "1 个工作日内" in text
    assert "中间有 2 天休息日" in text
    assert "11月23日 18:00" in text
    quality = await office.file("oil_quality_complaint")
    assert "需要抽样检测" in (await office.press(CustomerAction.WHY, quality)).text
    agent = await office.agent("wang")
    await office.write(lambda c: desk.ask(c, number, agent, "哪张券？", office.now))
    assert "等您补充" in (await office.press(CustomerAction.WHY, number)).text


async def test_what_the_customer_sees_of_it(office: Office) -> None:
    number = await office.file("paid_not_fueled")
    agent = await office.agent("wang", department="station")
    await office.write(lambda c: desk.accept(c, number, agent, office.now))
    await office.write(lambda c: desk.note(c, number, agent, "这个客户常投诉", office.now))
    await office.write(lambda c: desk.pass_on(c, number, agent, None, "内部说明", office.now))
    await office.press(CustomerAction.URGE, number)
    events = await office.database.read(lambda c: tickets.events(c, number))
    nodes = rules.nodes(load_taxonomy(), events)
    assert [n.title for n in nodes] == ["已受理", "专人接手", "转到财务部", "您催办了一次"]
    assert not any("常投诉" in str(n) or "内部" in str(n) for n in nodes)


@pytest.mark.parametrize("payload", [None, "", "ticket", "ticket:reopen", "ticket:reopen:", "ticket:eat:YB1", "human"])
def test_other_payloads_are_no_actions(payload: str | None) -> None:
    assert read_ticket_payload(payload) is None


def test_payloads_are_read_as_they_were_written() -> None:
    for action in CustomerAction:
        assert read_ticket_payload(ticket_payload(action, "YB0000000641")) == (action, "YB0000000641")


async def test_a_correction_takes_the_place_of_what_stood_there(office: Office) -> None:
    number = await office.file("paid_not_fueled")
    before = await office.ticket(number)
    conversation_id = await office.customer("anna")

    def correct(connection: Connection) -> None:
        conversation = conversations.require(connection, conversation_id, lock=True)
        effect = AddToTicket(number, "correction", "不是前天是昨天", ("77",), "昨天城北站的那单")
        tickets.add(connection, conversation, effect, office.now)

    await office.write(correct)
    after = await office.ticket(number)
    assert (after.summary, list(after.order_ids)) == ("昨天城北站的那单", ["77"])
    event = (await office.database.read(lambda c: tickets.events(c, number)))[-1]
    assert event.kind == "correction"
    assert event.data["before"] == {"summary": before.summary, "order_ids": list(before.order_ids)}
    assert after.due_at == before.due_at
