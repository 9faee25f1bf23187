"""When a conversation goes to a person: the policy of `contracts/taxonomy/sentiment.yml` as a pure function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from intent_router.areas import area

OK, NOT_UNDERSTOOD, NO_PROGRESS = "ok", "not_understood", "no_progress"

ASKED, ANGER, DISSATISFIED = "asked", "anger", "dissatisfied"
STUCK, UNINTELLIGIBLE, CRITICAL = "no_progress", "not_understood", "critical_intent"

CRITICAL_LABELS = frozenset({"intent:safety_emergency", "intent:account_security", "intent:points_stolen"})
_HUMAN_LABEL = "intent:human_agent"
_WAITS_AT_THE_PUMP = "intent:paid_not_fueled"
_LOOKS_BACK = 3
"""Customer turns over which a feeling is counted, the newest among them."""


@dataclass(frozen=True)
class TurnSignal:
    """One customer turn. `outcome` is how the assistant's answer to it went: `ok`, `not_understood`, `no_progress`.

    `outcome` is None while the turn has no answer, that is for the newest one. `sure` is False where the router would
    rather ask back (`Kind.CLARIFY`): a guessed label alone hands nothing over.
    """

    label: str
    sentiment: str
    guard: str | None
    outcome: str | None
    sure: bool = True


@dataclass(frozen=True)
class Verdict:
    """`rule` is the line of the policy that fired. `offer_person`: a button, no hand-off."""

    escalate: bool
    reason: str | None
    rule: str | None
    offer_person: bool


def judge(turns: Sequence[TurnSignal]) -> Verdict:
    """Whether the newest of these customer turns (oldest first) hands the conversation to a person, and why.

    Of several reasons the one that tells the person most comes first: danger, the wish, anger.
    """
    if not turns:
        return Verdict(False, None, None, False)
    newest = turns[-1]
    offer = _felt(turns, "anxious") or newest.label == _WAITS_AT_THE_PUMP
    danger = newest.guard == "safety" or (newest.sure and newest.label in CRITICAL_LABELS)
    asked = newest.guard == "human" or (newest.sure and newest.label == _HUMAN_LABEL)
    for reason, fired, rule in (
        (CRITICAL, danger, f"critical intent {newest.label}"),
        (ASKED, asked, "the customer asks for a person"),
        (ANGER, newest.sentiment == "angry", "angry at this turn"),
        (DISSATISFIED, _felt(turns, "dissatisfied"), "dissatisfied in two of the last three customer turns"),
        (STUCK, _stuck(turns), "the same problem again after two answers without progress"),
        (UNINTELLIGIBLE, _not_understood(turns), "two answers in a row understood nothing"),
    ):
        if fired:
            return Verdict(True, reason, rule, offer)
    return Verdict(False, None, None, offer)


def _felt(turns: Sequence[TurnSignal], sentiment: str) -> bool:
    """The newest turn and one of the two before it feel like this."""
    recent = turns[-_LOOKS_BACK:]
    return recent[-1].sentiment == sentiment and sum(t.sentiment == sentiment for t in recent) > 1


def _not_understood(turns: Sequence[TurnSignal]) -> bool:
    answered = turns[:-1] if turns[-1].outcome is None else turns
    return len(answered) > 1 and all(t.outcome == NOT_UNDERSTOOD for t in answered[-2:])


def _stuck(turns: Sequence[TurnSignal]) -> bool:
    """The newest turn is about a problem on which two answers made no progress, and none made any since."""
    newest = turns[-1]
    failures = 0
    for turn in reversed(turns[:-1]):
        if not _same_problem(turn.label, newest.label):
            continue
        if turn.outcome != NO_PROGRESS:
            return False
        failures += 1
        if failures == 2:
            return True
    return False


def _same_problem(one: str, other: str) -> bool:
    """Equal labels, labels of one area, or a message without a problem of its own ("还是不行")."""
    first, second = area(one), area(other)
    return one == other or first is None or second is None or first == second
