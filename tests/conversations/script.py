"""Scripted customers: what each writes or presses, and what must have come of it. Read from `scripts/*.yml`."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Mapping

import yaml

from contracts.taxonomy import load_taxonomy

SCRIPTS = Path(__file__).resolve().parent / "scripts"
GUEST = "guest"
LEVELS = ("puka", "gold", "platinum", "diamond", GUEST)


class ScriptError(ValueError):
    """A script cannot be read; `str(error)` names it and what is wrong."""


@dataclass(frozen=True)
class Turn:
    """One thing the customer does.

    `press` is (part of) the title of a button or card entry that was shown, the newest first; where there is none,
    `say` is written instead, and without `say` that is a failure. `attach`: a screenshot comes with it.
    `later_hours`: so much time has passed since the turn before. `new_device`: from here on a guest writes from another
    telephone. `{code}` in `say` is the code that was sent to the number he wrote last. `says` and `never` are regular
    expressions for the replies to this turn alone, `answered` the articles one of which must be among them.
    """

    say: str = ""
    press: str | None = None
    attach: bool = False
    later_hours: float = 0.0
    new_device: bool = False
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What the customer replies when he is asked `to` (a regular expression); used once, after any turn."""

    to: str
    turn: Turn


@dataclass(frozen=True)
class ExpectedTicket:
    """A ticket that must be there at the end.

    Department and priority are the taxonomy's unless the script says otherwise. `linked`: whether an order is linked
    (None: either is right). `events` must be among what happened to it; `keeps` are regular expressions that its
    summary or details must contain, `said` included.
    """

    category: str
    department: str
    priority: str
    linked: bool | None = None
    withdrawn: bool = False
    events: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Script:
    """One customer. `handoff`: False none, True one for any reason, or the reason; None: either is right.

    `shows` names the robust cases that the script plays. `may_file` lists categories whose ticket is as right as none.
    """

    id: str
    who: str
    turns: tuple[Turn, ...]
    shows: tuple[str, ...] = ()
    answers: tuple[Answer, ...] = ()
    tickets: tuple[ExpectedTicket, ...] = ()
    may_file: tuple[str, ...] = ()
    handoff: bool | str | None = False
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()
    note: str = field(default="", compare=False)


def load_scripts(folder: Path = SCRIPTS) -> tuple[Script, ...]:
    """All scripts, in the order of files and lines.

    Raises:
        ScriptError: a script has unknown keys, an unknown intent or article, or an id that was used already.
    """
    scripts: list[Script] = []
    for path in sorted(folder.glob("*.yml")):
        for raw in yaml.safe_load(path.read_text(encoding="utf-8")):
            try:
                scripts.append(_script(raw))
            except (KeyError, TypeError, ValueError) as error:
                raise ScriptError(f"{path.name}: {raw.get('id', raw)}: {error}") from error
    ids = [s.id for s in scripts]
    twice = {i for i in ids if ids.count(i) > 1}
    if twice:
        raise ScriptError(f"ids used twice: {sorted(twice)}")
    return tuple(scripts)


def _script(raw: Mapping[str, Any]) -> Script:
    _only(raw, Script.__dataclass_fields__)
    if raw["who"] not in LEVELS:
        raise ValueError(f"no such customer: {raw['who']}")
    script = Script(
        id=raw["id"],
        who=raw["who"],
        turns=tuple(_turn(t) for t in raw["turns"]),
        shows=tuple(raw.get("shows", ())),
        answers=tuple(_answer(a) for a in raw.get("answers", ())),
        tickets=tuple(_ticket(t) for t in raw.get("tickets", ())),
        may_file=tuple(raw.get("may_file", ())),
        handoff=raw.get("handoff", False),
        says=tuple(raw.get("says", ())),
        never=tuple(raw.get("never", ())),
        answered=tuple(raw.get("answered", ())),
        note=raw.get("note", ""),
    )
    questions = load_taxonomy().questions
    asked = {*script.answered, *(a for t in script.turns for a in t.answered)}
    unknown = asked - set(questions)
    if unknown:
        raise ValueError(f"no such articles: {sorted(unknown)}")
    return script


def _turn(raw: str | Mapping[str, Any]) -> Turn:
    if isinstance(raw, str):
        return Turn(say=raw)
    _only(raw, Turn.__dataclass_fields__)
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in raw.items()}
    turn = Turn(**values)
    if not (turn.say or turn.press or turn.attach):
        raise ValueError(f"a turn that does nothing: {raw}")
    return turn


def _answer(raw: Mapping[str, Any]) -> Answer:
    return Answer(raw["to"], _turn({k: v for k, v in raw.items() if k != "to"}))


def _ticket(raw: str | Mapping[str, Any]) -> ExpectedTicket:
    given = {"category": raw} if isinstance(raw, str) else raw
    _only(given, ExpectedTicket.__dataclass_fields__)
    spec = load_taxonomy().intents[given["category"]]
    if spec.department is None:
        raise ValueError(f"{spec.id} files no ticket")
    return ExpectedTicket(
        category=spec.id,
        department=given.get("department", spec.department),
        priority=given.get("priority", spec.priority or "P2"),
        linked=given.get("linked"),
        withdrawn=given.get("withdrawn", False),
        events=tuple(given.get("events", ())),
        keeps=tuple(given.get("keeps", ())),
    )


def _only(raw: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    unknown = set(raw) - set(known)
    if unknown:
        raise ValueError(f"unknown keys {sorted(unknown)}")
