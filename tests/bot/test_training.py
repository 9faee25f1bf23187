"""When the assistant is trained, and what is left behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot import training
from bot.corpus import gather
from bot.training import Places, dev_lines, model_hash, read_manifest, run


@pytest.fixture
def places(tmp_path: Path) -> Places:
    files = {
        "config.yml": "language: zh\n",
        "bot/domain/a.yml": "intents: [greet]\n",
        "nlu_data/intents/train/greet.txt": "你好\n在吗\n",
        "nlu_data/dev/intents.jsonl": '{"text": "在不", "label": "intent:greet"}\n',
        "nlu_data/dev/faq.jsonl": '{"text": "券多久到", "label": "faq:coupon_arrival_time"}\n\n',
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Places(tmp_path, tmp_path / "models" / "assistant")


@pytest.fixture
def trained(places: Places, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stands in for Rasa, which does not run under this Python: names of the models it was asked for."""
    asked: list[str] = []

    def train(where: Places, name: str) -> Path:
        asked.append(name)
        archive = where.build / f"{name}.tar.gz"
        archive.write_bytes(b"model")
        return archive

    def score(model: Path, texts: list[str]) -> list[dict[str, float]]:
        assert model.exists()
        return [{"greet": 0.9, "faq": 0.1} for _ in texts]

    monkeypatch.setattr(training, "train", train)
    monkeypatch.setattr(training, "score", score)
    return asked


def test_the_first_run_trains_and_writes_everything(places: Places, trained: list[str]) -> None:
    manifest = run(places)
    assert trained == [Path(manifest["model"]).name.removesuffix(".tar.gz")]
    assert manifest["messages"] == {"greet": 2}
    assert manifest["metrics"] == {"dev_intent_accuracy": 1.0, "dev_faq_accuracy": 0.0}
    rows = [json.loads(line) for line in places.dev_scores.read_text(encoding="utf-8").splitlines()]
    assert rows == [
        {"text": "在不", "scores": {"greet": 0.9, "faq": 0.1}},
        {"text": "券多久到", "scores": {"greet": 0.9, "faq": 0.1}},
    ]
    assert json.loads(places.manifest.read_text(encoding="utf-8")) == manifest


def test_nothing_changed_nothing_done(places: Places, trained: list[str]) -> None:
    first = run(places)
    assert run(places) == first
    assert len(trained) == 1


def test_a_change_trains_again_and_keeps_only_the_newest_model(places: Places, trained: list[str]) -> None:
    first = run(places)
    (places.root / "nlu_data/intents/train/greet.txt").write_text("你好\n在吗\n嗨\n", encoding="utf-8")
    second = run(places)
    assert len(trained) == 2
    assert [p.name for p in places.home.glob("assistant-*.tar.gz")] == [second["model"]]
    assert first["model"] != second["model"]


def test_new_development_messages_are_scored_without_training(places: Places, trained: list[str]) -> None:
    run(places)
    with (places.root / "nlu_data/dev/intents.jsonl").open("a", encoding="utf-8") as out:
        out.write('{"text": "嗨", "label": "intent:greet"}\n')
    run(places)
    assert len(trained) == 1
    assert len(places.dev_scores.read_text(encoding="utf-8").splitlines()) == 3


def test_a_model_that_is_gone_is_trained_again(places: Places, trained: list[str]) -> None:
    manifest = run(places)
    (places.home / manifest["model"]).unlink()
    assert read_manifest(places) == {}
    run(places)
    assert len(trained) == 2


@pytest.mark.parametrize("name", ["config.yml", "bot/domain/a.yml", "bot/rules/new.yml", "nlu_data/lexicon/fuel.txt"])
def test_the_hash_sees_what_the_model_depends_on(places: Places, name: str) -> None:
    corpus = gather(places.root / "nlu_data", places.root / "articles")
    before = model_hash(places.root, corpus)
    path = places.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("changed: 1\n", encoding="utf-8")
    assert model_hash(places.root, corpus) != before


def test_the_exit_code_of_rasas_own_check_is_passed_on(
    places: Places, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: dict[str, Any] = {}

    def check(where: Places) -> int:
        seen["nlu"] = where.nlu.exists()
        return 3

    monkeypatch.setattr(training, "validate", check)
    assert training.main(["--models", str(places.home.parent), "--validate-only"]) == 3
    assert seen["nlu"] is True
    assert "messages in" in capsys.readouterr().out


def test_development_lines_keep_their_order(places: Places) -> None:
    assert dev_lines(places.root) == [("在不", "intent:greet"), ("券多久到", "faq:coupon_arrival_time")]
