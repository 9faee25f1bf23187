"""What the router costs: a cold start and its memory, measured in a process of its own."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from contracts.errors import ContractError

_PATIENCE = 300.0
"""Seconds that a cold start may take."""


@dataclass(frozen=True)
class Cold:
    """Seconds until Python has started and imported the code, and to load and warm up the router; resident memory in MB
    after either."""

    import_seconds: float
    load_seconds: float
    imported_mb: float
    loaded_mb: float


def cold_start(models: Path) -> Cold:
    """Start a fresh process that loads the router of `models`.

    Raises:
        ContractError: it ended with an error, whose last line is named.
    """
    began = ["--began", str(time.time())]
    command = [sys.executable, "-m", "intent_router.eval.resources", "--models", str(models), *began]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE, check=False)
    if done.returncode != 0:
        raise ContractError(f"the router does not start: {(done.stderr.strip().splitlines() or ['no message'])[-1]}")
    return Cold(**json.loads(done.stdout.splitlines()[-1]))


def resident_mb() -> float:
    """Resident memory of this process."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise ContractError("this system does not tell a process its memory")


def load_of_machine() -> float | None:
    """Processes that want to run, the mean of the last minute; None where the system does not say."""
    path = Path("/proc/loadavg")
    return float(path.read_text(encoding="ascii").split()[0]) if path.exists() else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--began", type=float, required=True, help="when this process was started (Unix time)")
    given = parser.parse_args()
    from intent_router.router import Router
    from knowledge_base.store import FileArticleStore

    imported, before = time.time(), resident_mb()
    Router.load(given.models / "router", FileArticleStore())
    loaded = time.time()
    cold = Cold(round(imported - given.began, 2), round(loaded - imported, 2), round(before), round(resident_mb()))
    print(json.dumps(cold.__dict__))


if __name__ == "__main__":
    main()
