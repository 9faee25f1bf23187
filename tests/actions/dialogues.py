"""Plays a story of tests/bot/dialogues against the real forms: what Rasa is tested to predict must be what they do.

A story is in Rasa's own format. Its `metadata` say who talks (`customer`, see tests.actions.customers), what he sends
in each turn (`turns`: `say`, or `press` the title of an earlier button, with `attach` and `feels`) and how it `ends`.
Entities are those that the router finds in the words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Mapping, Sequence

import yaml

from contracts.assistant import ANSWER_INTENT
from contracts.effects import AddToTicket, EndDialogue, FileTicket, HandOff, Remedy, WithdrawTicket
from contracts.taxonomy import load_taxonomy
from intent_router.entities import extract
from tests.actions.customers import talk_of
from tests.actions.world import AREAS, NOW, Talk, Turn

FOLDER = Path(__file__).resolve().parents[1] / "bot" / "dialogues"


@dataclass
class Played:
    """What happened: Rasa's steps, and the turns."""

    steps: list[Mapping[str, Any]] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(turn.text for turn in self.turns)

    def effects(self, kind: type[Any]) -> list[Any]:
        return [effect for turn in self.turns for effect in turn.effects if isinstance(effect, kind)]

    @property
    def ends(self) -> dict[str, Any]:
        """How it ended, in the shape of a story's `ends`."""
        found: dict[str, Any] = {
            "tickets": [
                f"{t.category} {t.department} {t.priority}" + "".join(f" {o}" for o in t.order_ids)
                for t in self.effects(FileTicket)
            ],
            "remedies": [
                " ".join(str(part) for part in (r.kind, r.target_id, r.points or r.amount_fen) if part is not None)
                for r in self.effects(Remedy)
            ],
            "added": [a.kind for a in self.effects(AddToTicket)],
            "withdrawn": len(self.effects(WithdrawTicket)),
            "person": [h.reason for h in self.effects(HandOff)],
            "outcome": [e.outcome for e in self.effects(EndDialogue)],
        }
        return {key: value for key, value in found.items() if value}


def stories() -> list[Mapping[str, Any]]:
    """The stories that say who talks, of all files, in order."""
    found = []
    for path in sorted(FOLDER.glob("test_*.yml")):
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
        found += [story for story in loaded["stories"] if "metadata" in story]
    return found


async def play(metadata: Mapping[str, Any], intents: Sequence[str]) -> Played:
    """Let the customer say his turns, each with the intent that the service would pass on."""
    talk = talk_of(metadata["customer"])
    played = Played()
    for said, intent in zip(metadata["turns"], intents, strict=True):
        before = talk.loop
        talk.ports.sentiment = said.get("feels", "calm")
        turn = await _send(talk, said, intent, played.turns)
        played.turns.append(turn)
        played.steps += _steps(turn, intent, before, talk.loop)
    return played


async def _send(talk: Talk, said: Mapping[str, Any], intent: str, before: Sequence[Turn]) -> Turn:
    attached = [str(a) for a in said.get("attach") or ()]
    if "press" in said:
        payload = next(t.buttons[said["press"]] for t in reversed(before) if said["press"] in t.buttons)
        return await talk.say(said["press"], intent, payload=payload, attachments=attached)
    found = [{"entity": e.type, **{k: v for k, v in vars(e).items() if k != "type" and v is not None}} for e in
             extract(said["say"], NOW)]  # fmt: skip
    return await talk.say(said["say"], intent, found, attachments=attached)


def _steps(turn: Turn, intent: str, before: str | None, after: str | None) -> list[Mapping[str, Any]]:
    """A turn as Rasa's story steps."""
    area = before if intent == ANSWER_INTENT or before == AREAS.get(intent) else None
    steps: list[Mapping[str, Any]] = [{"intent": intent}]
    form = area or AREAS[intent]
    steps.append({"action": f"{form}_form"})
    if area is None:
        steps.append({"active_loop": f"{form}_form"})
    if turn.asked is not None:
        return [*steps, {"slot_was_set": [{"requested_slot": turn.asked}]}]
    assert after is None
    ended = [{"active_loop": None}, {"slot_was_set": [{"requested_slot": None}]}]
    return [*steps, *ended, {"action": f"action_{form}_conclude"}]


FLOWS: tuple[str, ...] = tuple(i.id for i in load_taxonomy().intents.values() if i.group != "chat")
