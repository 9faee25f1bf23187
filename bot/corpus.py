"""What the assistant's NLU learns from: intents and a sample of the questions that articles answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Iterable, Mapping, Sequence

FAQ_INTENT, OUT_OF_SCOPE = "faq", "out_of_scope"
_INTENT_CAP = 300
"""Messages of one intent: with 50 intents this keeps training under two minutes on two cores."""
_WIDE_CAPS = {OUT_OF_SCOPE: 2500}
"""What has no theme of its own needs more examples."""
_FAQ_CAP = 1500
_MARKUP = re.compile(r"[\[\](){}\\]")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Corpus:
    """Messages by intent, already capped; `left_out` counts what the caps cost."""

    messages: Mapping[str, Sequence[str]]
    left_out: Mapping[str, int]

    def __len__(self) -> int:
        return sum(len(messages) for messages in self.messages.values())

    def to_yaml(self) -> str:
        """Rasa's NLU format, deterministic byte for byte."""
        lines = ['version: "3.1"', "nlu:"]
        for intent in sorted(self.messages):
            lines += [f"  - intent: {intent}", "    examples: |"]
            lines += [f"      - {message}" for message in self.messages[intent]]
        return "\n".join(lines) + "\n"


def gather(nlu_data: Path, articles: Path) -> Corpus:
    """Read the training messages of all intents and the articles' phrasings.

    Raises:
        FileNotFoundError: there is not one training message.
    """
    found = {path.stem: _lines(path) for path in sorted((nlu_data / "intents" / "train").glob("*.txt"))}
    found = {intent: lines for intent, lines in found.items() if lines}
    if not found:
        raise FileNotFoundError(f"no training messages in {nlu_data / 'intents' / 'train'}")
    kept: dict[str, Sequence[str]] = {
        intent: diverse(lines, _WIDE_CAPS.get(intent, _INTENT_CAP)) for intent, lines in found.items()
    }
    left_out = {intent: len(lines) - len(kept[intent]) for intent, lines in found.items()}
    phrasings = [_lines(path) for path in sorted(articles.glob("**/*.phrasings.txt"))]
    questions = _spread(phrasings, _FAQ_CAP)
    if questions:
        kept[FAQ_INTENT] = questions
        left_out[FAQ_INTENT] = sum(map(len, phrasings)) - len(questions)
    return Corpus(kept, {intent: count for intent, count in left_out.items() if count})


def _lines(path: Path) -> list[str]:
    """The file's messages without doubles, free of what Rasa would read as an annotation."""
    raw = (_SPACES.sub(" ", _MARKUP.sub(" ", line)).strip() for line in path.read_text(encoding="utf-8").splitlines())
    return list(dict.fromkeys(line.lstrip("-/ ") for line in raw if line.strip("-/ ")))


def _spread(groups: Iterable[Sequence[str]], cap: int) -> list[str]:
    """Up to `cap` messages, taken from every group in turn."""
    queues = [diverse(group, len(group)) for group in groups if group]
    taken: list[str] = []
    depth = 0
    while len(taken) < cap and any(depth < len(queue) for queue in queues):
        taken += [queue[depth] for queue in queues if depth < len(queue)]
        depth += 1
    return list(dict.fromkeys(taken))[:cap]


def diverse(messages: Sequence[str], cap: int) -> list[str]:
    """At most `cap` messages that differ most from one another (farthest first over character pairs).

    Deterministic: starts with the first message, ties go to the earlier one.
    """
    if len(messages) <= cap and cap != len(messages):
        return list(messages)
    pairs = [frozenset(message[i : i + 2] for i in range(max(1, len(message) - 1))) for message in messages]
    taken, likeness = [0], [_likeness(pairs[0], other) for other in pairs]
    left = set(range(1, len(messages)))
    while left and len(taken) < cap:
        farthest = min(left, key=lambda i: (likeness[i], i))
        taken.append(farthest)
        left.remove(farthest)
        for i in left:
            likeness[i] = max(likeness[i], _likeness(pairs[farthest], pairs[i]))
    return [messages[i] for i in taken]


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)
