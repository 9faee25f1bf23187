"""What a turn's answer may depend on: the message, its conversation, and the learned parts of this moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Mapping, Protocol, Sequence

from contracts.conversation import Owner
from contracts.decision import Decision
from contracts.entities import AMOUNT, ERROR_CODE, ORDER_NUMBER, STATION, TIME
from contracts.knowledge import ArticleStore
from intent_router import Router
from intent_router.escalation import TurnSignal


@dataclass(frozen=True)
class OpenDialogue:
    """The dialogue that is going on, as a turn needs it."""

    id: int
    problem: str
    snapshot: tuple[Mapping[str, Any], ...]
    active_loop: str | None
    requested_slot: str | None
    question: Mapping[str, Any] | None
    slots: Mapping[str, Any]
    updated_at: datetime


@dataclass(frozen=True)
class Situation:
    """Everything about a turn that its answer may depend on."""

    turn_id: int
    attempt: int
    conversation_id: str
    customer_id: str | None
    owner: Owner
    text: str
    payload: str | None
    attachments: tuple[str, ...]
    channel: str
    context: Mapping[str, Any]
    dialogue: OpenDialogue | None
    offered: Sequence[Mapping[str, Any]]
    signals: tuple[TurnSignal, ...]
    second_problem: str | None
    now: datetime
    # The number that a guest has proven.
    guest_phone: str | None = None


@dataclass(frozen=True)
class Understanding:
    """The learned parts as they are at this moment; publishing swaps the whole."""

    router: Router
    articles: ArticleStore


class UnderstandingSource(Protocol):
    def current(self) -> Understanding:
        """Raises NotReady while nothing is trained."""
        ...


_TELLS_ORDERS_APART = frozenset({ORDER_NUMBER, TIME, STATION, AMOUNT})


def attached_order(situation: Situation, decision: Decision) -> Sequence[Mapping[str, Any]]:
    """The order that the app attached, as an entity, where a new problem names none in words.

    A press of what a page offered is about the order it came with, whatever its words name beside it.
    """
    order_id = situation.context.get("order_id")
    in_pictures = _in_pictures(situation, decision)
    if in_pictures or not isinstance(order_id, str) or not order_id or situation.dialogue is not None:
        return in_pictures
    pressed = (situation.context.get("menu") or {}).get("payload") == situation.payload is not None
    if not pressed and any(e.type in _TELLS_ORDERS_APART for e in decision.entities):
        return ()
    return (_entity(ORDER_NUMBER, order_id),)


def seen_words(situation: Situation) -> str:
    """What the pictures of a message without words say went wrong; empty when they say nothing of the kind."""
    return str((situation.context.get("seen") or {}).get("words") or "") if not situation.text.strip() else ""


def _in_pictures(situation: Situation, decision: Decision) -> Sequence[Mapping[str, Any]]:
    """Order numbers and error codes that the message's pictures show, where its words name none."""
    seen = situation.context.get("seen") or {}
    named = {e.type for e in decision.entities}
    shown = ((ORDER_NUMBER, seen.get("orders", ())), (ERROR_CODE, seen.get("codes", ())))
    return tuple(_entity(kind, value) for kind, values in shown if kind not in named for value in values)


def _entity(kind: str, value: str) -> Mapping[str, Any]:
    return {"entity": kind, "value": value, "text": value, "start": 0, "end": 0}


def rasa_entities(decision: Decision) -> Sequence[Mapping[str, Any]]:
    """Entities in Rasa's shape; a pressed `answer:slot=value` becomes the entity `slot`."""
    found: list[dict[str, Any]] = [
        {
            "entity": e.type,
            "value": e.value,
            "text": e.text,
            "start": e.start,
            "end": e.end,
            **({"role": e.role} if e.role is not None else {}),
        }
        for e in decision.entities
    ]
    if decision.payload is not None and decision.payload.startswith("answer:"):
        slot, _, value = decision.payload.removeprefix("answer:").partition("=")
        found.append({"entity": slot, "value": value, "text": value, "start": 0, "end": 0, "role": "payload"})
    return found
