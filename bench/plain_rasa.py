"""The yardstick: one plain Rasa process with the same messages, answering every intent with a fixed text."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import httpx
import yaml

from service.supervisor import ASSISTANT_PYTHON
from tests.stack import ROOT, free_port

START_SECONDS = 180.0


class PlainRasa:
    """Rasa's own REST channel, tracker store and policies; no actions, no database, nothing durable."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def train(self) -> float:
        """Train on the assistant's own NLU data and pipeline; returns seconds."""
        self.folder.mkdir(parents=True, exist_ok=True)
        nlu = next((ROOT / "models/assistant/build").rglob("nlu*.yml"))
        intents = [item["intent"] for item in yaml.safe_load(nlu.read_text(encoding="utf-8"))["nlu"]]
        config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
        config["policies"] = [{"name": "RulePolicy"}]
        domain = {
            "version": "3.1",
            "intents": intents,
            "responses": {f"utter_{i}": [{"text": f"{i}：好的，已经收到。"}] for i in intents},
            "session_config": {"session_expiration_time": 60, "carry_over_slots_to_new_session": True},
        }
        rules = [{"rule": i, "steps": [{"intent": i}, {"action": f"utter_{i}"}]} for i in intents]
        for name, content in (
            ("config.yml", config),
            ("domain.yml", domain),
            ("rules.yml", {"version": "3.1", "rules": rules}),
            ("credentials.yml", {"rest": None}),
            ("endpoints.yml", {}),
        ):
            (self.folder / name).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        start = time.perf_counter()
        self._rasa(
            "train", "--config", "config.yml", "--domain", "domain.yml", "--data", str(nlu), "rules.yml", "--out", "."
        )
        return time.perf_counter() - start

    def start(self) -> None:
        self._process = subprocess.Popen(
            [
                *self._command,
                "run",
                *("--model", "."),
                *("--interface", "127.0.0.1"),
                *("--port", str(self.port)),
                *("--credentials", "credentials.yml"),
                *("--endpoints", "endpoints.yml"),
            ],
            cwd=self.folder,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                body = {"sender": "warm", "message": "发票怎么开"}
                answer = httpx.post(f"http://127.0.0.1:{self.port}/webhooks/rest/webhook", json=body, timeout=20)
                if answer.status_code == 200 and answer.json():
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.5)
        raise RuntimeError("plain Rasa did not start")

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    @property
    def _command(self) -> list[str]:
        return [str(ASSISTANT_PYTHON), "-m", "rasa"]

    @property
    def _environment(self) -> dict[str, str]:
        quiet = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "SQLALCHEMY_SILENCE_UBER_WARNING": "1"}
        return {**os.environ, "PYTHONPATH": str(ROOT), **quiet}

    def _rasa(self, *arguments: str) -> None:
        subprocess.run(
            [*self._command, *arguments], cwd=self.folder, env=self._environment, check=True, capture_output=True
        )
