"""The audit page over HTTP: filtered, paged, exported without personal data; reading it leaves a line."""

from __future__ import annotations

import csv
import io

import httpx
import pytest

from tests.stack import Agent, Stack


@pytest.fixture(scope="module")
def boss(service_only: Stack) -> Agent:
    return Agent.enter(service_only, "audit-boss", "supervisor")


def test_pages_do_not_overlap_and_end(boss: Agent) -> None:
    for number in range(60):
        assert boss.get("/search", q=f"audit-{number}-13812345678").status_code == 200
    first = boss.get("/audit", actor="audit-boss", action="search").json()
    second = boss.get("/audit", actor="audit-boss", action="search", cursor=first["next"]).json()
    assert (len(first["items"]), len(second["items"]), second["next"]) == (50, 10, None)
    ids = [line["id"] for line in first["items"] + second["items"]]
    assert ids == sorted(set(ids), reverse=True)
    assert first["items"][0]["object"] == "audit-59-138****5678"


def test_reading_and_exporting_it_is_in_it(boss: Agent) -> None:
    boss.get("/audit", target="only-me")
    [line] = [x for x in boss.get("/audit", action="audit.read").json()["items"] if x["data"].get("target")]
    assert (line["actor"], line["title"], line["data"]) == ("audit-boss", "查看审计记录", {"target": "only-me"})
    headers = {"Authorization": f"Bearer {boss.token}"}
    answer = httpx.get(f"{boss.url}/api/v1/audit/export", params={"actor": "audit-boss"}, headers=headers)
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert "导出审计记录" in {row["操作"] for row in rows}
    assert not any("13812345678" in str(row) for row in rows)


def test_the_chain_is_reckoned_again(boss: Agent) -> None:
    verdict = boss.get("/audit/chain").json()
    assert verdict["broken_at"] is None
    assert verdict["verified"] == verdict["sealed"]
    assert boss.get("/audit/choices").json()["actions"]["agent.login"] == "登录"


def test_a_moment_without_a_zone_is_refused(boss: Agent) -> None:
    assert boss.get("/audit", since="2025-01-01T00:00:00").status_code == 422
    assert boss.get("/audit", since="2025-01-01T00:00:00+08:00").status_code == 200
