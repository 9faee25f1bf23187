"""The alternatives that the assistant's pipeline is compared with."""

from __future__ import annotations

from pathlib import Path

import yaml

from bot.comparison import Judged, pipelines

ROOT = Path(__file__).resolve().parents[2]


def test_each_alternative_cuts_words_alike_and_ends_in_one_classifier() -> None:
    shipped = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    found = pipelines(shipped)
    assert next(iter(found.values())) == shipped
    assert len(found) >= 4
    for parts in found.values():
        assert parts[0] == shipped[0]
        assert [part["name"].endswith("Classifier") for part in parts] == [False] * (len(parts) - 1) + [True]
    assert len({repr(parts) for parts in found.values()}) == len(found)


def test_a_row_of_the_table() -> None:
    row = Judged(0.8441, 0.5, 0.25, 249.6, 5.06, 8.94).row("shipped")
    assert row == "| shipped | 0.844 | 0.500 | 0.250 | 250 s | 5.1 ms | 8.9 |"
