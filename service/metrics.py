"""What `/metrics` tells: turns by tier and kind, their time, and the parts' state."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

from contracts.decision import Decision

TURNS = Counter("youban_turns", "Answered turns", ["tier", "kind"])
TURN_SECONDS = Histogram(
    "youban_turn_seconds",
    "Time from claim to commit of a turn",
    ["tier"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8),
)
ASSISTANT_READY = Gauge("youban_assistant_ready", "1 while the assistant answers")
WAITING = Gauge("youban_handoff_waiting", "Conversations that wait for a person")

CHANNEL_SENDS = Counter("youban_channel_sends", "Messages sent to other channels", ["channel", "kind", "outcome"])

REMEDIES = Counter("youban_remedies", "Remedies by what became of them", ["kind", "outcome"])
PLATFORM_EVENTS = Counter("youban_platform_events", "Events that the fuel platform told", ["kind", "outcome"])
PLATFORM_READY = Gauge("youban_platform_ready", "1 while the fuel platform answers")


def turn(decision: Decision | None, elapsed_ms: float) -> None:
    """Count an answered turn; `None`: it failed and was handed to a person."""
    tier = decision.tier.value if decision is not None else "failed"
    kind = decision.kind.value if decision is not None else "failed"
    TURNS.labels(tier, kind).inc()
    TURN_SECONDS.labels(tier).observe(elapsed_ms / 1000)
