"""Whether a played conversation ended right: pure comparison of what came of it with what the script expects."""

from __future__ import annotations

import json
import re
from typing import Any, Iterator, Mapping, Sequence

from tests.conversations.player import Exchange, Played
from tests.conversations.script import ExpectedTicket, Turn

_RAW = re.compile(r"\bNone\b|\bunknown\b|\bnull\b|\{[a-z_.]+\}|intent:|faq:|\d{4}-\d\d-\d\dT\d\d")
"""Words of the machine that no customer may read."""


def judge(played: Played) -> list[str]:
    """What went wrong, a line each; empty when the conversation ended right."""
    return [*_turns(played), *_words(played), *_tickets(played), *_handoff(played)]


def _turns(played: Played) -> Iterator[str]:
    before = ""
    for exchange in played.exchanges:
        if exchange.missing is not None:
            yield f"没有可点的「{exchange.missing}」"
        if not exchange.replies and exchange.state != "human":
            yield f"“{exchange.did}” 没有回复"
        yield from _words_of_turn(exchange)
        text = said(exchange.replies)
        raw = _RAW.search(text)
        if raw is not None:
            yield f"“{exchange.did}” 的回复里有机器用语 {raw.group()!r}"
        if text and text == before:
            yield f"“{exchange.did}” 得到和上一句一模一样的回复"
        before = text


def _words_of_turn(exchange: Exchange) -> Iterator[str]:
    turn: Turn = exchange.turn
    text = said(exchange.replies)
    for pattern in turn.says:
        if re.search(pattern, text) is None:
            yield f"“{exchange.did}” 的回复里没有 /{pattern}/"
    for pattern in turn.never:
        if re.search(pattern, text) is not None:
            yield f"“{exchange.did}” 的回复里不该有 /{pattern}/"
    if turn.answered and not set(turn.answered) & articles([exchange]):
        yield f"“{exchange.did}” 应由文章 {'、'.join(turn.answered)} 回答，实际 {_sources(exchange)}"


def _words(played: Played) -> Iterator[str]:
    text = "\n".join(said(e.replies) for e in played.exchanges)
    for pattern in played.script.says:
        if re.search(pattern, text) is None:
            yield f"整场对话没有 /{pattern}/"
    for pattern in played.script.never:
        if re.search(pattern, text) is not None:
            yield f"整场对话不该有 /{pattern}/"
    missing = set(played.script.answered) - articles(played.exchanges)
    if missing:
        yield f"没有用文章 {'、'.join(sorted(missing))} 回答"


def _tickets(played: Played) -> Iterator[str]:
    left = list(played.tickets)
    for expected in played.script.tickets:
        found = next((t for t in left if _shape(t) == _expected_shape(expected)), None)
        if found is None:
            there = [" ".join(_shape(t)) for t in played.tickets]
            yield f"没有工单 {' '.join(_expected_shape(expected))}，实际 {there}"
            continue
        left.remove(found)
        yield from _ticket(expected, found)
    for extra in left:
        if extra["category"] not in played.script.may_file:
            yield f"多了工单 {' '.join(_shape(extra))}"


def _ticket(expected: ExpectedTicket, found: Mapping[str, Any]) -> Iterator[str]:
    if expected.linked is not None and bool(found["order_ids"]) is not expected.linked:
        yield f"工单 {found['category']} {'没有关联订单' if expected.linked else '不该关联订单'}"
    kinds = [e["kind"] for e in found["events"]]
    for kind in expected.events:
        if kind not in kinds:
            yield f"工单 {found['category']} 没有事件 {kind}，只有 {kinds}"
    kept = json.dumps([found["summary"], found["details"], found["events"]], ensure_ascii=False)
    for pattern in expected.keeps:
        if re.search(pattern, kept) is None:
            yield f"工单 {found['category']} 里没有记下 /{pattern}/"
    if found["due_at"] <= found["created_at"]:
        yield f"工单 {found['category']} 的承诺时间不在提交之后"


def _shape(ticket: Mapping[str, Any]) -> tuple[str, ...]:
    withdrawn = ("withdrawn",) if ticket["status"] == "withdrawn" else ()
    return (ticket["category"], ticket["department"], ticket["priority"], *withdrawn)


def _expected_shape(ticket: ExpectedTicket) -> tuple[str, ...]:
    return (ticket.category, ticket.department, ticket.priority, *(("withdrawn",) if ticket.withdrawn else ()))


def _handoff(played: Played) -> Iterator[str]:
    expected, waiting = played.script.handoff, played.story["handoff"]
    reason = waiting["reason"] if waiting is not None else None
    if expected is None:
        return
    if expected is False and reason is not None:
        yield f"不该转人工，却因 {reason} 转了"
    elif expected is True and reason is None:
        yield "应转人工，没有转"
    elif isinstance(expected, str) and reason != expected:
        yield f"应因 {expected} 转人工，实际 {reason}"


def said(replies: Sequence[Mapping[str, Any]]) -> str:
    """The words of the replies, a line each."""
    return "\n".join(str(r["text"]) for r in replies)


def articles(exchanges: Sequence[Exchange]) -> set[str]:
    """The articles that answered."""
    sources = (str(r.get("source") or "") for e in exchanges for r in e.replies)
    return {s.removeprefix("faq:") for s in sources if s.startswith("faq:")}


def _sources(exchange: Exchange) -> list[str]:
    return [str(r.get("source")) for r in exchange.replies]
