"""The pure step: (snapshot, message) → (messages, new snapshot, effects)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping, Protocol

from contracts.conversation import Reply
from contracts.effects import Effect

ANSWER_INTENT = "answer"
"""Rasa intent of a message that answers the open form's question; not a label of the taxonomy."""

FRESH_SNAPSHOT: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class AssistantStep:
    """One message for one dialogue.

    `attempt_id` is the sender id of this attempt alone; `snapshot` holds the tracker events that the last
    committed turn returned; `entities` are in Rasa's shape; `metadata` reaches the actions.
    """

    attempt_id: str
    snapshot: tuple[Mapping[str, Any], ...]
    text: str
    intent: str
    confidence: float
    entities: tuple[Mapping[str, Any], ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class AssistantOutcome:
    """What the step produced. `requested_slot` is the form's open question, `active_loop` the form.

    `outcome` is the flow's own word on how the answer went (`not_understood`, `no_progress`), None when it went well.
    """

    replies: tuple[Reply, ...]
    effects: tuple[Effect, ...]
    snapshot: tuple[Mapping[str, Any], ...]
    active_loop: str | None
    requested_slot: str | None
    slots: Mapping[str, Any] = field(default_factory=dict)
    outcome: str | None = None


class Assistant(Protocol):
    """The Rasa process, as the turns see it."""

    async def step(self, step: AssistantStep, timeout: float) -> AssistantOutcome:
        """Run one turn.

        Raises:
            AssistantUnavailable: no answer in `timeout` seconds, or an action failed; nothing happened.
        """
        ...

    async def classify(self, text: str, timeout: float) -> Mapping[str, float]:
        """Probabilities of the assistant's own NLU by intent id.

        Raises:
            AssistantUnavailable: no answer in `timeout` seconds.
        """
        ...

    async def ready(self) -> bool:
        """Whether a model is loaded and the first call was made."""
        ...
