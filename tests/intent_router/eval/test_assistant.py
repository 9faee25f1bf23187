"""The assistant's NLU asked from the router's Python."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.errors import ContractError
from intent_router.eval import assistant
from intent_router.join import read_assistant_scores
from intent_router.manifest import ROOT


@pytest.mark.assistant
def test_a_finished_model_is_asked() -> None:
    model = assistant.finished_model(ROOT / "models")
    if model is None:
        pytest.skip("the assistant is not trained")
    heard = assistant.ask(["转人工", "发票怎么开", "/restart", "转人工"], model=model)
    assert assistant.first(heard.scores["转人工"]) == "intent:human_agent"
    assert set(heard.scores) == {"转人工", "发票怎么开", "/restart"}
    for scores in heard.scores.values():
        assert sum(scores.values()) == pytest.approx(1.0, abs=0.02)
    assert heard.train_seconds is None
    assert heard.ms_a_message > 0


def test_a_missing_environment_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assistant, "PYTHON", tmp_path / "python")
    with pytest.raises(ContractError, match="make setup"):
        assistant.ask(["转人工"], model=tmp_path / "model.tar.gz")


def test_a_process_that_fails_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho 'no such model' >&2\nexit 1\n", encoding="utf-8")
    broken.chmod(0o755)
    monkeypatch.setattr(assistant, "PYTHON", broken)
    with pytest.raises(ContractError, match="no such model"):
        assistant.ask(["转人工"], model=tmp_path / "model.tar.gz")


def test_scores_are_written_as_the_router_reads_them(tmp_path: Path) -> None:
    scores = {"转人工": {"human_agent": 0.9}, "你好": {"greet": 1.0}}
    path = tmp_path / "assistant" / "dev_scores.jsonl"
    assistant.write_scores(scores, ["你好"], path)
    assert read_assistant_scores(path) == {"你好": {"greet": 1.0}}


def test_the_manifests_model_is_the_finished_one(tmp_path: Path) -> None:
    assert assistant.finished_model(tmp_path) is None
    home = tmp_path / "assistant"
    home.mkdir()
    (home / "manifest.json").write_text('{"model": "a.tar.gz"}', encoding="utf-8")
    assert assistant.finished_model(tmp_path) is None
    (home / "a.tar.gz").write_bytes(b"")
    assert assistant.finished_model(tmp_path) == home / "a.tar.gz"
