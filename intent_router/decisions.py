"""What becomes of a decision: its kind, the part a guard had in it, and the form that is open."""

from __future__ import annotations

import time
from dataclasses import replace

from contracts.decision import Candidate, Decision, Entity, Kind, RouteContext, SentimentReading, Tier, TraceStep
from contracts.taxonomy import load_taxonomy
from contracts.taxonomy.loader import CHAT_GROUP
from intent_router.corpus import OUT_OF_SCOPE
from intent_router.guard import Guarded

HUMAN = "intent:human_agent"


def kind_of(label: str) -> Kind:
    """What a turn does with a label that is certain."""
    if label.startswith("faq:"):
        return Kind.FAQ
    if label == OUT_OF_SCOPE:
        return Kind.OUT_OF_SCOPE
    if label == HUMAN:
        return Kind.HANDOFF
    return Kind.CHAT if load_taxonomy().intents[label.split(":", 1)[1]].group == CHAT_GROUP else Kind.FLOW


def guarded_decision(
    guarded: Guarded, entities: tuple[Entity, ...], sentiment: SentimentReading, started: float
) -> Decision:
    """The decision that a guard alone has made; `started` is on the clock of `time.perf_counter`."""
    label, kind = guarded.label, guarded.kind
    assert label is not None and kind is not None  # noqa: PT018 - the caller has looked
    candidates = (Candidate(label, 1.0),)
    return Decision(
        label=label,
        kind=kind,
        confidence=1.0,
        tier=Tier.GUARD,
        alternatives=candidates,
        sentiment=sentiment,
        entities=entities,
        trace=(TraceStep(Tier.GUARD.value, guarded.note, candidates, since(started)),),
        elapsed_ms=since(started),
        answer=guarded.answer,
        payload=guarded.payload,
        guard=guarded.name,
    )


def with_guard(decision: Decision, guarded: Guarded) -> Decision:
    """A guard that fired without knowing the label: its part stands, the label is the learned one."""
    step = TraceStep(Tier.GUARD.value, guarded.note)
    return replace(
        decision,
        label=guarded.label or decision.label,
        kind=guarded.kind or kind_of(decision.label),
        answer=guarded.answer,
        payload=guarded.payload,
        guard=guarded.name,
        trace=(step, *decision.trace),
    )


def in_a_form(decision: Decision, context: RouteContext, unsure: bool) -> Decision:
    """While a form asks, only a sure decision for another problem changes the subject; all else is its answer."""
    changes = not unsure and decision.kind in (Kind.FLOW, Kind.FAQ, Kind.HANDOFF)
    if changes and decision.label != f"intent:{context.active_flow}":
        return decision
    known = context.active_flow in load_taxonomy().intents
    return replace(
        decision,
        label=f"intent:{context.active_flow}" if known else decision.label,
        kind=Kind.FLOW if known else kind_of(decision.label),
        answer=True,
        trace=(*decision.trace, TraceStep(Tier.RETRIEVAL.value, f"taken as the answer for {context.requested_slot}")),
    )


def since(started: float) -> float:
    """Milliseconds since a moment of `time.perf_counter`."""
    return (time.perf_counter() - started) * 1000
