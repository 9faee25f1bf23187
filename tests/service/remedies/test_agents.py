"""What agents ask for: within their authority at once, above it with somebody else's yes, everything audited."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select, text

from contracts.errors import NotFound
from contracts.remedies import RemedyKind
from service.agents.rules import Role
from service.agents.service import AgentRow
from service.delivery.models import outbox
from service.remedies import service as remedies
from service.remedies.service import KeyReused, NotAllowed, RemedyRow, RemedyStatus, Wanted, WrongState
from tests.service.desk import CUSTOMER, Desk

SORRY = Wanted(RemedyKind.GRANT_COUPON, "站点服务不当", amount_fen=500, cause="bad_service")
MORE = Wanted(RemedyKind.GRANT_COUPON, "站点服务不当", amount_fen=2_000, cause="bad_service")


async def _request(desk: Desk, agent: AgentRow, wanted: Wanted, key: str = "k1") -> RemedyRow:
    return await desk.database.write(lambda c: remedies.request(c, agent, CUSTOMER, key, wanted, "gold", desk.now))


async def test_within_his_authority_it_is_done_and_the_customer_told(desk: Desk) -> None:
    agent = await desk.agent("anna", Role.AGENT)
    row = await _request(desk, agent, SORRY)
    assert row.status is RemedyStatus.PENDING
    await desk.work_until_quiet()
    assert (await desk.rows())[0].status is RemedyStatus.DONE
    assert (await desk.said())[0].startswith("已为您发放5元无门槛加油券")
    assert any(c.value_fen == 500 and c.status == "usable" for c in await desk.platform.coupons(CUSTOMER))


async def test_the_same_key_is_the_same_request(desk: Desk) -> None:
    agent = await desk.agent("anna", Role.AGENT)
    first = await _request(desk, agent, SORRY)
    assert await _request(desk, agent, SORRY) == first
    with pytest.raises(KeyReused):
        await _request(desk, agent, MORE)
    await desk.work_until_quiet()
    assert desk.line.calls == 1


async def test_above_it_another_person_with_authority_decides(desk: Desk) -> None:
    agent = await desk.agent("anna", Role.AGENT)
    colleague = await desk.agent("bert", Role.AGENT)
    boss = await desk.agent("carl", Role.SUPERVISOR)
    row = await _request(desk, agent, MORE)
    assert (row.status, row.approver) == (RemedyStatus.WAITING_APPROVAL, "supervisor")
    for person, why in ((agent, "自己提交"), (colleague, "审批权限")):
        with pytest.raises(NotAllowed, match=why):
            await desk.database.write(lambda c, p=person: remedies.approve(c, p, row.id, "", desk.now))
    await desk.work_until_quiet()
    assert desk.line.calls == 0
    approved = await desk.database.write(lambda c: remedies.approve(c, boss, row.id, "情况属实", desk.now))
    assert (approved.status, approved.decided_by) == (RemedyStatus.PENDING, "carl")
    await desk.work_until_quiet()
    assert (await desk.rows())[0].status is RemedyStatus.DONE
    with pytest.raises(WrongState):
        await desk.database.write(lambda c: remedies.approve(c, boss, row.id, "", desk.now))


async def test_a_supervisor_does_not_approve_his_own(desk: Desk) -> None:
    boss = await desk.agent("carl", Role.SUPERVISOR)
    row = await _request(desk, boss, MORE)
    assert row.status is RemedyStatus.PENDING, "it is within his own authority"


async def test_a_refused_one_of_a_flow_is_told_one_of_a_colleague_is_not(desk: Desk) -> None:
    agent, boss = await desk.agent("anna", Role.AGENT), await desk.agent("carl", Role.SUPERVISOR)
    await desk.ask(kind="refund", target_id="x", amount_fen=99_999, cause="duplicate_charge")
    await _request(desk, agent, MORE)
    for row in await desk.rows():
        await desk.database.write(lambda c, i=row.id: remedies.refuse(c, boss, i, "金额对不上", desk.now))
    assert await desk.said() == ["退款没有通过审批：金额对不上。如果您有不同意见，可以回复“转人工”。"]


async def test_what_the_policy_does_not_know_is_not_given_by_anybody(desk: Desk) -> None:
    boss = await desk.agent("carl", Role.ADMIN)
    wanted = Wanted(RemedyKind.GRANT_POINTS, "朋友", points=100_000)
    with pytest.raises(NotAllowed, match="原因"):
        await _request(desk, boss, wanted)
    assert await desk.rows() == []


async def test_a_ticket_of_somebody_else_is_not_named(desk: Desk) -> None:
    agent = await desk.agent("anna", Role.AGENT)
    wanted = Wanted(RemedyKind.GRANT_COUPON, "x", amount_fen=500, cause="bad_service", ticket_number="YB0000000010")
    with pytest.raises(NotFound):
        await _request(desk, agent, wanted)


async def test_one_without_an_answer_can_be_tried_again(desk: Desk) -> None:
    agent = await desk.agent("anna", Role.AGENT)
    desk.line.cut_before = 8
    row = await _request(desk, agent, SORRY)
    await desk.work_until_quiet()
    assert (await desk.rows())[0].status is RemedyStatus.FAILED
    await desk.database.write(lambda c: remedies.retry(c, agent, row.id, desk.now))
    await desk.work_until_quiet()
    assert (await desk.rows())[0].status is RemedyStatus.DONE
    with pytest.raises(WrongState):
        await desk.database.write(lambda c: remedies.retry(c, agent, row.id, desk.now))


async def test_how_long_it_is_valid_is_the_policy_s_word(desk: Desk) -> None:
    agent = await desk.agent("anna", Role.AGENT)
    row = await _request(desk, agent, replace(SORRY, details={"valid_days": 3000, "note": "x"}))
    assert row.details == {"valid_days": 30, "note": "x"}


async def test_a_request_that_breaks_the_client_ends_with_people(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_arguments: object) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr(desk.line, "perform", broken)
    await _request(desk, await desk.agent("anna", Role.AGENT), SORRY)
    await desk.work_until_quiet()
    [row] = await desk.rows()
    assert (row.status, row.reason, row.attempts) == (RemedyStatus.FAILED, "ValueError: a bug", 8)


async def test_people_are_alerted_when_one_waits_or_fails(desk: Desk) -> None:
    agent = await desk.agent("anna", Role.AGENT)
    waiting = await _request(desk, agent, MORE)
    desk.line.cut_before = 8
    failing = await _request(desk, agent, Wanted(RemedyKind.FREEZE_ACCOUNT, "客户要求"), "k2")
    await desk.work_until_quiet()
    query = select(outbox.c.payload).where(outbox.c.topic == "alert").order_by(outbox.c.id)
    shown = await desk.database.read(lambda c: list(c.execute(query).scalars()))
    alerts = [(a["remedy_id"], a["status"]) for a in shown if a["type"] == "remedy"]
    assert alerts == [(waiting.id, "waiting_approval"), (failing.id, "failed")]


async def test_everything_is_audited(desk: Desk) -> None:
    agent, boss = await desk.agent("anna", Role.AGENT), await desk.agent("carl", Role.SUPERVISOR)
    row = await _request(desk, agent, MORE)
    await desk.database.write(lambda c: remedies.approve(c, boss, row.id, "", desk.now))
    await desk.work_until_quiet()
    query = text("SELECT actor, action FROM audit_log WHERE action LIKE 'remedy%' ORDER BY id")
    lines = await desk.database.read(lambda c: [tuple(r) for r in c.execute(query)])
    assert lines == [
        ("anna", "remedy.waiting_approval"),
        ("carl", "remedy.approve"),
        ("platform", "remedy.done"),
    ]
