"""The real house for tests: service and assistant as processes of their own, on free ports, with data of their own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import httpx

from service.settings import Settings
from service.supervisor import ASSISTANT_PYTHON, assistant_command
from tests.database import on_postgres, url_for

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 120.0
TOKEN = "internal-token-of-this-test-run"
PASSWORD = "a-long-test-password"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Stack:
    """Service and assistant; each can be killed and started again on the same data."""

    folder: Path
    more: dict[str, str] = field(default_factory=dict)
    service_port: int = field(default_factory=free_port)
    assistant_port: int = field(default_factory=free_port)
    _processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _logs: dict[str, IO[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.service_port}"

    @property
    def database(self) -> str:
        """The URL of its rows, for tests that look at them or change them behind the service's back."""
        return url_for(self.folder / "data")

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            "YOUBAN_DATA_DIR": str(self.folder / "data"),
            "YOUBAN_DATABASE_URL": self.database if on_postgres() else "",
            "YOUBAN_MODELS_DIR": str(ROOT / "models"),
            "YOUBAN_PORT": str(self.service_port),
            "YOUBAN_ASSISTANT_PORT": str(self.assistant_port),
            "YOUBAN_INTERNAL_TOKEN": TOKEN,
            "YOUBAN_ACTION_URL": f"{self.url}/internal/actions",
            "YOUBAN_CUSTOMER_RATE": "100000",
            "YOUBAN_ADDRESS_RATE": "1000000",
            "YOUBAN_LOGIN_RATE": "1000",
            "YOUBAN_CODE_RATE": "1000",
            "RASA_TELEMETRY_ENABLED": "false",
            "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            **self.more,
        }

    def run(self, *arguments: str, stdin: str = "") -> str:
        """A `youban` command against this stack; fails the test when it fails."""
        done = subprocess.run(
            [sys.executable, "-m", "service.cli", *arguments],
            cwd=ROOT,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def start_service(self, *, wait: bool = True) -> None:
        if not (self.folder / "data").exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            self.run("migrate")
        self._start("service", [sys.executable, "-m", "service.cli", "serve"])
        if wait:
            self.wait_ready("index")

    def start_assistant(self, *, wait: bool = True) -> None:
        assert ASSISTANT_PYTHON.exists(), "run `make setup` first"
        settings = Settings(  # type: ignore[call-arg]
            _env_file=None, assistant_port=self.assistant_port, models_dir=ROOT / "models"
        )
        self._start("assistant", assistant_command(settings))
        if wait:
            self.wait_ready("assistant")

    def pid(self, name: str) -> int:
        return self._processes[name].pid

    def kill(self, name: str) -> None:
        """SIGKILL, as a machine that loses its power would."""
        process = self._processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for name in list(self._processes):
            self.kill(name)
        for log in self._logs.values():
            log.close()

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def wait_ready(self, part: str, seconds: float = START_SECONDS) -> None:
        """Until `/readyz` says that `part` is ok."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for name, process in self._processes.items():
                assert process.poll() is None, f"{name} ended:\n{self.log(name)[-4000:]}"
            try:
                answer = httpx.get(f"{self.url}/readyz", timeout=5, trust_env=False)
                if answer.json()["parts"][part] == "ok":
                    return
            except (httpx.HTTPError, ValueError, KeyError):
                pass
            time.sleep(0.2)
        raise AssertionError(f"{part} was not ready in {seconds} s")

    def _start(self, name: str, command: list[str]) -> None:
        log = (self.folder / f"{name}.log").open("ab")
        self._logs[name] = log
        self._processes[name] = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
        )


@dataclass
class Customer:
    """A customer with the widget's own requests."""

    url: str
    token: str
    conversation_id: str
    _sent: int = 0

    @classmethod
    def enter(cls, stack: Stack, customer_id: str | None) -> Customer:
        body: dict[str, Any] = {}
        if customer_id is not None:
            answer = httpx.post(f"{stack.url}/api/v1/demo/customer-token", json={"customer_id": customer_id})
            body["customer_token"] = answer.raise_for_status().json()["token"]
        session = httpx.post(f"{stack.url}/api/v1/widget/sessions", json=body).raise_for_status().json()
        return cls(stack.url, session["token"], session["conversation_id"])

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def say(self, text: str, payload: str | None = None, client_id: str | None = None, timeout: float = 20) -> Any:
        self._sent += 1
        body = {"client_id": client_id or f"c{self._sent}", "text": text, "payload": payload}
        answer = httpx.post(f"{self.url}/api/v1/widget/messages", json=body, headers=self.headers, timeout=timeout)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def history(self, after_seq: int = 0) -> Any:
        answer = httpx.get(
            f"{self.url}/api/v1/widget/messages", params={"after_seq": after_seq}, headers=self.headers, timeout=20
        )
        assert answer.status_code == 200, answer.text
        return answer.json()


@dataclass
class Agent:
    """An agent who is logged in."""

    url: str
    token: str

    @classmethod
    def enter(cls, stack: Stack, name: str, role: str = "agent", **options: str) -> Agent:
        more = [part for key, value in options.items() for part in (f"--{key}", value)]
        stack.run("agents", "add", name, "--role", role, *more, stdin=PASSWORD + "\n")
        body = {"username": name, "password": PASSWORD}
        answer = httpx.post(f"{stack.url}/api/v1/agents/login", json=body, timeout=20).raise_for_status()
        return cls(stack.url, answer.json()["token"])

    def get(self, path: str, **params: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.get(f"{self.url}/api/v1{path}", params=params, headers=headers, timeout=20)

    def post(self, path: str, body: Any = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.post(f"{self.url}/api/v1{path}", json=body, headers=headers, timeout=20)

    def put(self, path: str, body: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.put(f"{self.url}/api/v1{path}", json=body, headers=headers, timeout=20)

    def delete(self, path: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.delete(f"{self.url}/api/v1{path}", headers=headers, timeout=20)

    def patch(self, path: str, body: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.patch(f"{self.url}/api/v1{path}", json=body, headers=headers, timeout=20)
