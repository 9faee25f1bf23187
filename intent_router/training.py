"""Trains all learned parts of the router: `python -m intent_router.training --models models --progress`.

Nothing is done when data, code and configuration are as they were. What is trained goes into a new folder; the
manifest, replaced last, puts it in force.
"""

from __future__ import annotations

import argparse
import fcntl
import importlib
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from contracts.errors import NotReady, YoubanError
from intent_router.classifier import Classifier
from intent_router.classifier_training import ClassifierConfig, train_sources
from intent_router.corpus import DATA_DIR, OUT_OF_SCOPE, Example, development_examples, held_out, training_examples
from intent_router.follow_up import FollowUp, customer_turns, learn_follow_up
from intent_router.fresh import TRAINED_TEXTS, text_key
from intent_router.join import read_assistant_scores
from intent_router.manifest import Manifest, file_hash, state_hash
from intent_router.tuning import Judged, Tuning, TuningConfig, judge, tune
from knowledge_base.encoder import SETTING as ENCODER_SETTING
from knowledge_base.encoder import PretrainedEncoder

STAGES = ("features", "encoder", "neural bag", "linear head", "index", "tuning", "feelings")

Report = Callable[[str], None]


@dataclass(frozen=True)
class TrainingConfig:
    classifier: ClassifierConfig = field(default_factory=ClassifierConfig)
    tuning: TuningConfig = field(default_factory=TuningConfig)


def train(models: Path, config: TrainingConfig = TrainingConfig(), report: Report = lambda stage: None) -> Manifest:
    """Bring `models/router` up to date and return its manifest.

    Raises:
        ContractError: the data does not keep to its format.
    """
    if config.classifier.pretrained:
        PretrainedEncoder(config.classifier.pretrained)  # said now, not after minutes
    router = models / "router"
    router.mkdir(parents=True, exist_ok=True)
    scores_file = models / "assistant" / "dev_scores.jsonl"
    with _alone(router):
        wanted = state_hash(repr(config))
        current = _current(router)
        if current is not None and current.hash == wanted:
            if current.assistant_scores == file_hash(scores_file):
                return current
            return _learn_join_again(router, current, scores_file, config)
        return _train_all(router, wanted, scores_file, config, report)


@contextmanager
def _alone(router: Path) -> Iterator[None]:
    """Who comes second waits, and then finds everything up to date."""
    with (router / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _current(router: Path) -> Manifest | None:
    try:
        manifest = Manifest.load(router)
    except YoubanError:
        return None  # none, or of another release: both are trained anew
    return manifest if (router / manifest.folder).is_dir() else None


def _train_all(router: Path, wanted: str, scores_file: Path, config: TrainingConfig, report: Report) -> Manifest:
    started = time.monotonic()
    examples, development = training_examples(), development_examples()
    folder = router / f"{wanted}-{os.getpid()}"
    folder.mkdir()
    seconds: dict[str, float] = {}

    def done(stage: str) -> None:
        seconds[stage] = round(time.monotonic() - started, 1)
        report(stage)

    tuned_on = "nlu_data/dev" if development else "held-out fifth of nlu_data/intents/train and phrasings"
    classifier, judged = train_and_judge(examples, development, config, done)
    assistant = read_assistant_scores(scores_file)
    classifier, tuning = tune(classifier, judged, config.tuning, assistant=assistant)
    tuning = replace(tuning, follow_up=_follow_up(classifier, tuning))
    classifier.save(folder)
    tuning.save(folder)
    np.save(folder / TRAINED_TEXTS, np.array(sorted({text_key(e.text) for e in examples}), dtype=np.uint64))
    done("tuning")
    (folder / "sentiment").mkdir()
    feelings = importlib.import_module("intent_router.sentiment").train_sentiment(DATA_DIR, folder / "sentiment")
    done("feelings")
    manifest = Manifest(
        hash=wanted,
        folder=folder.name,
        encoder=classifier.encoder.name,
        tuned_on=tuned_on,
        assistant_scores=file_hash(scores_file),
        counts={"train": len(examples), "development": len(judged.right), "labels": len(classifier.labels)},
        seconds=seconds,
        metrics={"router": metrics(classifier, tuning, judged), "sentiment": feelings},
    )
    manifest.save(router)
    _remove_all_but(router, {folder.name})
    return manifest


def train_and_judge(
    examples: Sequence[Example], development: Sequence[Example], config: TrainingConfig, report: Report
) -> tuple[Classifier, Judged]:
    """Train the sources and collect what they say about messages that they have not seen.

    Without development messages a fifth of the examples is held out for that, and the sources are trained once more
    on all of them.
    """
    if development:
        classifier = train_sources(examples, config.classifier, report)
        return classifier, judge(classifier, development)
    kept, out = held_out(examples)
    judged = judge(train_sources(kept, config.classifier, report), out)
    return train_sources(examples, config.classifier, report), judged


def metrics(classifier: Classifier, tuning: Tuning, judged: Judged) -> dict[str, Any]:
    """Shares on the held-out messages: right first and among three, by kind of label; scope; milliseconds."""
    rankings = []
    for evidence in judged.evidence:
        fused = classifier.fusion.scores(evidence.table)
        rankings.append(tuning.ranking(tuning.probabilities(fused, evidence)))
    first = np.array([ranking[0] for ranking in rankings])
    right = np.array(judged.right)
    among = np.array([label in ranking[:3] for label, ranking in zip(right, rankings, strict=True)])
    kinds = np.array([_kind(label) for label in classifier.labels])
    found: dict[str, Any] = {}
    for kind in dict.fromkeys(kinds):
        rows = kinds[right] == kind
        if rows.any():
            found[kind] = {
                "messages": int(rows.sum()),
                "first": round(float((first == right)[rows].mean()), 4),
                "among_three": round(float(among[rows].mean()), 4),
            }
    inside = kinds[right] != "out_of_scope"
    if (~inside).any():
        found["refused_in_scope"] = round(float((kinds[first] == "out_of_scope")[inside].mean()), 4)
    found["all"] = round(float((first == right).mean()), 4)
    started = time.perf_counter()
    sample = judged.texts[:200]
    for text in sample:
        classifier.probabilities(text)
    found["ms_a_message"] = round((time.perf_counter() - started) / len(sample) * 1000, 2)
    return found


def _kind(label: str) -> str:
    return "out_of_scope" if label == OUT_OF_SCOPE else label.partition(":")[0]


def _follow_up(classifier: Classifier, tuning: Tuning) -> FollowUp:
    def label_of(text: str) -> str | None:
        evidence = classifier.evidence(text)
        probabilities = tuning.probabilities(classifier.fusion.scores(evidence.table), evidence)
        best = int(np.argmax(probabilities))
        return classifier.labels[best] if probabilities[best] >= tuning.thresholds.sure else None

    return learn_follow_up(customer_turns(DATA_DIR / "dev" / "conversations.jsonl"), label_of)


def _learn_join_again(router: Path, current: Manifest, scores_file: Path, config: TrainingConfig) -> Manifest:
    """The assistant was trained anew: only its weight in the fusion is learned again."""
    folder = router / current.folder
    classifier, old = Classifier.load(folder), Tuning.load(folder)
    judged = judge(classifier, development_examples())
    if judged.right:
        _same, fresh = tune(classifier, judged, config.tuning, assistant=read_assistant_scores(scores_file))
        replace(old, join=fresh.join).save(folder)
    manifest = replace(current, assistant_scores=file_hash(scores_file))
    manifest.save(router)
    return manifest


def _remove_all_but(router: Path, kept: set[str]) -> None:
    for path in router.iterdir():
        if path.is_dir() and path.name not in kept:
            shutil.rmtree(path, ignore_errors=True)


def configured(environment: Mapping[str, str] = os.environ) -> TrainingConfig:
    """The shipped configuration, with the encoder that the settings name."""
    return TrainingConfig(ClassifierConfig(pretrained=environment.get(ENCODER_SETTING) or None))


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m intent_router.training", description=__doc__)
    parser.add_argument("--models", type=Path, default=Path("models"))
    parser.add_argument("--progress", action="store_true")
    given = parser.parse_args(arguments)
    try:
        manifest = _with_progress(given.models, given.progress)
    except (YoubanError, NotReady) as error:
        print(f"training: {error}", file=sys.stderr)
        return 1
    quality = manifest.metrics["router"]
    print(f"router: {manifest.folder}, right first {quality['all']:.1%} on {manifest.tuned_on}")
    return 0


def _with_progress(models: Path, shown: bool) -> Manifest:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("understanding: {task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not shown) as progress:
        task = progress.add_task("checking", total=len(STAGES))

        def report(stage: str) -> None:
            progress.update(task, description=stage, advance=1)
            if shown and not console.is_terminal:
                print(f"understanding: {stage} done", file=sys.stderr, flush=True)

        manifest = train(models, configured(), report)
        progress.update(task, description="up to date", completed=len(STAGES))
    return manifest


if __name__ == "__main__":
    sys.exit(main())
