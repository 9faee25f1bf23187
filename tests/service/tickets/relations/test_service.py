"""Duplicates, links, and what a solved ticket teaches."""

from __future__ import annotations

import pytest

from contracts.errors import NotFound
from contracts.tickets import CustomerAction, TicketStatus
from service.tickets.desk import service as desk
from service.tickets.life.service import WrongStatus
from service.tickets.relations import service as relations
from tests.service.tickets.conftest import Office


async def test_a_duplicate_becomes_part_of_the_main_ticket(office: Office) -> None:
    main = await office.file("paid_not_fueled", order_ids=("O1",))
    await office.wait(minutes=1)
    double = await office.file("refund_request", order_ids=("O1", "O2"))
    await office.press(CustomerAction.URGE, double)
    await office.write(lambda c: relations.merge(c, double, main, "wang", office.now))
    gone, kept = await office.ticket(double), await office.ticket(main)
    assert (gone.status, gone.merged_into) == (TicketStatus.CLOSED, main)
    assert (list(kept.order_ids), kept.urges) == (["O1", "O2"], 1)
    assert f"以后看工单 {main}" in (await office.said())[-1]
    with pytest.raises(WrongStatus):
        await office.write(lambda c: relations.merge(c, double, main, "wang", office.now))


async def test_tickets_of_two_customers_are_linked_never_merged(office: Office) -> None:
    one, other = await office.file("paid_not_fueled", "anna"), await office.file("paid_not_fueled", "bob")
    with pytest.raises(WrongStatus, match="不是同一位客户"):
        await office.write(lambda c: relations.merge(c, one, other, "wang", office.now))
    for _ in range(2):
        await office.write(lambda c: relations.link(c, other, one, "wang", office.now))
    assert await office.database.read(lambda c: relations.linked(c, one)) == [other]
    assert await office.database.read(lambda c: relations.linked(c, other)) == [one]
    assert await office.said("bob") == []
    for number in (one, "YB0000000000"):
        with pytest.raises((WrongStatus, NotFound)):
            await office.write(lambda c, n=number: relations.link(c, one, n, "wang", office.now))  # type: ignore[misc]


async def test_a_solved_ticket_is_proposed_once_and_settled_once(office: Office) -> None:
    number = await office.file("paid_not_fueled")
    agent = await office.agent("wang")

    def propose(connection):  # type: ignore[no-untyped-def]
        return relations.propose(connection, number, "油枪不出油", "付款后没出油", "重启油机", "wang", office.now)

    with pytest.raises(WrongStatus, match="已解决"):
        await office.write(propose)
    await office.write(lambda c: desk.solve(c, number, agent, "已退款。", None, None, office.now))
    made = await office.write(propose)
    with pytest.raises(WrongStatus, match="提议过"):
        await office.write(propose)
    assert [p.id for p in await office.database.read(lambda c: relations.proposals(c, ["proposed"], 10))] == [made.id]
    await office.write(lambda c: relations.settle(c, made.id, "taken"))
    with pytest.raises(WrongStatus, match="处理过"):
        await office.write(lambda c: relations.settle(c, made.id, "refused"))
    with pytest.raises(NotFound):
        await office.write(lambda c: relations.settle(c, 999, "taken"))
