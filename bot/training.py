"""Trains the assistant: `python -m bot.training --models models` (Python 3.10).

Nothing is done when data, configuration, domain, rules and tokenizer are those of the last training.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Callable, Iterator, Mapping, Sequence

from bot.corpus import OUT_OF_SCOPE, Corpus, gather

_SEEN = (
    *("config.yml", "requirements/assistant.txt", "bot/domain", "bot/rules", "bot/stories", "bot/components"),
    *("language", "nlu_data/lexicon"),
)
"""Beside the corpus, all that the model depends on."""
_DEV = ("intents", "faq", "out_of_scope")
_BATCH = 64


@dataclass(frozen=True)
class Places:
    """Where things are read and written. `root` is the project, `home` is models/assistant."""

    root: Path
    home: Path

    @property
    def build(self) -> Path:
        return self.home / "build"

    @property
    def nlu(self) -> Path:
        return self.build / "nlu.yml"

    @property
    def manifest(self) -> Path:
        return self.home / "manifest.json"

    @property
    def dev_scores(self) -> Path:
        return self.home / "dev_scores.jsonl"

    @property
    def training_files(self) -> list[str]:
        return [str(self.nlu), str(self.root / "bot" / "rules"), str(self.root / "bot" / "stories")]


def model_hash(root: Path, corpus: Corpus) -> str:
    """A hash over everything that the trained model depends on."""
    digest = hashlib.sha256(corpus.to_yaml().encode())
    for name in _SEEN:
        for path in _files(root / name):
            digest.update(path.relative_to(root).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _files(place: Path) -> Iterator[Path]:
    if place.is_file():
        yield place
    else:
        yield from sorted(p for p in place.rglob("*") if p.is_file() and "__pycache__" not in p.parts)


def read_manifest(places: Places) -> Mapping[str, Any]:
    """What the last training wrote; empty when there is none or its model is gone."""
    if not places.manifest.exists():
        return {}
    manifest: dict[str, Any] = json.loads(places.manifest.read_text(encoding="utf-8"))
    return manifest if (places.home / manifest["model"]).exists() else {}


def write_corpus(places: Places, corpus: Corpus) -> None:
    """Write the training data in Rasa's format into the build folder."""
    places.build.mkdir(parents=True, exist_ok=True)
    places.nlu.write_text(corpus.to_yaml(), encoding="utf-8")
    left_out = ", ".join(f"{intent} {count}" for intent, count in sorted(corpus.left_out.items()))
    print(f"{len(corpus)} messages in {len(corpus.messages)} intents -> {places.nlu}")
    if left_out:
        print(f"left out by the caps (most alike first): {left_out}")


def validate(places: Places) -> int:
    """Run `rasa data validate` over the generated data, rules, stories and domain; its exit code."""
    command = [
        *(sys.executable, "-m", "rasa", "data", "validate"),
        *("--domain", str(places.root / "bot" / "domain"), "--config", str(places.root / "config.yml")),
        *("--data", *places.training_files),
    ]
    return subprocess.run(command, cwd=places.root, env=environment(places), check=False).returncode


def train(places: Places, name: str) -> Path:
    """Train core and NLU; the finished archive.

    Raises:
        RuntimeError: Rasa gave no model.
    """
    os.environ.update(environment(places))
    from rasa.model_training import train as rasa_train

    quiet()

    result = rasa_train(
        domain=str(places.root / "bot" / "domain"),
        config=str(places.root / "config.yml"),
        training_files=places.training_files,
        output=str(places.build),
        fixed_model_name=name,
    )
    if result.model is None or result.code != 0:
        raise RuntimeError(f"Rasa's training ended with code {result.code}")
    return Path(result.model)


def environment(places: Places) -> dict[str, str]:
    """What Rasa is to see of the environment."""
    return {
        **os.environ,
        "RASA_TELEMETRY_ENABLED": "false",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "PYTHONHASHSEED": "0",
        "RASA_CACHE_DIRECTORY": str(places.home / "cache"),
        "RASA_MAX_CACHE_SIZE": "200",
    }


def quiet() -> None:
    """Rasa's own command line sets this; without it structlog prints every policy's thoughts."""
    from rasa.utils.common import configure_logging_and_warnings
    from rasa.utils.log_utils import configure_structlog

    configure_logging_and_warnings(logging.INFO)
    configure_structlog(logging.INFO)


def publish(places: Places, archive: Path) -> Path:
    """Put the new model in place and remove older ones."""
    target = places.home / archive.name
    os.replace(archive, target)
    for old in places.home.glob("assistant-*.tar.gz"):
        if old != target:
            print(f"removing the older model {old.name}")
            old.unlink()
    return target


def dev_lines(root: Path) -> list[tuple[str, str]]:
    """Text and label of the development messages of intents, questions and out of scope."""
    lines = []
    for name in _DEV:
        path = root / "nlu_data" / "dev" / f"{name}.jsonl"
        if path.exists():
            rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
            lines += [(str(row["text"]), str(row["label"])) for row in rows]
    return lines


def score(model: Path, texts: Sequence[str]) -> list[dict[str, float]]:
    """The NLU's probabilities for each text, in batches."""
    read = reader(model)
    return [found for start in range(0, len(texts), _BATCH) for found in read(texts[start : start + _BATCH])]


def reader(model: Path) -> Callable[[Sequence[str]], list[dict[str, float]]]:
    """A trained model as a function: texts of one batch to their probabilities by intent.

    Raises:
        RuntimeError: the model cannot be loaded.
    """
    from rasa.core.agent import Agent
    from rasa.core.channels.channel import UserMessage
    from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
    from rasa.shared.core.trackers import DialogueStateTracker

    from bot.channel.step import readable

    quiet()
    processor = Agent.load(str(model)).processor
    if processor is None:
        raise RuntimeError(f"{model} cannot be loaded")
    target = processor.model_metadata.nlu_target
    tracker = DialogueStateTracker.from_events("dev", [])

    def read(texts: Sequence[str]) -> list[dict[str, float]]:
        messages = [UserMessage(readable(text)) for text in texts]
        inputs = {PLACEHOLDER_MESSAGE: messages, PLACEHOLDER_TRACKER: tracker}
        parsed = processor.graph_runner.run(inputs=inputs, targets=[target])[target]
        rankings = [one.get("intent_ranking") for one in parsed]
        return [{entry["name"]: round(float(entry["confidence"]), 5) for entry in ranking} for ranking in rankings]

    return read


def write_dev_scores(places: Places, model: Path, lines: Sequence[tuple[str, str]]) -> dict[str, float]:
    """Write the development scores for the router's fusion; accuracy on intents, questions and the rest."""
    scores = score(model, [text for text, _ in lines])
    temporary = places.dev_scores.with_suffix(".tmp")
    with temporary.open("w", encoding="utf-8") as out:
        for (text, _), found in zip(lines, scores, strict=True):
            out.write(json.dumps({"text": text, "scores": found}, ensure_ascii=False) + "\n")
    os.replace(temporary, places.dev_scores)
    hits: dict[str, list[bool]] = {}
    for (_, label), found in zip(lines, scores, strict=True):
        kind, _, name = label.partition(":")
        wanted = "faq" if kind == "faq" else name
        kind = name if name == OUT_OF_SCOPE else kind
        hits.setdefault(kind, []).append(max(found, key=lambda intent: found[intent]) == wanted)
    return {f"dev_{kind}_accuracy": round(sum(good) / len(good), 4) for kind, good in hits.items()}


def run(places: Places, *, force: bool = False) -> Mapping[str, Any]:
    """Bring the model up to date; its manifest."""
    corpus = gather(places.root / "nlu_data", places.root / "knowledge_base" / "articles")
    wanted = model_hash(places.root, corpus)
    lines = dev_lines(places.root)
    dev_hash = hashlib.sha256(json.dumps(lines, ensure_ascii=False).encode()).hexdigest()
    manifest = dict(read_manifest(places))
    if manifest.get("hash") != wanted or force:
        write_corpus(places, corpus)
        started = time.monotonic()
        model = publish(places, train(places, f"assistant-{wanted[:12]}"))
        manifest = {
            "hash": wanted,
            "model": model.name,
            "created_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "seconds": round(time.monotonic() - started, 1),
            "messages": {intent: len(messages) for intent, messages in sorted(corpus.messages.items())},
            "left_out": dict(sorted(corpus.left_out.items())),
        }
    else:
        print(f"the assistant is up to date: {manifest['model']}")
    if lines and (manifest.get("dev_hash") != dev_hash or not places.dev_scores.exists()):
        manifest["metrics"] = write_dev_scores(places, places.home / manifest["model"], lines)
        manifest["dev_hash"] = dev_hash
    _write_manifest(places, manifest)
    return manifest


def _write_manifest(places: Places, manifest: Mapping[str, Any]) -> None:
    temporary = places.manifest.with_suffix(".tmp")
    temporary.write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    os.replace(temporary, places.manifest)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bot.training", description="Train the Rasa assistant.")
    parser.add_argument("--models", type=Path, default=Path("models"), help="folder of all models (default: models)")
    parser.add_argument("--validate-only", action="store_true", help="write the data and run `rasa data validate`")
    parser.add_argument("--force", action="store_true", help="train even when nothing changed")
    options = parser.parse_args(arguments)
    places = Places(Path(__file__).resolve().parent.parent, options.models.resolve() / "assistant")
    if options.validate_only:
        write_corpus(places, gather(places.root / "nlu_data", places.root / "knowledge_base" / "articles"))
        return validate(places)
    manifest = run(places, force=options.force)
    print(json.dumps({key: manifest.get(key) for key in ("model", "seconds", "metrics")}, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
