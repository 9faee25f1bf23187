"""Tables of rules over HTTP: what is wrong is said in the editor's words; two editors do not overwrite one another."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from service.channels.settings import rules
from service.feedback import service as feedback
from tests.stack import Agent, Customer, Stack


@pytest.fixture(scope="module")
def boss(service_only: Stack) -> Agent:
    return Agent.enter(service_only, "settings-boss", "supervisor")


def table(boss: Agent, name: str) -> dict[str, Any]:
    return dict(boss.get(f"/policies/{name}").json())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"amounts": {"puka": 0, "gold": 1, "platinum": 1, "diamond": 1}}, "要大于 0"),
        ({"approver": "assistant", "authority": "agent"}, "审批人的级别"),
        ({"percent": 500}, "比例"),
        ({"repeat_days": 9999}, "重复间隔"),
        ({"valid_days": -1}, "有效期"),
    ],
)
def test_the_row_and_what_is_wrong_with_it_are_named(boss: Agent, change: dict[str, Any], words: str) -> None:
    rows = table(boss, "compensation")["rows"]
    rows[0] = {**rows[0], **change}
    answer = boss.put("/policies/compensation", {"rows": rows, "note": "试一试"})
    assert answer.status_code == 422
    message = answer.json()["error"]["message"]
    assert rows[0]["title"] in message
    assert words in message


def test_a_number_out_of_its_limits_is_told_with_them() -> None:
    rows = [{"id": "goal_seconds", "title": "达标时间"}]
    words = rules.problem_words("office: goal_seconds: a number from 10 to 600 is expected", rows)
    assert words == "“达标时间”：要在 10 到 600 之间"
    assert rules.problem_words("something new", []) == "有一行：内容不对，请检查后再提交"


def test_who_edited_an_old_version_is_told_and_nothing_is_lost(boss: Agent) -> None:
    opened = table(boss, "root_causes")
    assert opened["shipped"] == opened["rows"] or opened["version"] > 0
    body = {"rows": opened["rows"], "note": "第一位", "base": opened["version"]}
    published = boss.put("/policies/root_causes", body)
    assert published.json()["version"] == opened["version"] + 1
    late = boss.put("/policies/root_causes", {**body, "note": "第二位"})
    assert late.status_code == 409
    assert "settings-boss" in late.json()["error"]["message"]
    assert table(boss, "root_causes")["history"][0]["note"] == "第一位"


def test_articles_that_do_not_help_come_first(service_only: Stack, boss: Agent) -> None:
    for number in range(3):
        customer = Customer.enter(service_only, f"demo-gold-feedback{number}")
        body = {"article_id": "multi_device", "solved": False}
        url = f"{service_only.url}/api/v1/widget/feedback"
        httpx.post(url, json=body, headers=customer.headers, timeout=20).raise_for_status()
    items = boss.get("/knowledge/articles", sort="worst").json()["items"]
    assert (items[0]["id"], items[0]["solved"], items[0]["unsolved"]) == ("multi_device", 0, 3)
    said = [line["solved"] + line["unsolved"] > 0 for line in items]
    assert said == sorted(said, reverse=True)


def test_one_voice_counts_little() -> None:
    rates = [feedback.solve_rate(*said) for said in ((0, 9), (0, 1), (5, 5), (1, 0), (40, 1), (0, 0))]
    assert rates == sorted(rates)
