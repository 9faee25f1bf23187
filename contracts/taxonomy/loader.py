"""Reads the three taxonomy files beside this module into frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Mapping

import yaml

from contracts.errors import ContractError
from contracts.titles import INTENT_TITLES

CHAT_GROUP = "chat"
OUT_OF_SCOPE = "out_of_scope"
SENTIMENT_ORDER = ("calm", "anxious", "dissatisfied", "angry")

SentimentLabel = str


@dataclass(frozen=True)
class PrioritySpec:
    """Promised times of a priority. Durations as written in the taxonomy: `5m`, `2h`, `3wd`."""

    id: str
    label: str
    first_response: str
    first_response_clock: str
    resolve: str
    resolve_clock: str


@dataclass(frozen=True)
class IntentSpec:
    """One intent: its business group and where a ticket filed for it starts (`None`: no ticket of its own)."""

    id: str
    group: str
    department: str | None
    priority: str | None
    means: str
    say: tuple[str, ...]

    @property
    def title(self) -> str:
        """What people call it; an intent that nobody named yet goes by its first example."""
        return INTENT_TITLES.get(self.id, self.say[0])


@dataclass(frozen=True)
class Question:
    """One FAQ question of the knowledge base."""

    id: str
    category: str
    text: str


@dataclass(frozen=True)
class Category:
    """A group of FAQ questions, in the order of the help pages."""

    id: str
    title: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Taxonomy:
    """All fixed ids. `promise_overrides`, `dept_by_cause` and `steps` are keyed by intent id."""

    intents: Mapping[str, IntentSpec]
    priorities: Mapping[str, PrioritySpec]
    departments: Mapping[str, str]
    categories: tuple[Category, ...]
    sentiments: Mapping[str, str]
    if_unsolved: frozenset[str]
    promise_overrides: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    dept_by_cause: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    steps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def questions(self) -> dict[str, Question]:
        """All FAQ questions by id."""
        return {q.id: q for c in self.categories for q in c.questions}

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label a Decision may carry: `intent:<id>` first, then `faq:<id>`."""
        return tuple(f"intent:{i}" for i in self.intents) + tuple(f"faq:{q}" for q in self.questions)


def _read(name: str) -> dict[str, Any]:
    path = Path(__file__).with_name(name)
    loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(loaded, dict):
        raise ContractError(f"{name}: a mapping is expected at the top")
    return loaded


@lru_cache(maxsize=1)
def load_taxonomy() -> Taxonomy:
    """Return the taxonomy of this release.

    Raises:
        ContractError: an intent names a department or priority that is not defined.
    """
    intents, faq, sentiment = _read("intents.yml"), _read("faq.yml"), _read("sentiment.yml")
    priorities = {key: PrioritySpec(id=key, **spec) for key, spec in intents["priorities"].items()}
    departments = dict(intents["departments"])
    specs: dict[str, IntentSpec] = {}
    for row in intents["intents"]:
        spec = IntentSpec(row["id"], row["group"], row["dept"], row["priority"], row["means"], tuple(row["say"]))
        if spec.department is not None and spec.department not in departments:
            raise ContractError(f"intent {spec.id}: unknown department {spec.department}")
        if spec.priority is not None and spec.priority not in priorities:
            raise ContractError(f"intent {spec.id}: unknown priority {spec.priority}")
        specs[spec.id] = spec
    categories = tuple(
        Category(c["id"], c["title"], tuple(Question(q["id"], c["id"], q["q"]) for q in c["faq"]))
        for c in faq["categories"]
    )
    return Taxonomy(
        intents=specs,
        priorities=priorities,
        departments=departments,
        categories=categories,
        sentiments=dict(sentiment["labels"]),
        if_unsolved=frozenset(intents["ticket_policy"]["if_unsolved"]),
        promise_overrides=intents["promise_overrides"],
        dept_by_cause=intents["dept_by_cause"],
        steps={k: tuple(v) for k, v in intents["steps"].items()},
    )
