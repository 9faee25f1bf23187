"""One turn of Rasa without its tracker store, its lock and its habit of carrying on after a failed action."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping

from rasa.core.actions.action import Action, ActionExecutionRejection
from rasa.core.channels.channel import OutputChannel
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.exceptions import ActionLimitReached
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

CHANNEL = "youban"


class ActionFailed(Exception):
    """An action raised, or the policies ran in a circle. Nothing of this turn may be kept."""

    def __init__(self, action: str, error: BaseException) -> None:
        super().__init__(f"{action}: {type(error).__name__}: {error}")
        self.action = action
        self.error = error


@dataclass(frozen=True)
class Said:
    """The customer's message with the router's understanding of it; `entities` in Rasa's shape."""

    text: str
    intent: str
    confidence: float
    entities: tuple[Mapping[str, Any], ...]
    metadata: Mapping[str, Any]

    def event(self) -> UserUttered:
        """As a tracker event. Built here and not from a UserMessage, which would strip the text and shift offsets."""
        intent = {"name": self.intent, "confidence": self.confidence}
        entities = [dict(entity) for entity in self.entities]
        parse_data = {"text": self.text, "intent": intent, "intent_ranking": [intent], "entities": entities}
        return UserUttered(
            self.text,
            intent,
            entities,
            parse_data,  # type: ignore[arg-type]  # a TypedDict that forbids the ranking of one
            input_channel=CHANNEL,
            metadata=dict(self.metadata),
        )


class CollectedMessages(OutputChannel):
    """Keeps each message of an action whole: words, buttons and custom part together."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        return CHANNEL

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Collect; `recipient_id` is the attempt."""
        self.messages.append(
            {
                "text": message.get("text"),
                "buttons": message.get("buttons") or [],
                "custom": message.get("custom") or {},
            }
        )


class _Watched(Action):
    """An action whose exception is remembered; Rasa itself would log it and go on."""

    def __init__(self, action: Action) -> None:
        self._action = action
        self.error: Exception | None = None

    def name(self) -> str:
        return str(self._action.name())

    def event_for_successful_execution(self, prediction: PolicyPrediction) -> ActionExecuted:
        return self._action.event_for_successful_execution(prediction)

    async def run(
        self,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        tracker: DialogueStateTracker,
        domain: Domain,
    ) -> list[Event]:
        try:
            events: list[Event] = await self._action.run(output_channel, nlg, tracker, domain)
        except ActionExecutionRejection:
            raise
        except Exception as error:
            self.error = error
            raise
        return events


async def run_turn(processor: MessageProcessor, tracker: DialogueStateTracker, said: Said) -> list[dict[str, Any]]:
    """Run the message through slots, policies and actions; `tracker` is changed, nothing is stored.

    Raises:
        ActionFailed: at the first action that failed.
    """
    output = CollectedMessages()
    tracker.update(said.event(), processor.domain)
    await processor.run_action_extract_slots(output, tracker)
    carry_on = True
    while carry_on:
        try:
            action, prediction = processor.predict_next_with_tracker_if_should(tracker)
        except ActionLimitReached as error:
            raise ActionFailed("policies", error) from error
        watched = _Watched(action)
        carry_on = await processor._run_action(watched, tracker, output, processor.nlg, prediction)
        if watched.error is not None:
            raise ActionFailed(watched.name(), watched.error) from watched.error
    return output.messages
