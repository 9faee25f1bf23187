"""Reports on any labelled file; `tests/service/test_cli.py` runs the command itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.errors import ContractError
from intent_router import evaluation
from intent_router.corpus import Example
from intent_router.eval.document import Table
from intent_router.evaluation import Report, described, evaluate, others, read_csv

TRAIN = [Example(f"{word}天气怎么样", "weather") for word in ("今天", "明天", "北京", "上海")]
TRAIN += [Example(f"播放{word}的歌", "music") for word in ("安静", "轻快", "老", "英文")]
TEST = [Example("后天天气怎么样", "weather"), Example("播放摇滚的歌", "music"), Example("周末天气", "forecast")]


def test_other_methods_get_the_same_figures() -> None:
    for report in others("intents", TRAIN, TEST):
        assert report.said[:2] == ("weather", "music")
        assert report.accuracy == pytest.approx(2 / 3)  # nobody was taught the third label
        assert report.reciprocal_rank == pytest.approx(2 / 3)
        assert report.hit_3 == pytest.approx(2 / 3)
        assert (report.train_messages, report.test_messages, report.labels) == (8, 3, 2)
        assert "hit@3" in str(report)


def test_too_many_labels_leave_the_machines_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "MOST_MACHINES", 1)
    assert [report.method for report in others("faq", TRAIN, TEST)] == ["TF-IDF nearest neighbour"]


def test_the_report_shows_labels_confusions_and_methods() -> None:
    reports = others("intents", TRAIN, TEST)
    document = described(reports, TEST)
    methods, labels, confused = (
        block for section in document.sections for block in section.blocks if isinstance(block, Table)
    )
    assert [line[0] for line in methods.rows] == [report.method for report in reports]
    assert labels.rows[0][:2] == ("forecast", 1)
    assert confused.rows == (("forecast", reports[0].said[2], 1, "周末天气"),)


def test_a_method_that_names_one_label_has_no_places() -> None:
    report = Report("sentiment", "own", 8, 3, 2, 0.5, 0.5, None, None, 1.0, 1.0, ("a",))
    assert "MRR" not in str(report)
    assert "0.5000" in str(report)


def test_files_are_checked(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text,topic\n怎么开发票,invoice\n", encoding="utf-8")
    assert read_csv(path) == [Example("怎么开发票", "invoice")]
    for content in ("text,label\n", "sentence,label\nx,y\n"):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(ContractError, match=r"a\.csv"):
            read_csv(path)
    with pytest.raises(ContractError, match="intents, faq, sentiment"):
        evaluate("moods", path, path)
