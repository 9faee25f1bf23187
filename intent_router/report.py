"""`make eval`: judges the trained router on the held-out messages and writes reports/eval.md."""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from contracts.decision import RouteContext
from intent_router.evaluation import macro_f1
from intent_router.replay import replay
from intent_router.router import Router
from knowledge_base.facts import FileFacts
from knowledge_base.store import FileArticleStore

ROOT = Path(__file__).resolve().parent.parent
OUT_OF_SCOPE = "intent:out_of_scope"
WORST = 15


def _lines(split: str, name: str) -> list[dict[str, Any]]:
    path = ROOT / "nlu_data" / split / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def report(router: Router, split: str) -> Iterator[str]:
    """The report's lines."""
    rows, seconds = [], []
    for name in ("intents", "faq", "out_of_scope"):
        for item in _lines(split, name):
            started = time.perf_counter()
            decision = router.route(item["text"], RouteContext(), top=3).decision
            seconds.append(time.perf_counter() - started)
            ranked = [candidate.label for candidate in decision.alternatives[:3]]
            rows.append((name, item["label"], decision.label, ranked, decision.kind.value))
    yield f"# Understanding, judged on nlu_data/{split}\n"
    yield "| messages | count | first | among three | asked back |\n|---|---|---|---|---|"
    for name in ("intents", "faq", "out_of_scope"):
        part = [row for row in rows if row[0] == name]
        first = np.mean([right == said for _, right, said, _, _ in part])
        three = np.mean([right in ranked for _, right, _, ranked, _ in part])
        asked = np.mean([kind == "clarify" for *_, kind in part])
        yield f"| {name} | {len(part)} | {first:.3f} | {three:.3f} | {asked:.3f} |"
    refused = np.mean([said == OUT_OF_SCOPE for name, _, said, _, _ in rows if name != "out_of_scope"])
    yield f"\nIn scope and refused: {refused:.3f}."
    times = np.sort(seconds) * 1000
    yield f"A message takes {times[len(times) // 2]:.1f} ms (p99 {times[int(len(times) * 0.99)]:.1f} ms)."
    yield from _feelings(router, split)
    yield from _escalation(router, split)
    yield from _confusions([(right, said) for _, right, said, _, _ in rows])


def _feelings(router: Router, split: str) -> Iterator[str]:
    items = _lines(split, "sentiment")
    said = [router.route(item["text"]).decision.sentiment.label for item in items]
    score = macro_f1([item["label"] for item in items], said)
    yield f"\nSentiment: macro-F1 {score:.3f} over {len(items)} messages."


def _escalation(router: Router, split: str) -> Iterator[str]:
    talks = _lines(split, "conversations")
    judged = replay(talks, lambda text, context: router.route(text, context).decision)
    gold = [talk["escalate_at"] for talk in talks]
    found = [row["escalate_at"] for row in judged]
    hits = sum(a is not None and a == b for a, b in zip(gold, found, strict=True))
    f1 = 2 * hits / max(1, sum(a is not None for a in gold) + sum(b is not None for b in found))
    handed = sum((a is None) == (b is None) for a, b in zip(gold, found, strict=True))
    yield f"Escalation: F1 {f1:.3f} at the right turn; {handed} of {len(talks)} conversations rightly judged."


def _confusions(pairs: Sequence[tuple[str, str]]) -> Iterator[str]:
    wrong = Counter(pair for pair in pairs if pair[0] != pair[1])
    yield "\n## Most frequent confusions\n\n| right | said | times |\n|---|---|---|"
    for (right, said), times in wrong.most_common(WORST):
        yield f"| {right} | {said} | {times} |"


def main() -> None:
    parser = argparse.ArgumentParser(prog="report", description=__doc__)
    parser.add_argument("--models", type=Path, default=ROOT / "models")
    parser.add_argument("--split", choices=("dev", "test"), default="dev", help="test is for finished work only")
    parser.add_argument("--out", type=Path, default=Path("reports"))
    chosen = parser.parse_args()
    base = ROOT / "knowledge_base"
    store = FileArticleStore(base / "articles", FileFacts.load(base / "facts.yml"))
    router = Router.load(chosen.models / "router", store)
    chosen.out.mkdir(parents=True, exist_ok=True)
    with (chosen.out / "eval.md").open("w", encoding="utf-8") as file:
        for line in report(router, chosen.split):
            print(line, flush=True)
            file.write(line + "\n")


if __name__ == "__main__":
    main()
