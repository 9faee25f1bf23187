"""Business figures from `facts.yml`: the only place in the project where they stand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import yaml

from contracts.errors import ContractError
from contracts.knowledge import BusinessFacts, Fact

FACTS_FILE = Path(__file__).with_name("facts.yml")
_FIELDS = {"value", "unit", "say"}
_QUOTED = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


class FileFacts:
    """The facts of one release (implements contracts.knowledge.BusinessFacts)."""

    def __init__(self, facts: Mapping[str, Fact]) -> None:
        self._facts = dict(facts)

    @classmethod
    def load(cls, path: Path = FACTS_FILE) -> FileFacts:
        """Read the file.

        Raises:
            ContractError: a fact lacks its value, unit or wording, or has a field too many; the file and key are named.
        """
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        if not isinstance(raw, dict):
            raise ContractError(f"{path.name}: groups of facts are expected")
        raw.pop("version", None)
        facts: dict[str, Fact] = {}
        for group, entries in raw.items():
            if not isinstance(entries, dict):
                raise ContractError(f"{path.name}: {group}: a group of facts is expected")
            for name, entry in entries.items():
                facts[f"{group}.{name}"] = _fact(f"{path.name}: {group}.{name}", entry)
        return cls(facts)

    def fact(self, key: str) -> Fact:
        """The fact at `group.key`.

        Raises:
            KeyError: there is no such fact.
        """
        return self._facts[key]

    def changed(self, facts: Mapping[str, Fact]) -> FileFacts:
        """The same facts with some of them replaced, in the order of the file.

        Raises:
            KeyError: one of them is not a fact of the file.
        """
        for key in facts:
            self.fact(key)
        return FileFacts({**self._facts, **facts})

    def keys(self) -> tuple[str, ...]:
        """All keys, in the order of the file."""
        return tuple(self._facts)


def _fact(where: str, entry: object) -> Fact:
    if not isinstance(entry, dict) or set(entry) != _FIELDS:
        raise ContractError(f"{where}: exactly value, unit and say are expected")
    value, unit, say = entry["value"], entry["unit"], entry["say"]
    if value is None or isinstance(value, (dict, list)):
        raise ContractError(f"{where}: the value must be a number or a text")
    if not isinstance(unit, str) or not unit:
        raise ContractError(f"{where}: the unit is missing")
    if not isinstance(say, str) or not say.strip():
        raise ContractError(f"{where}: the customer's wording (say) is missing")
    return Fact(value, unit, say)


def quoted_facts(text: str) -> tuple[str, ...]:
    """The keys that a text quotes as `{{ group.key }}`, in order."""
    return tuple(match.group(1) for match in _QUOTED.finditer(text))


def fill_in(text: str, facts: BusinessFacts) -> str:
    """The text with every `{{ group.key }}` replaced by the fact's wording.

    Raises:
        ContractError: a quoted fact does not exist, or braces are left open.
    """

    def wording(match: re.Match[str]) -> str:
        try:
            return facts.fact(match.group(1)).say
        except KeyError as error:
            raise ContractError(f"there is no fact {match.group(1)!r}") from error

    filled = _QUOTED.sub(wording, text)
    if "{{" in filled or "}}" in filled:
        raise ContractError("braces of a quoted fact are left open")
    return filled
