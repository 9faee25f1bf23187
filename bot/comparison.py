"""Compares pipelines for the assistant's NLU: `python -m bot.comparison` (Python 3.10; minutes for each).

Every pipeline learns from the same messages as the shipped one and is judged on the development messages, in this
process and one after another. The table is what docs/decisions/0010-rasa-pipeline.md quotes.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Mapping, Sequence

import yaml

from bot.corpus import OUT_OF_SCOPE, gather
from bot.training import Places, dev_lines, environment, quiet, reader, write_corpus

ROOT = Path(__file__).resolve().parent.parent
_TIMED = 200
"""Messages that are parsed one by one to take the time."""

Component = Mapping[str, Any]


@dataclass(frozen=True)
class Judged:
    """Shares of right first guesses, and what they cost."""

    intents: float
    questions: float
    out_of_scope: float
    train_seconds: float
    ms_a_message: float
    megabytes: float

    def row(self, name: str) -> str:
        """A line of the table."""
        shares = " | ".join(f"{share:.3f}" for share in (self.intents, self.questions, self.out_of_scope))
        return f"| {name} | {shares} | {self.train_seconds:.0f} s | {self.ms_a_message:.1f} ms | {self.megabytes:.1f} |"


def pipelines(shipped: Sequence[Component]) -> dict[str, list[Component]]:
    """The alternatives by name, the shipped one first."""
    features = [part for part in shipped if part["name"] != "DIETClassifier"]
    diet = next(part for part in shipped if part["name"] == "DIETClassifier")
    tokenizer = shipped[0]
    counts: list[Component] = [
        {"name": "CountVectorsFeaturizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4, "max_features": 6500},
    ]
    defaults = {"name": "DIETClassifier", "entity_recognition": False, "constrain_similarities": True}
    ending = {"epochs": diet["epochs"], "ranking_length": 0, "random_seed": diet["random_seed"]}
    return {
        "shipped: message n-grams, DIET without transformer": list(shipped),
        "message n-grams, logistic regression": [*features, {"name": "LogisticRegressionClassifier", "max_iter": 200}],
        "message n-grams, DIET with one transformer layer of 64": [
            *features,
            {**diet, "number_of_transformer_layers": 1, "transformer_size": 64, "number_of_attention_heads": 4},
        ],
        "Rasa's counts, DIET as in its defaults": [tokenizer, *counts, {**defaults, **ending}],
    }


def compare(pipeline: Sequence[Component], places: Places, lines: Sequence[tuple[str, str]]) -> Judged:
    """Train one pipeline and judge it."""
    from rasa.model_training import train_nlu

    config = places.build / "config.yml"
    config.write_text(yaml.safe_dump({"recipe": "default.v1", "language": "zh", "pipeline": list(pipeline)}))
    started = time.monotonic()
    archive = train_nlu(config=str(config), nlu_data=str(places.nlu), output=str(places.build))
    seconds = time.monotonic() - started
    if archive is None:
        raise RuntimeError("Rasa gave no model")
    read = reader(Path(archive))
    said = [max(scores, key=lambda name: scores[name]) for text, _ in lines for scores in read([text])]
    started = time.monotonic()
    for text, _ in lines[:_TIMED]:
        read([text])
    parsed = (time.monotonic() - started) / min(_TIMED, len(lines)) * 1000
    hits: dict[str, list[bool]] = {"intents": [], "questions": [], "out_of_scope": []}
    for (_, label), guess in zip(lines, said, strict=True):
        kind, _, name = label.partition(":")
        group = OUT_OF_SCOPE if name == OUT_OF_SCOPE else "questions" if kind == "faq" else "intents"
        hits[group].append(guess == ("faq" if kind == "faq" else name))
    shares = {group: sum(right) / max(1, len(right)) for group, right in hits.items()}
    return Judged(**shares, train_seconds=seconds, ms_a_message=parsed, megabytes=os.path.getsize(archive) / 2**20)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bot.comparison", description="Compare pipelines of the assistant.")
    parser.add_argument("--only", nargs="*", metavar="WORD", help="pipelines whose names contain one of these words")
    options = parser.parse_args(arguments)
    shipped = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    chosen = {
        name: pipeline
        for name, pipeline in pipelines(shipped).items()
        if not options.only or any(word in name for word in options.only)
    }
    lines = dev_lines(ROOT)
    print(
        "| pipeline | intents | questions | out of scope | training | a message | MB |\n|---|---|---|---|---|---|---|"
    )
    with tempfile.TemporaryDirectory() as home:
        places = Places(ROOT, Path(home))
        os.environ.update(environment(places))
        quiet()
        write_corpus(places, gather(ROOT / "nlu_data", ROOT / "knowledge_base" / "articles"))
        for name, pipeline in chosen.items():
            print(compare(pipeline, places, lines).row(name), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
