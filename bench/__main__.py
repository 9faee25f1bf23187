"""`make bench`: measures the running house and writes reports/bench.md."""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from pathlib import Path
from typing import Iterator

from bench import sockets
from bench.index import measure
from bench.load import Figures
from bench.plain_rasa import PlainRasa
from bench.turns import ARTICLES, FLOWS, MIX, HouseLoad, plain
from tests.stack import ROOT, Stack


def _resident_megabytes(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def _row(name: str, figures: Figures, base: Figures | None = None) -> str:
    ratio = f"{figures.rate / base.rate:.2f} ×" if base is not None and base.rate else "–"
    return (
        f"| {name} | {figures.rate:.0f} | {ratio} | {figures.quantile(0.5):.1f} | {figures.quantile(0.99):.1f} "
        f"| {figures.failed} |"
    )


async def _turns(stack: Stack, rasa: PlainRasa | None, seconds: float) -> list[str]:
    base = await plain(rasa, ARTICLES, seconds) if rasa is not None else None
    lines = ["| load | turns/s | against plain Rasa | p50 ms | p99 ms | failed |", "|---|---|---|---|---|---|"]
    if base is not None:
        lines.append(_row("plain Rasa, REST, 16 clients", base))
    for name, texts in (("articles", ARTICLES), ("flow turns", FLOWS), ("mix, 70 % articles", MIX)):
        figures = await HouseLoad(stack, f"closed{len(lines)}").closed(texts, seconds)
        lines.append(_row(f"{name}, 16 clients", figures, base))
    paced = await HouseLoad(stack, "paced").paced(ARTICLES, 50, seconds)
    lines.append(_row("articles at 50 turns/s", paced))
    return lines


def report(seconds: float, sizes: list[int], against_rasa: bool, people: int) -> Iterator[str]:
    """The report's lines, each as soon as it is known."""
    with tempfile.TemporaryDirectory() as folder:
        stack, rasa = Stack(Path(folder) / "house"), None
        try:
            if against_rasa:
                rasa = PlainRasa(Path(folder) / "plain")
                yield f"Plain Rasa trained in {rasa.train():.0f} s."
                rasa.start()
            stack.start_service()
            stack.start_assistant()
            yield "\n## Turns\nEvery message durable on our side; HTTP from the same machine.\n"
            yield from asyncio.run(_turns(stack, rasa, seconds))
            yield "\n## Memory after these loads\n"
            for name in ("service", "assistant"):
                yield f"- {name}: {_resident_megabytes(stack.pid(name)):.0f} MB resident"
        finally:
            stack.stop()
            if rasa is not None:
                rasa.stop()
    yield f"\n## {people:,} open widget sockets, {sockets.RATE:.0f} messages a second\n"
    yield from sockets.measure(people, seconds).lines()
    yield "\n## Training\n"
    for part in ("router", "assistant"):
        manifest = json.loads((ROOT / f"models/{part}/manifest.json").read_text(encoding="utf-8"))
        yield f"- {part}: {manifest.get('seconds', '?')} s"
    yield "\n## One FAISS search (HNSW 32, efSearch 64, 256 dimensions, one thread)\n"
    yield "| vectors | build s | recall@5 | p50 ms | p99 ms |\n|---|---|---|---|---|"
    for size in sizes:
        f = measure(size)
        yield f"| {f.vectors:,} | {f.build_seconds:.0f} | {f.recall:.3f} | {f.p50_ms:.2f} | {f.p99_ms:.2f} |"


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("reports"))
    parser.add_argument("--seconds", type=float, default=15.0, help="length of each load")
    parser.add_argument("--sizes", type=int, nargs="*", default=[100_000], help="vectors of the FAISS measurement")
    parser.add_argument("--without-rasa", action="store_true", help="leave plain Rasa out")
    parser.add_argument("--sockets", type=int, default=sockets.SOCKETS, help="widget sockets that are open at once")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    with (chosen.out / "bench.md").open("w", encoding="utf-8") as file:
        found = report(chosen.seconds, chosen.sizes, not chosen.without_rasa, chosen.sockets)
        for line in ("# Speed and memory", *found):
            print(line, flush=True)
            file.write(line + "\n")


if __name__ == "__main__":
    main()
