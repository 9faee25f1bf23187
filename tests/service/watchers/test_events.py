"""The platform speaks: tickets react by themselves, customers hear once, in any order of events."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from contracts.conversation import Owner
from contracts.effects import AddToTicket
from contracts.platform import PlatformEvent, PlatformEventKind
from contracts.tickets import TicketStatus
from service.conversations import service as conversations
from service.handoff import service as handoff
from service.tickets import service as tickets
from service.watchers import service as watchers
from tests.service.desk import CUSTOMER, NOW, Desk

Kind = PlatformEventKind


async def _paid(desk: Desk) -> str:
    return next(o.id for o in await desk.platform.orders(CUSTOMER) if o.status == "paid")


def _event(kind: PlatformEventKind, subject: str, **values: Any) -> PlatformEvent:
    made = PlatformEvent(f"e-{kind.value}-{subject}", kind, NOW, CUSTOMER, subject)
    return replace(made, **values)


async def _tell(desk: Desk, *events: PlatformEvent) -> None:
    await desk.receive(events)
    while await desk.watchers.work_once():
        pass


async def test_the_money_is_back_the_customer_hears_and_the_ticket_is_solved(desk: Desk) -> None:
    [refund] = await desk.platform.refunds(CUSTOMER)
    number = await desk.ticket("refund_progress", refund.order_id)
    desk.platform.trigger(Kind.REFUND_ARRIVED, CUSTOMER)
    await desk.platform_tells()
    said = await desk.said()
    assert said[0] == f"您的退款 180 元已经到账（微信）（订单 {refund.order_id}），请您查收。"
    assert await desk.status(number) is TicketStatus.SOLVED
    assert number in said[1]
    events = await desk.database.read(lambda c: tickets.events(c, number))
    assert [e.data["event"] for e in events if e.kind == "platform"] == ["refund.arrived"]


async def test_it_is_heard_without_a_ticket_too(desk: Desk) -> None:
    desk.platform.trigger(Kind.REFUND_ARRIVED, CUSTOMER)
    await desk.platform_tells()
    assert len(await desk.said()) == 1


async def test_who_never_wrote_has_nothing_to_be_told(desk: Desk) -> None:
    desk.platform.trigger(Kind.REFUND_ARRIVED, "demo-puka-9")
    await desk.platform_tells()
    assert await desk.said() == []
    counted = await desk.database.read(lambda c: c.execute(text("SELECT count(*) FROM contacts")).scalar_one())
    assert counted == 1


@pytest.mark.parametrize(
    ("category", "kind", "slot"),
    [
        ("paid_not_fueled", Kind.ORDER_FUELLED, "order_id"),
        ("coupon_not_received", Kind.COUPON_GRANTED, "coupon_id"),
        ("points_missing", Kind.POINTS_CHANGED, "order_id"),
        ("redeem_code_invalid", Kind.GIFT_CODE_ISSUED, "gift_id"),
        ("redeem_logistics", Kind.GIFT_DELIVERED, "gift_id"),
        ("invoice_problem", Kind.INVOICE_ISSUED, "invoice_id"),
        ("payment_failed", Kind.ORDER_PAID, "order_id"),
    ],
)
async def test_what_puts_a_problem_right_solves_its_ticket(
    desk: Desk, category: str, kind: PlatformEventKind, slot: str
) -> None:
    number = await desk.ticket(category, **{slot: "7001"})
    await _tell(desk, _event(kind, "7002", data={"change": 200}))
    assert await desk.status(number) is TicketStatus.ACCEPTED, "another record is none of its business"
    await _tell(desk, _event(kind, "7001", data={"change": 200}))
    assert await desk.status(number) is TicketStatus.SOLVED
    assert len(await desk.said()) >= 2


async def test_points_that_go_do_not_solve_points_that_are_missing(desk: Desk) -> None:
    number = await desk.ticket("points_missing", "7001")
    await _tell(desk, _event(Kind.POINTS_CHANGED, "7001", data={"change": -200}))
    assert await desk.status(number) is TicketStatus.ACCEPTED
    assert await desk.said() == []


async def test_another_order_s_refund_ends_no_ticket_without_a_record(desk: Desk) -> None:
    number = await desk.ticket("paid_not_fueled")
    await _tell(desk, _event(Kind.REFUND_ARRIVED, "R1", order_id="7001", data={"amount_fen": 100}))
    assert await desk.status(number) is TicketStatus.ACCEPTED


async def test_the_same_event_counts_once_whatever_id_it_has(desk: Desk) -> None:
    arrived = _event(Kind.REFUND_ARRIVED, "R1", order_id="7001", data={"amount_fen": 100})
    await _tell(desk, arrived, arrived)
    await _tell(desk, arrived)
    await _tell(desk, replace(arrived, id="another-id"))
    assert len(await desk.said()) == 1


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_any_order_ends_the_same(desk: Desk, order: tuple[int, ...]) -> None:
    number = await desk.ticket("refund_request", "7001")
    events = [
        _event(Kind.ORDER_CANCELLED, "7001", order_id="7001"),
        _event(Kind.REFUND_SENT, "R1", order_id="7001", data={"amount_fen": 100}),
        _event(Kind.REFUND_ARRIVED, "R1", order_id="7001", data={"amount_fen": 100}),
    ]
    for place in order:
        await _tell(desk, events[place])
    assert await desk.status(number) is TicketStatus.SOLVED
    said = [line for line in await desk.said() if "工单" not in line]
    assert said[-1].startswith("您的退款 1 元已经到账"), "nothing older is told after it"
    assert len(said) == order.index(2) + 1


async def test_an_event_just_before_the_ticket_counts_for_it(desk: Desk) -> None:
    await _tell(desk, _event(Kind.ORDER_FUELLED, "7001", order_id="7001"))
    number = await desk.ticket("paid_not_fueled", "7001")
    await _tell(desk)
    assert await desk.status(number) is TicketStatus.SOLVED


async def _reissued(desk: Desk) -> str:
    """A flow gave the overdue coupon by policy; the platform tells of it."""
    coupon = next(c for c in await desk.platform.coupons(CUSTOMER) if c.status == "pending")
    number = await desk.ticket("coupon_not_received", coupon_id=coupon.id)
    await desk.ask(
        kind="reissue_coupon",
        target_id=coupon.id,
        amount_fen=coupon.value_fen,
        cause="coupon_overdue",
        ticket_number=number,
    )
    await desk.work_until_quiet()
    await desk.platform_tells()
    return number


async def test_what_our_own_remedy_did_is_told_once_and_ends_the_ticket_a_little_later(desk: Desk) -> None:
    number = await _reissued(desk)
    assert sum("优惠券" in line for line in await desk.said()) == 1
    assert await desk.status(number) is TicketStatus.ACCEPTED, "he may have more to say"
    desk.later(minutes=9)
    await desk.platform_tells()
    assert await desk.status(number) is TicketStatus.ACCEPTED
    desk.later(minutes=1, seconds=1)
    await desk.platform_tells()
    assert await desk.status(number) is TicketStatus.SOLVED
    assert "问题解决了吗" in (await desk.said())[-1]


async def test_a_reopened_ticket_is_given_again(desk: Desk) -> None:
    number = await desk.ticket("redeem_code_invalid", gift_id="G1")
    await _tell(desk, _event(Kind.GIFT_CODE_ISSUED, "G1"))
    for status in (TicketStatus.REOPENED, TicketStatus.CHECKING):
        await desk.database.write(lambda c, s=status: tickets.advance(c, number, s, "", "customer", desk.now))
    await desk.ask(kind="freeze_account")
    [row] = await desk.rows()
    await _tell(desk, _event(Kind.GIFT_CODE_ISSUED, "G1", id="again", data={"key": row.key}))
    assert await desk.status(number) is TicketStatus.CHECKING
    desk.later(minutes=11)
    await desk.platform_tells()
    assert await desk.status(number) is TicketStatus.SOLVED


async def test_who_says_that_it_did_not_help_is_not_told_that_it_is_solved(desk: Desk) -> None:
    number = await _reissued(desk)
    again = AddToTicket(number, "again", "还是没看到")

    def work(connection: Any) -> None:
        tickets.add(connection, conversations.require(connection, desk.conversation_id), again, desk.now)

    desk.later(minutes=3)
    await desk.database.write(work)
    desk.later(minutes=30)
    await desk.platform_tells()
    assert await desk.status(number) is TicketStatus.ACCEPTED


async def test_a_withdrawn_ticket_is_left_alone(desk: Desk) -> None:
    number = await desk.ticket("refund_request", "7001")
    await desk.database.write(lambda c: tickets.advance(c, number, TicketStatus.WITHDRAWN, "", "customer", desk.now))
    await _tell(desk, _event(Kind.REFUND_ARRIVED, "R1", order_id="7001", data={"amount_fen": 100}))
    assert await desk.status(number) is TicketStatus.WITHDRAWN


async def test_a_reopened_ticket_waits_again(desk: Desk) -> None:
    number = await desk.ticket("refund_request", "7001")
    await _tell(desk, _event(Kind.REFUND_ARRIVED, "R1", order_id="7001", data={"amount_fen": 100}))
    for status in (TicketStatus.REOPENED, TicketStatus.CHECKING):
        await desk.database.write(lambda c, s=status: tickets.advance(c, number, s, "", "customer", desk.now))
    await _tell(desk, _event(Kind.REFUND_ARRIVED, "R2", order_id="7001", data={"amount_fen": 50}))
    assert await desk.status(number) is TicketStatus.SOLVED


async def test_an_order_that_was_added_later_is_waited_for(desk: Desk) -> None:
    number = await desk.ticket("paid_not_fueled")
    added = AddToTicket(number, "info", "订单是 7001", ("7001",))

    def work(connection: Any) -> None:
        tickets.add(connection, conversations.require(connection, desk.conversation_id), added, desk.now)

    await desk.database.write(work)
    await _tell(desk, _event(Kind.ORDER_FUELLED, "7001", order_id="7001"))
    assert await desk.status(number) is TicketStatus.SOLVED


async def test_an_event_that_cannot_be_handled_is_tried_again_and_kept(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> None:
        raise RuntimeError("a bug")

    with monkeypatch.context() as patch:
        patch.setattr(watchers, "_customer", broken)
        await _tell(desk, _event(Kind.REFUND_ARRIVED, "R1", data={"amount_fen": 100}))
        desk.later(seconds=10)
        await _tell(desk)
    row = await desk.database.read(
        lambda c: c.execute(text("SELECT status, attempts, problem FROM platform_events")).one()
    )
    assert tuple(row) == ("received", 2, "RuntimeError: a bug")
    desk.later(seconds=10)
    await _tell(desk)
    assert len(await desk.said()) == 1


async def test_at_the_pump_people_come_when_nothing_happens(desk: Desk) -> None:
    order_id = await _paid(desk)
    number = await desk.ticket("paid_not_fueled", order_id)
    desk.later(minutes=4, seconds=50)
    await desk.platform_tells()
    assert await desk.said() == []
    desk.later(seconds=15)
    await desk.platform_tells()
    assert f"订单 {order_id} 还没有加上油" in (await desk.said())[-1]
    [waiting] = await desk.database.read(handoff.waiting)
    assert (waiting.conversation_id, waiting.reason) == (desk.conversation_id, "critical_intent")
    desk.later(minutes=10)
    await desk.platform_tells()
    assert len(await desk.said()) == 1, "said once"
    desk.platform.trigger(Kind.ORDER_FUELLED, CUSTOMER, order_id)
    await desk.platform_tells()
    assert await desk.status(number) is TicketStatus.SOLVED, "the watch goes on after the hand-off"


@pytest.mark.parametrize("kind", [Kind.ORDER_FUELLED, Kind.ORDER_CANCELLED])
async def test_what_the_records_say_counts_when_the_event_was_lost(desk: Desk, kind: PlatformEventKind) -> None:
    order_id = await _paid(desk)
    number = await desk.ticket("paid_not_fueled", order_id)
    desk.later(minutes=4)
    desk.platform.trigger(kind, CUSTOMER, order_id)
    desk.platform.told([e.id for e in desk.platform.tick()])
    desk.later(minutes=1, seconds=1)
    while await desk.watchers.work_once():
        pass
    owner = await desk.database.read(lambda c: conversations.require(c, desk.conversation_id).owner)
    assert owner is Owner.BOT
    solved = kind is Kind.ORDER_FUELLED
    assert (await desk.status(number) is TicketStatus.SOLVED) is solved
    if not solved:
        desk.later(minutes=5)
        await desk.platform_tells()
        assert await desk.status(number) is TicketStatus.SOLVED, "the refund arrived"


async def test_several_workers_call_people_once(desk: Desk) -> None:
    await desk.ticket("paid_not_fueled", await _paid(desk))
    desk.later(minutes=6)
    await asyncio.gather(*(desk.watchers.work_once() for _ in range(4)))
    assert len(await desk.said()) == 1


async def test_watches_and_events_survive_a_restart(desk: Desk, tmp_path: Any) -> None:
    number = await desk.ticket("refund_request", "7001")
    await desk.receive([_event(Kind.REFUND_ARRIVED, "R1", order_id="7001", data={"amount_fen": 100})])
    desk.close()
    again = Desk(tmp_path)
    again.conversation_id = desk.conversation_id
    await again.platform_tells()
    assert await again.status(number) is TicketStatus.SOLVED
    again.close()


async def test_an_outage_is_told_to_those_who_stand_there(desk: Desk) -> None:
    await desk.ticket("paid_not_fueled", await _paid(desk))
    await _tell(desk, _event(Kind.STATION_OUTAGE, "S002", customer_id=None))
    assert await desk.said() == []
    await _tell(desk, _event(Kind.STATION_OUTAGE, "S001", customer_id=None))
    assert "正在抢修" in (await desk.said())[-1]
