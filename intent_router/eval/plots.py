"""Plots as SVG. matplotlib belongs to the checking tools (requirements/dev.in), nothing that serves imports it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from intent_router.eval.measures import Bin, Curve

_INK, _FAINT, _LINE = "#1c2430", "#94a3b8", "#e2e8f0"
_COLOURS = ("#0b5cad", "#d9730d", "#2e8b57", "#8b5cf6", "#b91c1c", "#64748b")
_STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "youban",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "axes.edgecolor": _FAINT,
    "axes.labelcolor": _INK,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": _LINE,
    "grid.linewidth": 0.7,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
}


def reliability(named: Sequence[tuple[str, Sequence[Bin]]]) -> str:
    """Accuracy against confidence, and under it how many messages each bin has (on a logarithmic scale)."""
    with _canvas() as plt:
        figure, (upper, lower) = plt.subplots(2, 1, figsize=(6, 5.2), height_ratios=(3, 1), sharex=True)
        upper.plot([0, 1], [0, 1], color=_FAINT, linestyle="--", linewidth=1, label="perfect")
        width = 0.08 / max(1, len(named))
        for n, (name, bins) in enumerate(named):
            colour = _COLOURS[n]
            upper.plot([b.confidence for b in bins], [b.accuracy for b in bins], "o-", ms=4, color=colour, label=name)
            middles = [(b.low + b.high) / 2 + (n - (len(named) - 1) / 2) * width for b in bins]
            lower.bar(middles, [b.count for b in bins], width, color=colour)
        upper.set(ylabel="share right", ylim=(-0.02, 1.04), xlim=(0, 1.02))
        upper.legend(loc="upper left")
        lower.set(xlabel="confidence", ylabel="messages", yscale="log")
        return _svg(figure)


def coverage(named: Sequence[tuple[str, Curve]], point: tuple[float, float, str]) -> str:
    """Accuracy of the messages that are answered against their share, surest first.

    Args:
        point: coverage and accuracy at the threshold in force, and what to write there.
    """
    with _canvas() as plt:
        figure, axes = plt.subplots(figsize=(6, 3.6))
        least = 1.0
        for n, (name, curve) in enumerate(named):
            axes.plot(curve.x, curve.y, color=_COLOURS[n], linewidth=1.5, label=name)
            # The first few messages make the curve jump; the scale follows from where it has settled.
            settled = curve.y[curve.x > 0.1]
            least = min([least, *settled.tolist()])
        axes.plot(point[0], point[1], "o", ms=7, mfc="white", mec=_COLOURS[4], mew=2, label=point[2])
        axes.set(xlabel="share of messages answered, surest first", ylabel="share right")
        axes.set(xlim=(0, 1.01), ylim=(max(0.0, least - 0.01), 1.002))
        axes.legend(loc="lower left")
        return _svg(figure)


def roc(curve: Curve, area: float, point: tuple[float, float, str]) -> str:
    """Out-of-scope messages caught against in-scope messages refused; the axis shows what matters, up to 20 %."""
    with _canvas() as plt:
        figure, axes = plt.subplots(figsize=(5, 3.6))
        name = f"all thresholds (area {area:.4f})"
        axes.step(curve.x, curve.y, where="post", color=_COLOURS[0], linewidth=1.5, label=name)
        axes.plot(point[0], point[1], "o", ms=7, mfc="white", mec=_COLOURS[4], mew=2, label=point[2])
        axes.set(xlabel="in scope and refused", ylabel="out of scope and caught", xlim=(-0.005, 0.2), ylim=(0.5, 1.01))
        axes.legend(loc="lower right")
        return _svg(figure)


def matrix(labels: Sequence[str], counts: Sequence[Sequence[int]]) -> str:
    """A confusion matrix: rows are right, columns were said; shades are shares of the row."""
    with _canvas() as plt:
        size = 1.4 + 0.8 * len(labels)
        figure, axes = plt.subplots(figsize=(size + 0.6, size))
        shares = [[count / max(1, sum(row)) for count in row] for row in counts]
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        for i, row in enumerate(counts):
            for j, count in enumerate(row):
                axes.text(j, i, str(count), ha="center", va="center", color="white" if shares[i][j] > 0.5 else _INK)
        axes.set_xticks(range(len(labels)), labels, rotation=20)
        axes.set_yticks(range(len(labels)), labels)
        axes.set(xlabel="said", ylabel="right")
        axes.grid(visible=False)
        return _svg(figure)


def bars(names: Sequence[str], series: Sequence[tuple[str, Sequence[float]]], label: str) -> str:
    """Horizontal bars, a group for each name and a colour for each series; the first name stands on top."""
    with _canvas() as plt:
        height = 0.8 / len(series)
        figure, axes = plt.subplots(figsize=(6.5, 0.8 + (0.13 + 0.16 * len(series)) * len(names)))
        for n, (name, values) in enumerate(series):
            places = [i + (n - (len(series) - 1) / 2) * height for i in range(len(names))]
            axes.barh(places, values, height * 0.92, color=_COLOURS[n], label=name)
        axes.set_yticks(range(len(names)), names)
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.set_xlabel(label)
        axes.grid(visible=False, axis="y")
        if len(series) > 1:
            axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(series))
        return _svg(figure)


class _canvas:
    """matplotlib in the report's style, drawing into memory; its figures are closed in the end."""

    def __enter__(self) -> Any:
        import matplotlib

        matplotlib.use("svg")
        import matplotlib.pyplot as plt

        self._style = matplotlib.rc_context(_STYLE)
        self._style.__enter__()
        self._plt = plt
        return plt

    def __exit__(self, *_: object) -> None:
        self._plt.close("all")
        self._style.__exit__(None, None, None)


def _svg(figure: Any) -> str:
    written = io.StringIO()
    figure.savefig(written, format="svg", metadata={"Date": None})
    return written.getvalue()
