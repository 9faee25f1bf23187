"""`make eval`: trains from scratch, judges, and writes reports/understanding.md and .html.

With `--reuse` the trained router and assistant of `models/` are judged as they are; the other methods are trained in
any case. Nothing in `models/` that serves is touched: training goes into `models/evaluation`.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

from contracts.errors import NotReady, YoubanError
from intent_router.corpus import training_examples
from intent_router.eval import assistant, behaviour
from intent_router.eval.assistant import Heard
from intent_router.eval.comparison import baselines, feeling_baselines
from intent_router.eval.costs import add_costs
from intent_router.eval.document import Document, markdown
from intent_router.eval.html import html
from intent_router.eval.judging import SPLITS, Message, Trained, read_messages, said_in_talks
from intent_router.eval.noise import SoundAlikes, changes
from intent_router.eval.progress import Stages
from intent_router.eval.resources import cold_start, load_of_machine
from intent_router.eval.sections import add_split
from intent_router.eval.split import Others, SplitResult, judge_split, opinion_of
from intent_router.eval.tables import behaviour as rates_table
from intent_router.eval.tables import failures
from intent_router.manifest import ROOT
from intent_router.training import STAGES, configured, train

NAME = "understanding"
_TEST_MARK = "Test: "


@dataclass(frozen=True)
class Prepared:
    """What is judged, and what it is compared with."""

    trained: Trained
    heard: Heard
    others: Others
    models: Path
    reused: bool


def prepare(models: Path, reuse: bool, texts: list[str], dev_texts: list[str], stages: Stages) -> Prepared:
    """Train the assistant's NLU and the router from scratch into `models/evaluation`, or load what `models` has.

    Raises:
        NotReady: `reuse`, and something is not trained.
        ContractError: the assistant's process failed.
    """
    if reuse:
        model = assistant.finished_model(models)
        if model is None:
            raise NotReady("the assistant is not trained: youban train")
        trained = Trained.load(models)
        stages.say("the assistant's opinion")
        heard = replace(assistant.ask(texts, model=model), train_seconds=assistant.trained_in(models))
    else:
        models = models / "evaluation"
        shutil.rmtree(models, ignore_errors=True)
        stages.say("training the assistant's NLU")
        heard = assistant.ask(texts, train_into=models / "assistant")
        # The router learns from it how far to trust the assistant.
        assistant.write_scores(heard.scores, dev_texts, models / "assistant" / "dev_scores.jsonl")
        stages.say("training the router")
        train(models, configured(), lambda stage: stages.say(f"training the router: {stage} done"))
        trained = Trained.load(models)
    stages.say("training the other methods")
    others = Others(baselines(training_examples()), feeling_baselines())
    return Prepared(trained, heard, others, models, reuse)


def evaluate(models: Path, reuse: bool, with_test: bool, stages: Stages) -> Document:
    """The whole report; without the test messages where `with_test` is False."""
    load, splits = load_of_machine(), SPLITS if with_test else SPLITS[:1]
    messages: dict[str, list[Message]] = {split: read_messages(split) for split in splits}
    everything = [message.text for part in messages.values() for message in part]
    everything += [text for split in messages for text in said_in_talks(split)]
    prepared = prepare(models, reuse, everything, [message.text for message in messages["dev"]], stages)
    trained = prepared.trained
    seconds = max(trained.manifest.seconds.values(), default=0.0)
    examples = training_examples()
    kinds = changes(SoundAlikes.of(example.text for example in examples))

    def result_of(split: str) -> SplitResult:
        return judge_split(split, messages[split], trained, prepared.heard, prepared.others, kinds, seconds, stages.say)

    document = Document("Understanding, measured")
    _add_preface(document, prepared, len(examples), with_test)
    dev = result_of("dev")
    add_split(document, dev, trained)
    _add_behaviour(document, trained)
    stages.say("time and memory")
    add_costs(document, dev.rows, trained.manifest, prepared.heard, cold_start(prepared.models), load, reuse)
    if not with_test:
        return document
    document.add(
        "Test messages",
        "**Everything below is judged on `nlu_data/test`**, messages by other hands that nothing has learned from: no "
        "source, no weight, no calibration and no threshold. They are for judging finished work; while something is "
        "being improved, `DEV=1` leaves them out.",
    )
    add_split(document, result_of("test"), trained, _TEST_MARK, level=3)
    return document


def _add_preface(document: Document, prepared: Prepared, examples: int, with_test: bool) -> None:
    manifest = prepared.trained.manifest
    command = " ".join(("make eval", *(["REUSE=1"] if prepared.reused else []), *([] if with_test else ["DEV=1"])))
    how = "trained models taken as they were" if prepared.reused else "everything trained from scratch in this run"
    where = "stand at the end" if with_test else "were left alone"
    document.add(
        "How this was measured",
        f"`{command}` on {datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC at commit `{_commit()}`: {how}. {examples} "
        f"training messages of {manifest.counts.get('labels', 0)} labels; encoder `{manifest.encoder}`; router "
        f"`{manifest.folder}`.",
        f"Fusion, calibration and all thresholds are learned on the development messages alone ({manifest.tuned_on}); "
        f"figures on development messages are therefore a little kind. The test messages {where}.",
    )


def _add_behaviour(document: Document, trained: Trained) -> None:
    read = opinion_of(trained)
    simple = behaviour.rates(behaviour.minimum_functionality(read))
    directed = behaviour.rates(behaviour.direction(read))
    document.add(
        "Behaviour: what must work, and what a word must change",
        "Hand-written vectors (`nlu_data/behaviour`), by capability, in the manner of CheckList. Whoever improves the "
        "router knows them: a rate says what works now, not how unseen messages of its kind fare. First messages "
        "with the label or feeling that they must, or must not, have:",
        rates_table(simple),
        failures(simple, "Every simple message that failed"),
        "Then pairs in which one thing changes: the decision must change with it, or must not; a feeling must rise or "
        "fall.",
        rates_table(directed),
        failures(directed, "Every pair that failed"),
    )


def _commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "unknown"


def write(document: Document, folder: Path) -> list[Path]:
    """Write both reports and the plots that the Markdown one links; their paths."""
    figures = folder / NAME
    figures.mkdir(parents=True, exist_ok=True)
    for old in figures.glob("*.svg"):
        old.unlink()
    for figure in document.figures():
        (figures / f"{figure.name}.svg").write_text(figure.svg, encoding="utf-8")
    page, text = folder / f"{NAME}.html", folder / f"{NAME}.md"
    page.write_text(html(document), encoding="utf-8")
    text.write_text(markdown(document, Path(NAME)), encoding="utf-8")
    return [text, page]


def main() -> int:
    """The command line; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m intent_router.eval", description=__doc__)
    parser.add_argument("--models", type=Path, default=ROOT / "models")
    parser.add_argument("--reuse", action="store_true", help="judge the trained models as they are")
    parser.add_argument("--out", type=Path, default=Path("reports"))
    parser.add_argument("--without-test", action="store_true", help="leave the test messages alone")
    given = parser.parse_args()
    count = (12 if given.reuse else 13 + len(STAGES)) - (4 if given.without_test else 0)
    try:
        with Stages(count) as stages:
            document = evaluate(given.models, given.reuse, not given.without_test, stages)
            written = write(document, given.out)
    except YoubanError as error:
        print(f"eval: {error}", file=sys.stderr)
        return 1
    print("\n".join(str(path) for path in written))
    return 0


if __name__ == "__main__":
    sys.exit(main())
