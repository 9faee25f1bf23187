"""The report's chapter about time and memory."""

from __future__ import annotations

from collections.abc import Sequence

from intent_router.eval.assistant import Heard
from intent_router.eval.document import Cell, Document, Table
from intent_router.eval.judging import Row
from intent_router.eval.measures import percentile
from intent_router.eval.resources import Cold
from intent_router.manifest import Manifest

TRAINING_GOAL = 360.0
"""Seconds in which everything is to be trained."""


def add_costs(
    document: Document,
    rows: Sequence[Row],
    manifest: Manifest,
    heard: Heard,
    cold: Cold,
    load: float | None,
    reused: bool,
) -> None:
    """Append what a message, a start and a training cost."""
    took = [row.milliseconds for row in rows]
    busy = "" if load is None else f" The machine's load when it began: {load:.1f}."
    document.add(
        "Time and memory",
        f"One message after the other in one thread.{busy}",
        Table(
            ("what", "value", "unit"),
            (
                ("a message, tiers 0 and 1, p50", percentile(took, 0.5), "ms"),
                ("a message, tiers 0 and 1, p99", percentile(took, 0.99), "ms"),
                ("the assistant's opinion, mean", heard.ms_a_message, "ms"),
                ("messages for which it is asked", sum(row.wants_assistant for row in rows) / len(rows), "share"),
                ("cold start: imports", cold.import_seconds, "s"),
                ("cold start: loading and warming up", cold.load_seconds, "s"),
                ("memory after imports", cold.imported_mb, "MB"),
                ("memory with the router loaded", cold.loaded_mb, "MB"),
            ),
        ),
        _about_training(manifest, heard, reused),
        _training(manifest, heard),
    )


def _about_training(manifest: Manifest, heard: Heard, reused: bool) -> str:
    when = "when the models in use were trained" if reused else "in this run"
    total = _router_seconds(manifest) + (heard.train_seconds or 0.0)
    return (
        f"Training, measured {when}: {total:.0f} s of the {TRAINING_GOAL:.0f} s goal. The router's parts are "
        "trained side by side; the column says when each was done. Seconds are of the clock: other work on the machine "
        "lengthens them."
    )


def _training(manifest: Manifest, heard: Heard) -> Table:
    lines: list[tuple[Cell, ...]] = [(f"router: {stage}", done) for stage, done in manifest.seconds.items()]
    lines.append(("router in all", _router_seconds(manifest)))
    if heard.train_seconds is not None:
        about = "assistant" if heard.messages is None else f"assistant's NLU ({heard.messages} messages)"
        lines.append((about, heard.train_seconds))
    return Table(("part", "done after s"), tuple(lines))


def _router_seconds(manifest: Manifest) -> float:
    return max(manifest.seconds.values(), default=0.0)
