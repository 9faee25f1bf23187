"""The parts of a run around the figures: progress, what a start costs, the files that are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.errors import ContractError
from intent_router.eval.__main__ import write
from intent_router.eval.document import Document, Figure
from intent_router.eval.progress import Stages
from intent_router.eval.resources import cold_start, load_of_machine, resident_mb

TRAINED = Path(__file__).resolve().parents[3] / "models"


def test_stages_are_told_with_their_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    with Stages(2) as stages:
        stages.say("training")
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(" s  ")[1] for line in lines] == ["training", "done"]
    assert all(line.startswith("eval:") for line in lines)


def test_a_run_that_fails_is_not_done(capsys: pytest.CaptureFixture[str]) -> None:
    stages = Stages(2)
    stages.__enter__()
    stages.__exit__(ContractError, ContractError("no data"), None)
    assert "done" not in capsys.readouterr().err


def test_reports_replace_those_of_the_last_run(tmp_path: Path) -> None:
    stale = tmp_path / "understanding" / "old.svg"
    stale.parent.mkdir()
    stale.write_text("<svg/>", encoding="utf-8")
    document = Document("Report")
    document.add("Plots", Figure("new", '<?xml version="1.0"?><svg><g id="a"/></svg>', "A plot"))
    text, page = write(document, tmp_path)
    assert [path.name for path in stale.parent.iterdir()] == ["new.svg"]
    assert "(understanding/new.svg)" in text.read_text(encoding="utf-8")
    assert 'id="new-a"' in page.read_text(encoding="utf-8")


def test_this_process_has_memory_and_the_machine_a_load() -> None:
    assert 10 < resident_mb() < 100_000
    load = load_of_machine()
    assert load is None or load >= 0


@pytest.mark.skipif(not (TRAINED / "router" / "manifest.json").exists(), reason="the router is not trained")
def test_a_cold_start_is_measured_in_a_process_of_its_own() -> None:
    cold = cold_start(TRAINED)
    assert cold.import_seconds > 0
    assert cold.load_seconds > 0
    assert cold.loaded_mb > cold.imported_mb > 10


def test_a_start_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="not trained"):
        cold_start(tmp_path)
