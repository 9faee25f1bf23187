"""Off hours and calls in WeChat: numbers instead of buttons, and no word about the queue that nobody asked for."""

from __future__ import annotations

import time
from typing import Any, Iterator

import pytest

from tests.stack import Agent, Stack
from tests.stand_in.wechat import Follower, WeChatPlatform


@pytest.fixture
def boss(stack: Stack) -> Iterator[Agent]:
    """A supervisor who opens the office again afterwards."""
    supervisor = Agent.enter(stack, f"boss-{time.monotonic_ns()}", "supervisor")
    shipped = supervisor.get("/policies/hours").json()["rows"]
    yield supervisor
    assert supervisor.put("/policies/hours", {"rows": shipped, "note": "恢复"}).status_code == 200


def shut(boss: Agent) -> None:
    rows: list[dict[str, Any]] = boss.get("/policies/hours").json()["rows"]
    minute = ["00:00-00:01"]
    values = {"week": dict.fromkeys(rows[0]["value"], minute), "holidays": minute, "night": [], "days": {}}
    changed = [{**row, "value": values[row["id"]]} for row in rows]
    assert boss.put("/policies/hours", {"rows": changed, "note": "测试"}).status_code == 200


def test_off_hours_a_call_is_arranged_by_numbers_and_words(follower: Follower, agent: Agent, boss: Agent) -> None:
    shut(boss)
    follower.say("转人工")
    assert "人工客服现在已经下班，明天 00:00 上班" in follower.words
    assert "1. 留个电话回拨" in follower.words
    assert "继续问智能助手" in follower.words
    follower.say("1")
    assert "方便接听的号码" in follower.seen[-1]["text"]
    follower.say("13912340001")
    assert "139****0001" in follower.seen[-1]["text"]
    assert "验证码" not in follower.words, "the number is to be called, not to be proven"
    follower.say("1")
    assert "明天 00:30 前打给您 139****0001" in follower.seen[-1]["text"]
    listed = [c for c in agent.get("/callbacks").json()["items"] if c["phone"] == "139****0001"]
    assert [(c["state"], c["source"]) for c in listed] == [("open", "off_hours")]

    seen = len(follower.seen)
    number = listed[0]["id"]
    assert agent.post(f"/callbacks/{number}/take").status_code == 200
    assert agent.post(f"/callbacks/{number}/attempts", {"outcome": "no_answer"}).status_code == 200
    follower.wait(seen + 1)
    assert "没有接通" in follower.seen[-1]["text"]


def test_the_queue_moves_without_a_word_until_somebody_comes(
    platform: WeChatPlatform, follower: Follower, agent: Agent
) -> None:
    others = [platform.follower() for _ in range(3)]
    for one in others:
        one.say("转人工")
    follower.say("转人工")
    seen = len(follower.seen)
    for one in others:
        one.say("不等了")
    time.sleep(2.5)
    assert len(follower.seen) == seen
    follower.say("转人工")
    assert "已经在为您排队了" in follower.words
    assert "第" in follower.seen[-1]["text"]
