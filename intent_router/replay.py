"""Recorded conversations through the real policy: what `youban escalation` prints."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from contracts.decision import Decision, Kind, RouteContext
from contracts.errors import ContractError
from intent_router.escalation import NO_PROGRESS, NOT_UNDERSTOOD, OK, TurnSignal, judge

OUTCOMES = (OK, NOT_UNDERSTOOD, NO_PROGRESS)
Route = Callable[[str, RouteContext], Decision]
"""A message and what came before it → the decision that the running service would take."""


def replay(conversations: Iterable[Mapping[str, Any]], route: Route) -> list[dict[str, Any]]:
    """At which customer turn (counted from 0) each conversation would have gone to a person, and why.

    In: `{"id", "turns": [{"role": "customer", "text"} | {"role": "bot", "outcome"}]}`. Out: `{"id", "escalate_at",
    "reason", "sentiments"}` with the feeling of every customer turn; order kept.

    Raises:
        ContractError: a conversation has not this shape; the message names it.
    """
    return [_replay_one(conversation, route) for conversation in conversations]


def _replay_one(conversation: Mapping[str, Any], route: Route) -> dict[str, Any]:
    name = conversation.get("id")
    turns = conversation.get("turns")
    if not isinstance(turns, (list, tuple)):
        raise ContractError(f"conversation {name!r}: `turns` is a list")
    signals: list[TurnSignal] = []
    escalate_at: int | None = None
    reason: str | None = None
    for turn in turns:
        role, outcome = _role_and_outcome(turn, name)
        if role == "bot":
            if signals:
                last = signals[-1]
                signals[-1] = replace(last, outcome=outcome)
            continue
        decision = route(str(turn["text"]), RouteContext(recent_labels=tuple(s.label for s in signals)))
        sure = decision.kind is not Kind.CLARIFY
        signals.append(TurnSignal(decision.label, decision.sentiment.label, decision.guard, None, sure))
        verdict = judge(signals)
        if verdict.escalate and escalate_at is None:
            escalate_at, reason = len(signals) - 1, verdict.reason
    return {"id": name, "escalate_at": escalate_at, "reason": reason, "sentiments": [s.sentiment for s in signals]}


def _role_and_outcome(turn: object, name: object) -> tuple[str, str | None]:
    if isinstance(turn, Mapping):
        if turn.get("role") == "customer" and isinstance(turn.get("text"), str):
            return "customer", None
        if turn.get("role") == "bot" and turn.get("outcome", OK) in OUTCOMES:
            return "bot", str(turn.get("outcome", OK))
    raise ContractError(f"conversation {name!r}: a turn is a customer's `text` or a bot's `outcome`, not {turn!r}")
