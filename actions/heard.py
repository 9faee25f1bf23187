"""What the customer said: this message, and what the flow has heard so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Mapping

from contracts.assistant import ANSWER_INTENT
from contracts.entities import AMOUNT, TIME
from language import normalise

ANSWER_PAYLOAD = "answer:"
_PRESSED = "payload"
"""Role under which the service also passes a pressed button as an entity; `payload` says the same."""
WRONG = "wrong"
_LONGEST_SAID = 1000
"""Characters of one message that a ticket keeps; the conversation itself keeps all of them."""

_MOST_SAID = 19
_NOT = "not:"

Found = Mapping[str, Any]
"""An entity in Rasa's shape: `entity`, `value`, and if known `role`, `text`, `start`, `end`."""


@dataclass(frozen=True)
class Message:
    """The latest message. `payload` is the pressed button; `attachments` are ids of uploads; `place` is where the
    customer says he is, latitude and longitude in degrees."""

    text: str
    intent: str
    entities: tuple[Found, ...] = ()
    payload: str | None = None
    attachments: tuple[str, ...] = ()
    place: tuple[float, float] | None = None

    @classmethod
    def from_tracker(cls, latest: Mapping[str, Any]) -> Message:
        """Read rasa-sdk's `tracker.latest_message`."""
        metadata = latest.get("metadata") or {}
        text = str(latest.get("text") or "")
        return cls(
            text=text,
            intent=str((latest.get("intent") or {}).get("name") or ANSWER_INTENT),
            entities=tuple(e for e in latest.get("entities") or () if e.get("role") != _PRESSED),
            payload=metadata.get("payload") or None,
            attachments=tuple(str(a) for a in metadata.get("attachments") or ()),
            place=_place((metadata.get("context") or {}).get("location")),
        )

    @property
    def pressed(self) -> tuple[str, str] | None:
        """Slot and value of an `answer:<slot>=<value>` button."""
        if self.payload is None or not self.payload.startswith(ANSWER_PAYLOAD):
            return None
        slot, separator, value = self.payload[len(ANSWER_PAYLOAD) :].partition("=")
        return (slot, value) if separator and slot and value else None

    @property
    def plain(self) -> str:
        """The words in normal form, for comparing."""
        return normalise(self.text)


def _place(location: Any) -> tuple[float, float] | None:
    """Latitude and longitude as apps and channels send them; None for anything else."""
    if not isinstance(location, Mapping):
        return None
    north, east = location.get("latitude"), location.get("longitude")
    if isinstance(north, (int, float)) and isinstance(east, (int, float)) and abs(north) <= 90 and abs(east) <= 180:
        return float(north), float(east)
    return None


@dataclass
class Memory:
    """What a flow carries from turn to turn, stored in one slot.

    `said` are the customer's words, `heard` the entities (newest of a type and role wins), `told` the things that
    are said only once, `tries` how often a question was asked in vain, `chosen` the slots that the customer
    answered himself. `filed` is the ticket that stands already while one more thing is asked; `left`:
    he says that this is not his problem.
    """

    said: list[str] = field(default_factory=list)
    heard: list[Found] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    tries: dict[str, int] = field(default_factory=dict)
    chosen: list[str] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)
    filed: str = ""
    left: bool = False

    @classmethod
    def from_slot(cls, raw: Mapping[str, Any] | None) -> Memory:
        return cls(**{key: type(value)(value) for key, value in (raw or {}).items()})

    def to_slot(self) -> dict[str, Any]:
        return {key: value for key, value in vars(self).items() if value}

    def listen(self, message: Message, *, corrects: bool = True) -> bool:
        """Take in a message; True when it brought an entity that was not known.

        `corrects`: what it names takes the place of what was heard before of the same type and role. The answer to a
        free question does not: in the name of a company a date may be read that nobody meant.
        """
        if message.text.strip():
            self.said.append(message.text.strip()[:_LONGEST_SAID])
            # The first words tell the problem, the last ones the newest state of it.
            self.said = self.said[:1] + self.said[1:][-_MOST_SAID:]
        self.attachments.extend(a for a in message.attachments if a not in self.attachments)
        fresh = [_lean(e) for e in message.entities if not _a_letter(e)]
        if not corrects:
            heard = {(e["entity"], e.get("role")) for e in self.heard}
            fresh = [e for e in fresh if (e["entity"], e.get("role")) not in heard]
        news = [e for e in fresh if e not in self.heard]
        replaced = {(e["entity"], e.get("role")) for e in fresh}
        self.heard = [e for e in self.heard if (e["entity"], e.get("role")) not in replaced] + fresh
        return bool(news)

    def rule_out(self, record_id: str) -> None:
        """Remember that this record is not the one."""
        self.told.append(f"{_NOT}{record_id}")

    def ruled_out(self, record_id: str) -> bool:
        return f"{_NOT}{record_id}" in self.told

    def values(self, entity: str, role: str | None = None) -> list[Any]:
        """Values of a type; with `role` only those that carry it."""
        return [e["value"] for e in self.heard if e["entity"] == entity and (role is None or e.get("role") == role)]

    def first(self, entity: str, role: str | None = None) -> Any:
        return next(iter(self.values(entity, role)), None)

    def meant(self, entity: str) -> list[Any]:
        """Values of a gun, station or fuel without those that the customer calls wrong."""
        return [e["value"] for e in self.heard if e["entity"] == entity and e.get("role") != WRONG]

    def mistaken(self, entity: str) -> list[Any]:
        """What was chosen by mistake; where nothing is called wrong, what was named without saying which it is."""
        return self.values(entity, WRONG) or [
            e["value"] for e in self.heard if e["entity"] == entity and e.get("role") is None
        ]

    def amounts_fen(self, role: str | None = None) -> list[int]:
        """Amounts that were named, in fen."""
        return [round(float(value) * 100) for value in self.values(AMOUNT, role)]

    def span(self) -> tuple[datetime, datetime] | None:
        """The time that was named, as a half-open span."""
        raw = self.first(TIME)
        if not isinstance(raw, Mapping) or not raw.get("from") or not raw.get("to"):
            return None
        return datetime.fromisoformat(str(raw["from"])), datetime.fromisoformat(str(raw["to"]))


def _a_letter(found: Found) -> bool:
    """A time that is read out of one character (昆明晨光公司) is part of a name."""
    return found["entity"] == TIME and len(str(found.get("text") or "  ")) < 2


def _lean(found: Found) -> Found:
    return {key: found[key] for key in ("entity", "value", "role", "text") if found.get(key) is not None}
