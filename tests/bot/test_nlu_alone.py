"""The assistant's NLU asked from outside; Rasa itself runs in its own Python (tests/intent_router/eval)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Sequence

import pytest

from bot import nlu_alone


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Stands in for Rasa: sizes of the batches that it was asked for; a text's score is its length."""
    asked: list[int] = []

    def reader(model: Path) -> object:
        def read(texts: Sequence[str]) -> list[dict[str, float]]:
            asked.append(len(texts))
            return [{"greet": float(len(text))} for text in texts]

        return read

    monkeypatch.setattr(nlu_alone, "reader", reader)
    return asked


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    given = tmp_path / "in.jsonl"
    texts = ["券" * (1 + place % 7) for place in range(150)]
    given.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    return given, tmp_path / "out.jsonl"


def test_every_text_is_scored_in_its_order(
    batches: list[int], files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given, out = files
    model = tmp_path / "model.tar.gz"
    assert nlu_alone.main(["--in", str(given), "--out", str(out), "--model", str(model)]) == 0
    asked = [json.loads(line)["text"] for line in given.read_text(encoding="utf-8").splitlines()]
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [row["text"] for row in rows] == asked
    assert all(row["scores"] == {"greet": float(len(row["text"]))} for row in rows)
    assert max(batches) == 64
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["train_seconds"] is None
    assert told["ms_a_message"] >= 0


def test_training_from_scratch_is_timed(
    batches: list[int],
    files: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    given, out = files
    folder = tmp_path / "models" / "assistant"
    trained: list[Path] = []

    def train_nlu(root: Path, into: Path) -> tuple[Path, int]:
        trained.append(into)
        return into / "nlu.tar.gz", 17_000

    monkeypatch.setattr(nlu_alone, "train_nlu", train_nlu)
    assert nlu_alone.main(["--in", str(given), "--out", str(out), "--train-into", str(folder)]) == 0
    assert trained == [folder.resolve()]
    assert folder.is_dir()
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["messages"] == 17_000
    assert told["train_seconds"] >= 0


def test_a_model_or_a_folder_is_needed(files: tuple[Path, Path]) -> None:
    given, out = files
    with pytest.raises(SystemExit):
        nlu_alone.main(["--in", str(given), "--out", str(out)])
