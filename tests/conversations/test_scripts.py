"""The scripts themselves: they can be read and cover what must be covered; and the judge sees what is wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contracts.taxonomy import load_taxonomy
from tests.conversations.judge import judge
from tests.conversations.player import Exchange, Played
from tests.conversations.script import ExpectedTicket, Script, ScriptError, Turn, load_scripts

ROBUST = {
    "everything in the first message",
    "one-word answers",
    "corrections",
    "a FAQ in the middle",
    "a second problem",
    "算了",
    "a screenshot",
    "an angry turn",
    "person mid-form",
    "next day",
    "same problem again",
    "不是这个问题",
    "guest",
}


def test_there_are_sixty_customers_and_every_robust_case() -> None:
    scripts = load_scripts()
    assert len(scripts) >= 60
    assert {shown for s in scripts for shown in s.shows} >= ROBUST
    assert {s.who for s in scripts} == {"puka", "gold", "platinum", "diamond", "guest"}


def test_every_intent_that_may_file_is_played() -> None:
    filed = {t.category for s in load_scripts() for t in s.tickets} | {"human_agent"}
    assert {i.id for i in load_taxonomy().intents.values() if i.department} <= filed


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("- {id: a, who: gold, turns: [x], tickets: [greet]}", "files no ticket"),
        ("- {id: a, who: gold, turns: [x], answered: [no_such_article]}", "no such articles"),
        ("- {id: a, who: nobody, turns: [x]}", "no such customer"),
        ("- {id: a, who: gold, turns: [x], tickts: []}", "unknown keys"),
        ("- {id: a, who: gold, turns: [{says: [x]}]}", "does nothing"),
        ("- {id: a, who: gold, turns: [x]}\n- {id: a, who: gold, turns: [y]}", "used twice"),
    ],
)
def test_a_wrong_script_is_named(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "a.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ScriptError, match=complaint):
        load_scripts(tmp_path)


TICKET: dict[str, Any] = {
    "category": "duplicate_charge",
    "department": "finance",
    "priority": "P1",
    "status": "accepted",
    "order_ids": ["1"],
    "summary": "重复扣款：260 元",
    "details": {"said": ["扣了两次"]},
    "events": [{"kind": "filed"}],
    "created_at": "2025-06-04T10:00:00Z",
    "due_at": "2025-06-04T18:00:00Z",
}
EXPECTED = ExpectedTicket("duplicate_charge", "finance", "P1", linked=True, keeps=("两次",))


def played(
    script: Script | None = None,
    reply: str = "查到两笔",
    tickets: tuple[Any, ...] = (TICKET,),
    reason: str | None = None,
) -> Played:
    """A conversation of one turn that ended right, unless something is changed."""
    script = script or Script("s", "gold", (Turn("扣了两次"),), tickets=(EXPECTED,))
    exchange = Exchange(
        script.turns[0], script.turns[0].say, [{"text": reply, "source": "intent:duplicate_charge"}], "bot", 0.1
    )
    handoff = {"reason": reason} if reason else None
    return Played(script, "demo-gold-1", [exchange], tickets, {"handoff": handoff, "turns": [], "messages": []})


def test_a_right_ending_has_no_failures() -> None:
    assert judge(played()) == []


@pytest.mark.parametrize(
    ("changed", "failure"),
    [
        (played(tickets=()), "没有工单"),
        (played(tickets=(TICKET, TICKET)), "多了工单"),
        (played(tickets=({**TICKET, "priority": "P2"},)), "没有工单"),
        (played(tickets=({**TICKET, "status": "withdrawn"},)), "没有工单"),
        (played(tickets=({**TICKET, "order_ids": []},)), "没有关联订单"),
        (played(tickets=({**TICKET, "details": {}, "summary": ""},)), "没有记下"),
        (played(tickets=({**TICKET, "due_at": TICKET["created_at"]},)), "承诺时间"),
        (played(reason="anger"), "不该转人工"),
        (played(reply="见 intent:duplicate_charge"), "机器用语"),
        (played(reply="处理人 None"), "机器用语"),
    ],
)
def test_each_wrong_ending_is_seen(changed: Played, failure: str) -> None:
    assert any(failure in line for line in judge(changed))


def test_words_articles_buttons_and_handoffs_are_compared() -> None:
    base = Script("s", "gold", (Turn("x"),))
    for script, failure in (
        (replace(base, says=("退款",)), "整场对话没有"),
        (replace(base, never=("查到",)), "整场对话不该有"),
        (replace(base, answered=("refund_time",)), "没有用文章"),
        (replace(base, turns=(Turn("x", says=("退款",)),)), "回复里没有"),
        (replace(base, turns=(Turn("x", never=("查到",)),)), "回复里不该有"),
        (replace(base, turns=(Turn("x", answered=("refund_time",)),)), "应由文章"),
        (replace(base, handoff=True), "应转人工"),
        (replace(base, handoff="asked"), "应因 asked 转人工"),
    ):
        assert any(failure in line for line in judge(played(script, tickets=()))), failure
    assert judge(played(replace(base, handoff=None), tickets=(), reason="anger")) == []
    missing = played(base, tickets=())
    missing = replace(missing, exchanges=[replace(missing.exchanges[0], missing="取消")])
    assert judge(missing) == ["没有可点的「取消」"]


def test_the_same_words_twice_are_a_failure() -> None:
    once = played()
    assert any("一模一样" in line for line in judge(replace(once, exchanges=[*once.exchanges, *once.exchanges])))
