"""A dialogue between two steps: tracker events in and out, as few as the form needs to live on."""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SessionStarted, SlotSet, deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker


class BadSnapshot(ValueError):
    """The snapshot is not a list of tracker events."""


def load(attempt_id: str, snapshot: Sequence[Mapping[str, Any]], domain: Domain) -> DialogueStateTracker:
    """A tracker that waits for the customer, with the snapshot's form and slots.

    The session is opened here, so that Rasa's own session start (and whatever it may do) never runs.

    Raises:
        BadSnapshot: an event is not one of Rasa's.
    """
    events: list[Event] = [
        ActionExecuted(ACTION_SESSION_START_NAME),
        SessionStarted(),
        ActionExecuted(ACTION_LISTEN_NAME),
    ]
    if snapshot:
        try:
            events = deserialise_events([dict(event) for event in snapshot])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BadSnapshot(f"{type(error).__name__}: {error}") from error
        if len(events) != len(snapshot):
            raise BadSnapshot("an event without a known type")
        if any(isinstance(event, SlotSet) and event.key not in _slot_names(domain) for event in events):
            raise BadSnapshot("a slot that the domain does not have")
    return DialogueStateTracker.from_events(attempt_id, events, slots=domain.slots)


def _slot_names(domain: Domain) -> frozenset[str]:
    return frozenset(slot.name for slot in domain.slots)


def save(tracker: DialogueStateTracker) -> list[dict[str, Any]]:
    """The events that bring an open form back: session, slots, loop, waiting. None is needed without a form.

    What was said is not among them: the service keeps the conversation, a flow keeps its own memory in a slot, so a
    snapshot stays as small after fifty answers as after one.
    """
    loop = tracker.active_loop_name
    if loop is None:
        return []
    events: list[Event] = [
        ActionExecuted(ACTION_SESSION_START_NAME),
        SessionStarted(),
        *(SlotSet(name, value) for name, value in filled(tracker).items()),
        ActiveLoop(loop),
        ActionExecuted(loop),
        ActionExecuted(ACTION_LISTEN_NAME),
    ]
    return [_lean(event.as_dict()) for event in events]


def filled(tracker: DialogueStateTracker) -> dict[str, Any]:
    """Every slot with a value."""
    return {name: slot.value for name, slot in tracker.slots.items() if slot.value is not None}


def _lean(event: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("event", "name", "value", "timestamp")
    return {key: event[key] for key in kept if key in event}
