"""One behaviour in both Pythons: the same vectors run in this process and in the assistant's environment."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.language.replay_vectors import replay

ROOT = Path(__file__).resolve().parents[2]
VECTORS = json.loads((ROOT / "tests/language/vectors.json").read_text(encoding="utf-8"))
ASSISTANT_PYTHON = ROOT / ".venv-assistant/bin/python"


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: ascii(v["text"])[:40])
def test_service_python(vector: dict[str, object]) -> None:
    assert replay(str(vector["text"])) == vector


@pytest.mark.skipif(not ASSISTANT_PYTHON.exists(), reason="the assistant's environment is not installed")
def test_assistant_python() -> None:
    script = ROOT / "tests/language/replay_vectors.py"
    done = subprocess.run([ASSISTANT_PYTHON, script], capture_output=True, text=True, timeout=120, check=True)
    assert [json.loads(line) for line in done.stdout.splitlines()] == VECTORS
