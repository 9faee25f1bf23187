"""What a flow asks for: once, within the policy, told to the customer, whatever happens to the line."""

from __future__ import annotations

import asyncio

from sqlalchemy import text

from contracts.conversation import Owner
from service.conversations import service as conversations
from service.handoff import service as handoff
from service.remedies.service import RemedyStatus
from service.tickets import service as tickets
from tests.service.desk import CUSTOMER, Desk


async def _paid(desk: Desk) -> str:
    return next(o.id for o in await desk.platform.orders(CUSTOMER) if o.status == "paid")


async def _pair(desk: Desk) -> str:
    payments = [p for p in await desk.platform.payments(CUSTOMER) if p.kind == "order"]
    ids = [p.order_id for p in payments]
    return next(i for i in ids if i is not None and ids.count(i) == 2)


async def test_what_is_his_by_right_is_done_and_told(desk: Desk) -> None:
    order_id = await _paid(desk)
    said = await desk.ask(kind="cancel_order", target_id=order_id, done="订单取消了，{amount_fen}退回{channel}。")
    assert said is None
    assert await desk.said() == [], "nothing is said before it is done"
    await desk.work_until_quiet()
    assert await desk.said() == ["订单取消了，200 元退回微信。"]
    assert [o.status for o in await desk.platform.orders(CUSTOMER) if o.id == order_id] == ["cancelled"]
    [row] = await desk.rows()
    assert (row.status, row.key, row.attempts) == (RemedyStatus.DONE, "turn:1:r", 0)


async def test_the_same_turn_asks_once(desk: Desk) -> None:
    order_id = await _pair(desk)
    values = {"kind": "refund", "target_id": order_id, "amount_fen": 26_000, "cause": "duplicate_charge"}
    for _ in range(3):
        await desk.ask(turn_id=7, **values)
    await desk.work_until_quiet()
    assert len(await desk.rows()) == 1
    assert len([r for r in await desk.platform.refunds(CUSTOMER) if r.order_id == order_id]) == 1


async def test_a_lost_answer_does_not_act_twice(desk: Desk) -> None:
    order_id = await _pair(desk)
    desk.line.cut_after = 3
    await desk.ask(kind="refund", target_id=order_id, amount_fen=26_000, cause="duplicate_charge")
    await desk.work_until_quiet()
    assert desk.line.calls == 4
    assert len([r for r in await desk.platform.refunds(CUSTOMER) if r.order_id == order_id]) == 1
    said = await desk.said()
    assert len(said) == 2
    assert "暂时没有响应" in said[0]
    assert "260 元" in said[1]


async def test_when_nothing_answers_people_get_it_and_the_customer_hears(desk: Desk) -> None:
    desk.line.cut_before = 100
    await desk.ask(kind="cancel_order", target_id=await _paid(desk))
    await desk.work_until_quiet()
    [row] = await desk.rows()
    assert row.status is RemedyStatus.FAILED
    assert (await desk.said())[-1].startswith("平台一直没有响应，取消订单暂时没有办成")
    waiting = await desk.database.read(handoff.waiting)
    assert [w.conversation_id for w in waiting] == [desk.conversation_id]


async def test_with_a_ticket_its_people_get_it(desk: Desk) -> None:
    order_id = await _paid(desk)
    number = await desk.ticket("paid_not_fueled", order_id)
    desk.line.cut_before = 100
    await desk.ask(kind="cancel_order", target_id=order_id, ticket_number=number)
    await desk.work_until_quiet()
    events = await desk.database.read(lambda c: tickets.events(c, number))
    assert [e.data["status"] for e in events if e.kind == "remedy"] == ["failed"]
    assert number in (await desk.said())[-1]
    owner = await desk.database.read(lambda c: conversations.require(c, desk.conversation_id).owner)
    assert owner is Owner.BOT


async def test_what_the_platform_refuses_is_told_with_its_reason_and_frees_the_limit(desk: Desk) -> None:
    order_id = next(o.id for o in await desk.platform.orders(CUSTOMER) if o.status == "fuelled")
    number = await desk.ticket("duplicate_charge", order_id)
    paid = next(o.paid_fen for o in await desk.platform.orders(CUSTOMER) if o.id == order_id)
    values = {"kind": "refund", "target_id": order_id, "cause": "duplicate_charge", "ticket_number": number}
    await desk.ask(**values, amount_fen=paid + 1)
    await desk.work_until_quiet()
    [row] = await desk.rows()
    assert row.status is RemedyStatus.REFUSED
    assert f"最多还能退 {paid / 100:.2f} 元" in (await desk.said())[-1]
    counted = await desk.database.read(lambda c: c.execute(text("SELECT count(*) FROM compensations")).scalar_one())
    assert counted == 0


async def test_a_target_that_is_none_of_his_is_refused(desk: Desk) -> None:
    await desk.ask(kind="freeze_card", target_id="somebody-else-s-card")
    await desk.work_until_quiet()
    assert (await desk.rows())[0].status is RemedyStatus.REFUSED
    assert "没有这个加油卡" in (await desk.said())[0]


async def test_above_the_policy_it_waits_and_says_so(desk: Desk) -> None:
    said = await desk.ask(kind="refund", target_id=await _pair(desk), amount_fen=99_999, cause="duplicate_charge")
    assert said == "退款需要主管审批，我已经提交，有结果马上告诉您。"
    await desk.work_until_quiet()
    assert desk.line.calls == 0
    assert (await desk.rows())[0].status is RemedyStatus.WAITING_APPROVAL


async def test_without_a_policy_nothing_is_given(desk: Desk) -> None:
    for cause in (None, "because_i_said_so"):
        said = await desk.ask(kind="grant_coupon", amount_fen=999_900, cause=cause)
        assert said is not None
        assert "同事核对" in said
    await desk.work_until_quiet()
    assert desk.line.calls == 0
    assert {r.status for r in await desk.rows()} == {RemedyStatus.REFUSED}


async def test_the_same_cause_again_waits_for_a_person(desk: Desk) -> None:
    gift = next(g for g in await desk.platform.gifts(CUSTOMER) if g.status == "failed")
    values = {"kind": "reissue_code", "target_id": gift.id, "points": gift.points, "cause": "code_missing"}
    assert await desk.ask(**values) is None
    await desk.work_until_quiet()
    assert "新卡密" in (await desk.said())[0]
    assert await desk.ask(**values) is not None
    first, second = await desk.rows()
    assert first.status is RemedyStatus.DONE
    assert second.status is RemedyStatus.REFUSED


async def test_two_workers_carry_it_out_once(desk: Desk) -> None:
    for _ in range(5):
        await desk.ask(kind="freeze_account")
    await asyncio.gather(*(desk.worker.work_once() for _ in range(4)))
    assert desk.line.calls == 5
    assert len(await desk.said()) == 5


async def test_a_crash_between_platform_and_commit_is_repaired(desk: Desk) -> None:
    order_id = await _paid(desk)
    await desk.ask(kind="cancel_order", target_id=order_id)
    [row] = await desk.rows()
    receipt = await desk.platform.perform(row.request, row.key)
    await desk.work_until_quiet()
    assert (await desk.rows())[0].receipt == {"reference": receipt.reference, "data": dict(receipt.data)}
    assert len([r for r in await desk.platform.refunds(CUSTOMER) if r.order_id == order_id]) == 1
    assert len(await desk.said()) == 1
