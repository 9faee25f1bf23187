"""What the router says about one message."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Mapping


class Kind(str, Enum):
    """What the turn does with the message."""

    FAQ = "faq"
    FLOW = "flow"
    CHAT = "chat"
    CLARIFY = "clarify"
    HANDOFF = "handoff"
    OUT_OF_SCOPE = "out_of_scope"


class Tier(str, Enum):
    """Who decided."""

    GUARD = "guard"
    RETRIEVAL = "retrieval"
    ASSISTANT = "assistant"
    GENERATIVE = "generative"
    HUMAN = "human"


@dataclass(frozen=True)
class Entity:
    """A span of the original text with its normalised value.

    `value` is JSON-ready (text, number, or a mapping such as `{"from": iso, "to": iso}` for times);
    `start`/`end` are character offsets into the message as the customer wrote it.
    """

    type: str
    value: Any
    text: str
    start: int
    end: int
    role: str | None = None

    def to_dict(self) -> dict[str, Any]:
        found = {"type": self.type, "value": self.value, "text": self.text, "start": self.start, "end": self.end}
        if self.role is not None:
            found["role"] = self.role
        return found


@dataclass(frozen=True)
class Candidate:
    """A label and its calibrated probability, 0 to 1."""

    label: str
    score: float


@dataclass(frozen=True)
class SentimentReading:
    """The feeling of one message: a label of the taxonomy and its probability."""

    label: str
    score: float


@dataclass(frozen=True)
class TraceStep:
    """One line of "why did it say this": who looked, what was found, how long it took in milliseconds."""

    tier: str
    note: str
    candidates: tuple[Candidate, ...] = ()
    elapsed_ms: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        return {
            "tier": self.tier,
            "note": self.note,
            "candidates": [{"label": c.label, "score": round(c.score, 4)} for c in self.candidates],
            "elapsed_ms": round(self.elapsed_ms, 3),
        }


@dataclass(frozen=True)
class OfferedButton:
    """A button that this conversation was shown and may still press."""

    title: str
    payload: str


@dataclass(frozen=True)
class RouteContext:
    """What the router may know beside the text.

    `requested_slot` and `active_flow` describe the form that is asking; `recent_labels` are the labels of the
    last customer turns, newest last; `offered` are the buttons that count as pressed when their title is typed;
    `attached` says that files came with the message.
    """

    active_flow: str | None = None
    requested_slot: str | None = None
    offered: tuple[OfferedButton, ...] = ()
    recent_labels: tuple[str, ...] = ()
    payload: str | None = None
    attached: bool = False


@dataclass(frozen=True)
class Decision:
    """The router's answer for one message.

    `label` is always the best candidate (`intent:<id>` or `faq:<id>`), also for clarify and handoff.
    `answer` marks a message that answers the open form's question: it goes to the assistant as it is.
    `payload` is the offered payload that was pressed, if any. `second` is a second problem to be offered afterwards.
    `guard` names the guard rule that fired, if one did.
    """

    label: str
    kind: Kind
    confidence: float
    tier: Tier
    alternatives: tuple[Candidate, ...]
    sentiment: SentimentReading
    entities: tuple[Entity, ...] = ()
    trace: tuple[TraceStep, ...] = ()
    elapsed_ms: float = 0.0
    answer: bool = False
    payload: str | None = None
    second: str | None = None
    guard: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The id without its `intent:` or `faq:` prefix."""
        return self.label.split(":", 1)[1]

    @property
    def is_intent(self) -> bool:
        return self.label.startswith("intent:")

    def to_dict(self) -> dict[str, Any]:
        """The wire shape of `POST /api/v1/route`."""
        return {
            "kind": self.kind.value,
            "label": self.label,
            "confidence": round(self.confidence, 4),
            "tier": self.tier.value,
            "alternatives": [{"label": c.label, "score": round(c.score, 4)} for c in self.alternatives],
            "sentiment": {"label": self.sentiment.label, "score": round(self.sentiment.score, 4)},
            "entities": [e.to_dict() for e in self.entities],
            "elapsed_ms": round(self.elapsed_ms, 3),
        }
