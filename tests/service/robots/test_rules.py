"""Whom a call concerns, what an answer means, and what a message may never carry."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from service.clock import CHINA
from service.robots import rules
from service.robots.formats import rules as formats
from service.robots.formats.rules import Facts
from service.robots.rules import Addressee, Concern

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=CHINA)
FACTS = Facts(
    event="filed",
    number="YB0000000646",
    title="支付成功未加油",
    priority="P0",
    priority_title="紧急",
    department="财务部",
    due_at=(NOW + timedelta(minutes=95)).isoformat(),
    summary="钱扣了油枪没反应",
    link="https://kefu.example.cn/console/m/YB0000000646",
)
LIST = "https://kefu.example.cn/console/m"


def text_of(kind: str, *told: Facts) -> str:
    return json.dumps(formats.message(kind, told, LIST, NOW), ensure_ascii=False)


@pytest.mark.parametrize(
    ("robot", "concern", "expected"),
    [
        (Addressee("all", None, None, ["filed"]), Concern(frozenset({"ops"})), True),
        (Addressee("all", None, None, ["overdue"]), Concern(frozenset({"ops"})), False),
        (Addressee("department", "ops", None, ["filed"]), Concern(frozenset({"ops", "finance"})), True),
        (Addressee("department", "tech", None, ["filed"]), Concern(frozenset({"ops"})), False),
        (Addressee("station", None, "S001", ["filed"]), Concern(frozenset({"ops"}), "S001"), True),
        (Addressee("station", None, "S001", ["filed"]), Concern(frozenset({"ops"}), "S002"), False),
        (Addressee("station", None, "S001", ["filed"]), Concern(frozenset({"ops"}), None), False),
        (Addressee("department", "ops", None, ["filed"]), Concern(frozenset({"ops"}), None, upward=True), False),
        (Addressee("all", None, None, ["filed"]), Concern(frozenset({"ops"}), None, upward=True), True),
    ],
)
def test_a_robot_tells_what_concerns_its_people(robot: Addressee, concern: Concern, expected: bool) -> None:
    assert rules.concerns(robot, "filed", concern) is expected


@pytest.mark.parametrize("kind", rules.KINDS)
def test_every_format_says_what_whose_until_when_and_where(kind: str) -> None:
    said = text_of(kind, FACTS)
    for part in ("油伴", "新工单", "紧急 P0", "YB0000000646", "支付成功未加油", "财务部", "还有 1 小时 35 分"):
        assert part in said, part
    assert FACTS.link in said


@pytest.mark.parametrize("kind", rules.KINDS)
def test_several_calls_are_one_digest_with_the_most_urgent_first(kind: str) -> None:
    late = replace(FACTS, event="overdue", number="YB2", priority="P1")
    rings = replace(FACTS, event="unaccepted", number="YB3")
    said = text_of(kind, late, FACTS, rings)
    assert "3 件事" in said
    assert said.index("YB3") < said.index("YB0000000646") < said.index("YB2")
    assert LIST in said


def test_a_digest_keeps_within_what_the_chat_takes() -> None:
    many = [replace(FACTS, number=f"YB{n:010d}") for n in range(rules.BATCH)]
    content = formats.message("wecom", many, LIST, NOW)["markdown"]["content"]
    assert len(content.encode()) <= 4096
    shown = content.count("/console/m/YB")
    assert f"另有 {rules.BATCH - shown} 件" in content


@pytest.mark.parametrize("kind", rules.KINDS)
@pytest.mark.parametrize(
    "words",
    ["[点我](http://evil.cn)", "<at id=all></at>", "<@all>", "@13800138000 快来", "https://evil.cn", "**x**\n# y"],
)
def test_a_customers_words_do_not_become_links_or_mentions(kind: str, words: str) -> None:
    said = text_of(kind, replace(FACTS, summary=words))
    for bad in ("(http://evil", "https://evil", "<at", "<@", "@138", "**x**"):
        assert bad not in said


def test_long_words_are_cut() -> None:
    assert len(formats.plain("很长" * 500)) == 120


def test_past_due_times_say_by_how_much() -> None:
    assert formats.due_words((NOW - timedelta(minutes=61)).isoformat(), NOW) == "今天 08:59 前（已超 1 小时 1 分）"
    assert "2 天" in formats.due_words((NOW + timedelta(hours=50)).isoformat(), NOW)


@pytest.mark.parametrize(
    ("kind", "status", "text", "ok", "hold", "final"),
    [
        ("wecom", 200, '{"errcode":0,"errmsg":"ok"}', True, 0, False),
        ("feishu", 200, '{"code":0,"msg":"success"}', True, 0, False),
        ("feishu", 200, '{"StatusCode":0,"StatusMessage":"success"}', True, 0, False),
        ("wecom", 200, '{"errcode":45009,"errmsg":"api freq out of limit"}', False, 60, False),
        ("dingtalk", 200, '{"errcode":130101,"errmsg":"send too fast"}', False, 600, False),
        ("feishu", 200, '{"code":11232,"msg":"frequency limited"}', False, 60, False),
        ("feishu", 200, '{"code":9499,"msg":"too many request"}', False, 60, False),
        ("feishu", 200, '{"code":9499,"msg":"Bad Request"}', False, 0, False),
        ("wecom", 200, '{"errcode":93000,"errmsg":"invalid webhook url"}', False, 0, True),
        ("dingtalk", 200, '{"errcode":310000,"errmsg":"sign not match"}', False, 0, True),
        ("feishu", 200, '{"code":19021,"msg":"sign match fail"}', False, 0, True),
        ("wecom", 200, '{"errcode":-1,"errmsg":"system busy"}', False, 0, False),
        ("wecom", 200, "<html>", False, 0, False),
        ("wecom", 200, '{"errcode":false}', False, 0, False),
        ("wecom", 200, "[]", False, 0, False),
        ("wecom", 302, "", False, 0, True),
        ("wecom", 404, "", False, 0, True),
        ("wecom", 429, "", False, 60, False),
        ("wecom", 503, "", False, 0, False),
        ("wecom", 0, "ConnectTimeout", False, 0, False),
    ],
)
def test_what_an_answer_means(kind: str, status: int, text: str, ok: bool, hold: float, final: bool) -> None:
    found = rules.verdict(kind, status, text)
    assert (found.ok, found.hold, found.final) == (ok, hold, final)
    assert found.words


def test_what_is_no_longer_true_is_not_told() -> None:
    assert not rules.still_true("unaccepted", is_open=True, accepted=True)
    assert rules.still_true("unaccepted", is_open=True, accepted=False)
    assert not rules.still_true("overdue", is_open=False, accepted=True)
    assert rules.still_true("answered", is_open=False, accepted=True)


def test_pauses_grow_and_end() -> None:
    pauses = [rules.pause(n) for n in range(1, rules.MAX_ATTEMPTS)]
    assert pauses == sorted(pauses)
    assert (pauses[0], max(pauses)) == (5, 320)


def test_addresses_and_secrets_show_their_end_alone() -> None:
    assert rules.hint("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a-5aaa") == "qyapi.weixin.qq.com/…5aaa"
    assert rules.secret_hint("SECabcdef") == "…cdef"
    assert rules.secret_hint(None) is None
