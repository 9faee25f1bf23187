"""Robots against stand-ins of the three chats: form, signature, pace, retry, dead letter; nothing is told twice."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from contracts.tickets import CustomerAction
from service.agents.rules import Role
from service.gateways.outside.client import GuardedPost
from service.robots import rules
from service.robots import service as robots
from service.robots.worker import RobotWorker
from service.tickets.desk import service as desk
from service.tickets.service import Circumstances
from tests.service.robots.conftest import BASE, SECRET, World
from tests.stand_in.robots import Group


@pytest.mark.parametrize("kind", rules.KINDS)
async def test_each_chat_takes_the_message_under_its_signature(world: World, kind: str) -> None:
    group = world.platform.group(kind, "k1", None if kind == "wecom" else SECRET, keyword="油伴")
    robot = await world.robot(group)
    number = await world.office.file("paid_not_fueled", summary="钱扣了没加上，电话 13812345678，车牌云A12345")
    await world.tell()
    assert len(group.texts) == 1
    assert f"{BASE}/console/m/{number}" in group.texts[0]
    assert "13812345678" not in group.texts[0]
    assert "云A12345" not in group.texts[0]
    assert await world.states(robot) == {"sent": 1}
    with pytest.raises(robots.BadRobot, match="秒后再试"):
        await world.worker.test(robot.id)
    world.office.now += timedelta(seconds=rules.GAP_SECONDS)
    assert (await world.worker.test(robot.id)).ok
    assert "测试消息" in str(group.bodies[1])


@pytest.mark.parametrize("kind", ["dingtalk", "feishu"])
async def test_a_wrong_secret_is_given_up_at_once_and_replayed_once_it_is_right(world: World, kind: str) -> None:
    group = world.platform.group(kind, "k1", SECRET)
    robot = await world.robot(group, secret="another-secret")
    await world.office.file("paid_not_fueled")
    await world.tell()
    (call,) = await world.calls(robot)
    assert (call.status, call.attempts) == ("dead", 1)
    assert "签名" in str(call.answer)
    now = world.office.now
    changed = await world.office.write(
        lambda c: robots.change(c, robot.id, {"secret": SECRET}, "boss", now, private=True)
    )
    assert changed.problem is None
    await world.office.write(lambda c: robots.replay(c, call.id, "boss", now))
    await world.tell()
    assert await world.states(robot) == {"sent": 1}
    assert len(group.texts) == 1


async def test_what_waits_meanwhile_is_one_digest_and_the_pace_is_kept(world: World) -> None:
    group = world.platform.group("wecom", "k1")
    robot = await world.robot(group, events=["filed"])
    numbers = []
    for n in range(60):
        numbers.append(await world.office.file("invoice_problem", name=f"customer-{n}"))
        await world.later(1.0)
    await world.later(rules.GAP_SECONDS)
    assert await world.states(robot) == {"sent": 60}
    assert 60 / rules.GAP_SECONDS - 3 < group.tries <= 20
    assert all(any(number in text for text in group.texts) for number in numbers)


async def test_being_told_to_slow_down_costs_no_try(world: World) -> None:
    group = world.platform.group("dingtalk", "k1", SECRET)
    robot = await world.robot(group)
    group.sent.extend([world.office.now.timestamp()] * 20)
    await world.office.file("paid_not_fueled")
    await world.tell()
    (call,) = await world.calls(robot)
    assert (call.status, call.attempts) == ("waiting", 0)
    await world.later(120)
    assert group.texts == []
    await world.later(481)
    assert (await world.states(robot))["sent"] >= 1


async def test_what_fails_is_tried_again_with_growing_pauses_and_given_up_in_the_end(world: World) -> None:
    group = world.platform.group("feishu", "k1")
    robot = await world.robot(group, events=["filed"])
    world.platform.failing[:] = [500, -1, 502]
    await world.office.file("paid_not_fueled")
    await world.tell()
    for seconds in (5, 10, 20):
        await world.later(seconds)
    assert await world.states(robot) == {"sent": 1}
    world.platform.failing[:] = [503] * rules.MAX_ATTEMPTS
    await world.office.file("paid_not_fueled", name="ben")
    for n in range(rules.MAX_ATTEMPTS + 1):
        await world.later(rules.pause(n) + rules.GAP_SECONDS)
    assert await world.states(robot) == {"sent": 1, "dead": 1}
    shown = await world.office.database.read(lambda c: robots.required(c, robot.id))
    assert "503" in str(shown.problem)


async def test_a_redirect_is_not_followed(world: World) -> None:
    group = world.platform.group("wecom", "k1")
    robot = await world.robot(group, url=f"{world.address}/moved")
    await world.office.file("paid_not_fueled")
    await world.tell()
    (call,) = await world.calls(robot)
    assert call.status == "dead"
    assert "没有跟随" in str(call.answer)


async def test_the_own_network_and_plain_http_are_refused(world: World) -> None:
    group = world.platform.group("wecom", "k1")
    for url in ("http://example.com/x", "https://10.0.0.1/x", "https://127.0.0.1/x", "ftp://example.com/"):
        with pytest.raises(robots.BadRobot, match="https"):
            await world.office.write(
                lambda c, url=url: robots.add(c, _values(group, url), "boss", world.office.now, private=False)
            )
    guarded = RobotWorker(world.office.database, GuardedPost(private=False), BASE, lambda: world.office.now)
    robot = await world.robot(group, url="https://localhost/x")
    verdict = await guarded.test(robot.id)
    await guarded.close()
    assert not verdict.ok
    assert "private" in verdict.words


def _values(group: Group, url: str) -> dict[str, Any]:
    values = {"name": "x", "kind": group.kind, "url": url, "secret": None, "scope": "all"}
    return {**values, "department": None, "station_id": None, "events": ["filed"]}


async def test_each_hears_of_its_own_and_muted_ones_of_nothing(world: World) -> None:
    groups = {key: world.platform.group("wecom", key) for key in ("finance", "station-dept", "s1", "s2", "quiet")}
    await world.robot(groups["finance"], scope="department", department="finance")
    await world.robot(groups["station-dept"], scope="department", department="station")
    await world.robot(groups["s1"], scope="station", station_id="S001")
    await world.robot(groups["s2"], scope="station", station_id="S002")
    quiet = await world.robot(groups["quiet"])
    until = world.office.now + timedelta(hours=1)
    await world.office.write(
        lambda c: robots.change(c, quiet.id, {"muted_until": until}, "boss", world.office.now, private=True)
    )
    number = await world.office.file("paid_not_fueled", known=Circumstances(station_id="S001"))
    working = (await world.office.ticket(number)).working
    assert working == "station"
    await world.tell()
    heard = {key for key, group in groups.items() if group.texts}
    assert heard == {"station-dept", "s1"}
    assert await world.states(quiet) == {"muted": 1}
    handler = await world.office.agent("zhan", Role.HANDLER, "station")
    await world.office.write(lambda c: desk.pass_on(c, number, handler, "finance", "请退款", world.office.now))
    await world.later(rules.GAP_SECONDS)
    assert "转到本部门" in groups["finance"].texts[0]
    assert len(groups["station-dept"].texts) == 1


async def test_a_p0_that_nobody_takes_rings_once_and_not_after_it_was_taken(world: World) -> None:
    group = world.platform.group("wecom", "k1")
    robot = await world.robot(group, events=["unaccepted"])
    first = await world.office.file("paid_not_fueled")
    second = await world.office.file("paid_not_fueled", name="ben")
    third = await world.office.file("invoice_problem", name="cleo")
    agent = await world.office.agent("wang")
    await world.office.write(lambda c: desk.accept(c, second, agent, world.office.now))
    await world.office.wait(minutes=4)
    await world.tell()
    assert len(group.texts) == 1
    assert first in group.texts[0]
    assert second not in group.texts[0]
    assert third not in group.texts[0]
    assert (await world.office.ticket(first)).rung_at is not None
    await world.office.write(lambda c: desk.pass_on(c, second, agent, "finance", "", world.office.now))
    await world.office.wait(minutes=4)
    await world.tell()
    assert second in group.texts[1]
    assert (await world.states(robot))["sent"] == 2


async def test_what_was_settled_before_its_turn_is_not_told(world: World) -> None:
    group = world.platform.group("wecom", "k1")
    robot = await world.robot(group, events=["unaccepted"])
    number = await world.office.file("paid_not_fueled")
    await world.office.wait(minutes=4)
    agent = await world.office.agent("wang")
    await world.office.write(lambda c: desk.accept(c, number, agent, world.office.now))
    await world.tell()
    assert group.texts == []
    assert await world.states(robot) == {"past": 1}


async def test_due_overdue_answered_and_urged_reach_the_group(world: World) -> None:
    group = world.platform.group("wecom", "k1")
    robot = await world.robot(group, events=["due_soon", "overdue", "answered", "urged", "reopened"])
    number = await world.office.file("paid_not_fueled")
    agent = await world.office.agent("wang")
    await world.office.write(lambda c: desk.ask(c, number, agent, "请发截图", world.office.now))
    await world.office.add(number, "info", "发了")
    await world.tell()
    await world.office.press(CustomerAction.URGE, number)
    await world.later(rules.GAP_SECONDS)
    for _ in range(18):
        await world.office.wait(minutes=10)
        await world.tell()
    said = "\n".join(group.texts)
    for words in ("客户已答复", "客户催办", "快到时限", "已超时"):
        assert words in said, words
    # A broken promise is told to its owner once, however often it is announced.
    overdue = [c.facts["note"] for c in await world.calls(robot) if c.event == "overdue"]
    assert overdue.count("") == (await world.office.ticket(number)).breaches


async def test_a_process_that_dies_while_sending_gives_the_turn_back(world: World) -> None:
    group = world.platform.group("wecom", "k1")
    robot = await world.robot(group)
    await world.office.file("paid_not_fueled")
    await world.outbox.deliver_once()
    now = world.office.now

    def take(connection: Connection) -> Any:
        return robots.take(connection, robot.id, now)

    assert await world.office.write(take) is not None
    assert await world.office.write(take) is None
    await world.tell()
    assert group.texts == []
    await world.later(rules.HOLD_SECONDS)
    assert len(group.texts) == 1


async def test_an_announcement_carried_out_twice_is_told_once(world: World) -> None:
    group = world.platform.group("wecom", "k1")
    await world.robot(group)
    number = await world.office.file("paid_not_fueled")
    call = {"number": number, "to": "owner", "why": "answered"}
    for _ in range(2):
        await world.worker.note("the-same-id", call)
    await world.tell()
    await world.later(rules.GAP_SECONDS)
    assert "\n".join(group.texts).count("客户已答复") == 1


async def test_neither_log_nor_audit_show_addresses_or_secrets(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="service")
    group = world.platform.group("dingtalk", "a-very-secret-token", SECRET)
    robot = await world.robot(group, secret="wrong-secret-here")
    await world.office.file("paid_not_fueled")
    await world.tell()
    assert "a-very-secret-token" not in repr(robot)
    assert "a-very-secret-token" not in caplog.text
    assert "wrong-secret-here" not in caplog.text


async def test_a_customers_words_are_kept_no_longer_than_they_are_needed(world: World) -> None:
    sent, wrong = world.platform.group("wecom", "k1"), world.platform.group("dingtalk", "k2", SECRET)
    told = await world.robot(sent, events=["filed"])
    failed = await world.robot(wrong, events=["filed"], secret="another-secret")
    await world.office.file("paid_not_fueled", summary="我的油枪没反应")
    await world.tell()
    assert "我的油枪没反应" in sent.texts[0]
    assert [c.facts["summary"] for c in await world.calls(told)] == [""]
    assert [c.facts["summary"] for c in await world.calls(failed)] == ["我的油枪没反应"]
    conversation_id = await world.office.customer("anna")
    await world.office.write(lambda c: robots.erase_words(c, conversation_id))
    assert [c.facts["summary"] for c in await world.calls(failed)] == [""]


async def test_a_p0_customer_whom_nobody_takes_is_told_without_a_word_of_his(world: World) -> None:
    everywhere, service, finance = (world.platform.group("wecom", key) for key in ("all", "service", "finance"))
    await world.robot(everywhere)
    await world.robot(service, scope="department", department="service")
    await world.robot(finance, scope="department", department="finance")
    await world.worker.note("id", {"conversation_id": "c1", "department": None, "why": "p0_unanswered"})
    await world.worker.step()
    assert finance.texts == []
    for group in (everywhere, service):
        assert "P0 无人接单" in group.texts[0]
        assert f"{BASE}/console/conversations/c1" in group.texts[0]


async def test_what_robots_do_not_tell_is_not_written_down(world: World) -> None:
    robot = await world.robot(world.platform.group("wecom", "k1"))
    number = await world.office.file("paid_not_fueled")
    await world.worker.note("a", {"number": number, "why": "silence", "to": "owner"})
    await world.worker.note("b", {"number": "YB-no-such", "why": "urged", "to": "owner"})
    assert await world.calls(robot) == []


async def test_a_robot_muted_now_keeps_what_waits_already_until_it_may_be_heard(world: World) -> None:
    group = world.platform.group("wecom", "k1")
    robot = await world.robot(group, events=["filed"])
    number = await world.office.file("paid_not_fueled")
    await world.outbox.deliver_once()
    await world.outbox.deliver_once()
    assert await world.states(robot) == {"waiting": 1}
    until = world.office.now + timedelta(hours=1)
    await world.office.write(
        lambda c: robots.change(c, robot.id, {"muted_until": until}, "boss", world.office.now, private=True)
    )
    await world.later(600)
    now = world.office.now
    assert await world.office.write(lambda c: robots.take(c, robot.id, now)) is None
    assert group.texts == []
    await world.later(3601)
    assert number in group.texts[0]
    assert await world.states(robot) == {"sent": 1}


async def test_what_was_sent_or_waits_is_not_told_once_more(world: World) -> None:
    group = world.platform.group("wecom", "k1")
    robot = await world.robot(group, events=["filed"])
    await world.office.file("paid_not_fueled")
    await world.tell()
    await world.office.file("invoice_problem", name="ben")
    await world.outbox.deliver_once()
    assert await world.states(robot) == {"sent": 1, "waiting": 1}
    for call in await world.calls(robot):
        with pytest.raises(robots.NothingToReplay, match="不用再发"):
            await world.office.write(lambda c, id=call.id: robots.replay(c, id, "boss", world.office.now))
    assert await world.states(robot) == {"sent": 1, "waiting": 1}
