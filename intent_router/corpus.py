"""The labelled messages that the router learns from, and those on which it is tuned."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from contracts.errors import ContractError
from contracts.taxonomy import Taxonomy, load_taxonomy
from knowledge_base.store import ARTICLES_DIR, all_phrasings

DATA_DIR = Path(__file__).resolve().parent.parent / "nlu_data"
OUT_OF_SCOPE = "intent:out_of_scope"


@dataclass(frozen=True)
class Example:
    """A message and its label."""

    text: str
    label: str


def training_examples(
    data: Path = DATA_DIR, articles: Path = ARTICLES_DIR, taxonomy: Taxonomy | None = None
) -> list[Example]:
    """Messages of all intents, phrasings of all questions, and the taxonomy's own examples; no text twice.

    Raises:
        ContractError: a file stands for a label that the taxonomy does not have.
    """
    known = load_taxonomy() if taxonomy is None else taxonomy
    found: list[Example] = []
    for path in sorted((data / "intents" / "train").glob("*.txt")):
        if path.stem not in known.intents:
            raise ContractError(f"{path.name}: the taxonomy has no such intent")
        lines = path.read_text(encoding="utf-8").splitlines()
        found.extend(Example(line.strip(), f"intent:{path.stem}") for line in lines if line.strip())
    for article, phrasings in all_phrasings(articles).items():
        found.extend(Example(phrasing, f"faq:{article}") for phrasing in phrasings)
    for intent in known.intents.values():
        found.extend(Example(text, f"intent:{intent.id}") for text in intent.say)
    for question in known.questions.values():
        found.append(Example(question.text, f"faq:{question.id}"))
    return _once(found)


def development_examples(data: Path = DATA_DIR) -> list[Example]:
    """The development messages with intents and questions; empty when there are none.

    Raises:
        ContractError: a line is not `{"text", "label"}`; file and line are named.
    """
    found: list[Example] = []
    for name in ("intents", "faq", "out_of_scope"):
        path = data / "dev" / f"{name}.jsonl"
        if path.exists():
            found.extend(read_labelled(path))
    return found


def read_labelled(path: Path) -> list[Example]:
    """The lines `{"text", "label"}` of a file.

    Raises:
        ContractError: a line is something else.
    """
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            found.append(Example(str(row["text"]), str(row["label"])))
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise ContractError(f"{path.name}:{number}: text and label are expected") from error
    return found


def held_out(examples: Sequence[Example], every: int = 5) -> tuple[list[Example], list[Example]]:
    """Split examples in two: each label's every n-th message is held out, the rest trains."""
    seen: dict[str, int] = {}
    kept: list[Example] = []
    out: list[Example] = []
    for example in examples:
        count = seen[example.label] = seen.get(example.label, 0) + 1
        (out if count % every == 0 else kept).append(example)
    return kept, out


def _once(examples: Iterable[Example]) -> list[Example]:
    """The first example of each text and label."""
    return list(dict.fromkeys(examples))
