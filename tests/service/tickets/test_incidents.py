"""One cause, many customers: one P0 ticket, all are told when it starts and when it is over."""

from __future__ import annotations

from contracts.tickets import TicketStatus
from service.tickets import service as tickets
from service.tickets.desk import service as desk
from service.tickets.incidents import service as incidents
from service.tickets.service import Circumstances
from tests.service.tickets.conftest import Office

AT_STATION = Circumstances(station_id="S001")


async def _parent(office: Office) -> str | None:
    live = await office.database.read(incidents.all_live)
    return live[0].number if live else None


async def test_five_customers_in_ten_minutes_make_one_incident(office: Office) -> None:
    numbers = []
    for n in range(4):
        numbers.append(await office.file("app_error", f"c{n}", details={"error_code": "E500"}))
        await office.wait(minutes=1)
    numbers.append(await office.file("app_error", "c0", details={"error_code": "e500"}))
    await office.wait(seconds=1)
    assert await _parent(office) is None, "the same customer twice is one customer"
    numbers.append(await office.file("app_error", "c4", details={"error_code": "E500"}))
    await office.wait(seconds=1)
    parent = await _parent(office)
    assert parent is not None
    row = await office.ticket(parent)
    assert (row.priority, row.department, row.conversation_id) == ("P0", "tech", None)
    assert {(await office.ticket(n)).parent_number for n in numbers} == {parent}
    for n in range(5):
        assert sum("多位车主遇到同样问题" in s for s in await office.said(f"c{n}")) == 1 + (n == 0)
    later = await office.file("app_error", "late", details={"error_code": "E500"})
    await office.wait(seconds=1)
    assert (await office.ticket(later)).parent_number == parent
    assert await _parent(office) == parent

    agent = await office.agent("wang", department="tech")
    await office.write(lambda c: desk.accept(c, parent, agent, office.now))
    await office.write(lambda c: desk.solve(c, parent, agent, "服务器已恢复。", None, None, office.now))
    await office.wait(minutes=12)
    assert await _parent(office) is None
    for name, number in [*((f"c{n}", x) for n, x in zip((1, 2, 3, 4), (*numbers[1:4], numbers[5]), strict=True))]:
        assert "服务器已恢复" in (await office.said(name))[-1]
        assert (await office.ticket(number)).status is TicketStatus.SOLVED


async def test_money_of_each_customer_is_settled_by_itself(office: Office) -> None:
    numbers = [await office.file("paid_not_fueled", f"c{n}", AT_STATION) for n in range(5)]
    await office.wait(seconds=2)
    parent = await _parent(office)
    assert parent is not None
    agent = await office.agent("wang")
    await office.write(lambda c: desk.solve(c, parent, agent, "油机已修好。", None, None, office.now))
    await office.wait(minutes=12)
    assert {(await office.ticket(n)).status for n in numbers} == {TicketStatus.ACCEPTED}
    assert any("款项还在继续" in s for s in await office.said("c0"))


async def test_other_stations_slow_reports_and_wishes_make_none(office: Office) -> None:
    for n in range(5):
        await office.file("station_complaint", f"a{n}", Circumstances(station_id=f"S00{n}"))
        await office.file("suggestion", f"b{n}", AT_STATION)
        await office.file("coupon_unusable", f"d{n}", AT_STATION)
        await office.wait(minutes=6)
    assert await _parent(office) is None


async def test_a_reopened_incident_goes_on(office: Office) -> None:
    for n in range(5):
        await office.file("paid_not_fueled", f"c{n}", AT_STATION)
    await office.wait(seconds=2)
    parent = await _parent(office)
    assert parent is not None
    agent = await office.agent("wang")
    await office.write(lambda c: desk.solve(c, parent, agent, "已修好。", None, None, office.now))
    assert await _parent(office) is None
    await office.write(lambda c: tickets.advance(c, parent, TicketStatus.REOPENED, "又坏了", "wang", office.now))
    assert await _parent(office) == parent
