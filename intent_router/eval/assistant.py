"""The assistant's NLU (plain Rasa, its own Python) asked from here: a process that reads and writes JSON lines."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from contracts.errors import ContractError
from intent_router.join import FAQ_INTENT, read_assistant_scores
from intent_router.manifest import ROOT

PYTHON = ROOT / ".venv-assistant" / "bin" / "python"


@dataclass(frozen=True)
class Heard:
    """Its probabilities by intent for each text. `messages` and `train_seconds` are None for a finished model."""

    scores: Mapping[str, Mapping[str, float]]
    messages: int | None
    train_seconds: float | None
    ms_a_message: float


def ask(texts: Sequence[str], *, train_into: Path | None = None, model: Path | None = None) -> Heard:
    """Ask a model about messages: one that is trained now from scratch, or a finished one.

    Raises:
        ContractError: the assistant's environment is missing, or its process failed.
    """
    if not PYTHON.exists():
        raise ContractError("the assistant's environment is missing: make setup")
    source = ["--train-into", str(train_into)] if train_into is not None else ["--model", str(model)]
    with tempfile.TemporaryDirectory() as folder:
        given, out, log = (Path(folder) / name for name in ("in.jsonl", "out.jsonl", "log"))
        lines = (json.dumps({"text": text}, ensure_ascii=False) for text in dict.fromkeys(texts))
        given.write_text("\n".join(lines) + "\n", encoding="utf-8")
        command = [str(PYTHON), "-m", "bot.nlu_alone", "--in", str(given), "--out", str(out), *source]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
        with log.open("w", encoding="utf-8") as errors:
            done = subprocess.run(
                command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True, check=False
            )
        if done.returncode != 0:
            said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise ContractError(f"the assistant's NLU failed: {(said or ['no message'])[-1]}")
        told = json.loads(done.stdout.strip().splitlines()[-1])
        return Heard(read_assistant_scores(out), told["messages"], told["train_seconds"], told["ms_a_message"])


def write_scores(scores: Mapping[str, Mapping[str, float]], texts: Sequence[str], path: Path) -> None:
    """The scores of these texts as the router's training reads them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = ({"text": text, "scores": dict(scores[text])} for text in texts)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def finished_model(models: Path) -> Path | None:
    """The assistant's model that its manifest names, None when it is not trained."""
    manifest = models / "assistant" / "manifest.json"
    if not manifest.exists():
        return None
    path = manifest.parent / json.loads(manifest.read_text(encoding="utf-8"))["model"]
    return path if path.exists() else None


def trained_in(models: Path) -> float | None:
    """Seconds that the finished model took, rules and forms included, as its manifest says."""
    manifest = models / "assistant" / "manifest.json"
    return float(json.loads(manifest.read_text(encoding="utf-8"))["seconds"]) if manifest.exists() else None


def coarse(label: str) -> str:
    """A label as the assistant knows it: it has one intent for all questions."""
    return f"intent:{FAQ_INTENT}" if label.startswith("faq:") else label


def first(scores: Mapping[str, float]) -> str:
    """The assistant's best label."""
    return f"intent:{max(scores, key=lambda intent: scores[intent])}"
