"""What Rasa accepts as an action's answer, checked with the schema prepared once."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

import pytest

from tests.bot.live import PYTHON, ROOT

pytestmark = pytest.mark.assistant

_CHECK = """
import json, sys
from bot.channel.schema import prepare_once
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
before = RemoteAction._validate_action_result
prepare_once()
after = RemoteAction._validate_action_result
assert before is not after
found = []
for answer in json.load(sys.stdin):
    verdicts = []
    for check in (before, after):
        try:
            verdicts.append(bool(check(RemoteAction("a", None), answer)))
        except ValidationError:
            verdicts.append(False)
    found.append(verdicts)
print(json.dumps(found))
"""

ANSWERS: list[Any] = [
    {"events": [], "responses": []},
    {"events": [{"event": "slot", "name": "cause", "value": None, "timestamp": None}], "responses": [{"text": "x"}]},
    {"events": [{"event": "action_execution_rejected", "name": "coupon_form"}], "responses": []},
    {"events": [{"event": "no such event"}], "responses": []},
    {"events": {}, "responses": []},
    {"events": [], "responses": ["x"]},
    [],
]


def test_the_prepared_schema_accepts_and_refuses_the_same() -> None:
    done = subprocess.run(
        [str(PYTHON), "-c", _CHECK],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"},
        input=json.dumps(ANSWERS),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    verdicts = json.loads(done.stdout.splitlines()[-1])
    assert all(before == after for before, after in verdicts)
    assert [after for _, after in verdicts] == [True, True, True, False, False, False, False]
