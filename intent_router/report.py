"""The router's figures on one split, in seconds: `python -m intent_router.report --split dev`.

`make eval` is the whole report; this one judges the trained router alone, without assistant and other methods, and
writes reports/eval-<split>.md.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from contracts.errors import YoubanError
from intent_router.eval import tables
from intent_router.eval.document import Document, markdown
from intent_router.eval.judging import SPLITS, Trained, judge, judge_feelings, judge_talks, read_messages
from intent_router.eval.measures import calibration_error, percentile, reliability

ROOT = Path(__file__).resolve().parent.parent


def report(trained: Trained, split: str) -> Document:
    """Judge the trained router on a split, as when the assistant is down."""
    rows = judge(trained, read_messages(split), {})
    open_rows = [row for row in rows if not row.guarded]
    right = [row.alone.label == row.message.label for row in open_rows]
    error = calibration_error(reliability([row.alone.confidence for row in open_rows], right))
    took = [row.milliseconds for row in rows]
    talks = judge_talks(trained, split, {})
    document = Document(f"Understanding, judged on nlu_data/{split}")
    document.add(
        "Tiers 0 and 1",
        tables.summary(rows, tables.alone),
        f"Expected calibration error {error:.3f}. A message takes {percentile(took, 0.5):.1f} ms "
        f"(p99 {percentile(took, 0.99):.1f} ms).",
    )
    document.add("Feelings", tables.feelings(judge_feelings(trained, split)))
    document.add("Handing over to a person", tables.escalation(talks), tables.escalation_errors(talks))
    document.add("Confusions", tables.largest_confusions(rows, tables.alone))
    return document


def main() -> int:
    """The command line; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m intent_router.report", description=__doc__)
    parser.add_argument("--models", type=Path, default=ROOT / "models")
    parser.add_argument("--split", choices=SPLITS, default="dev", help="test is for finished work only")
    parser.add_argument("--out", type=Path, default=Path("reports"))
    chosen = parser.parse_args()
    try:
        document = report(Trained.load(chosen.models), chosen.split)
    except YoubanError as error:
        print(f"report: {error}", file=sys.stderr)
        return 1
    text = markdown(document, Path())
    print(text)
    chosen.out.mkdir(parents=True, exist_ok=True)
    (chosen.out / f"eval-{chosen.split}.md").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
