"""Progress of a long run: a bar on a terminal, a line with the seconds so far for each stage elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType


class Stages:
    """Names of what is being done, told as it begins.

    Args:
        count: how many stages there will be.
    """

    def __init__(self, count: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        console = Console(stderr=True)
        self._terminal = console.is_terminal
        columns = (TextColumn("eval: {task.description}"), BarColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console, disable=not self._terminal)
        self._task = self._progress.add_task("starting", total=count)
        self._started = time.monotonic()

    def say(self, stage: str) -> None:
        """The next stage begins."""
        self._progress.update(self._task, description=stage, advance=1)
        if not self._terminal:
            print(f"eval: {time.monotonic() - self._started:6.1f} s  {stage}", file=sys.stderr, flush=True)

    def __enter__(self) -> Stages:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.say("done")
        self._progress.stop()
