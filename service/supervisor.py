"""`make run`: trains what is missing, migrates, and keeps service and assistant running until Ctrl-C."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Mapping, Sequence
from urllib.request import urlopen

from sqlalchemy import Connection

from service.agents import service as agents
from service.agents.rules import Role
from service.clock import utc_now
from service.db import Database
from service.migrate import migrate
from service.settings import ROOT, Settings

ASSISTANT_PYTHON = ROOT / ".venv-assistant" / "bin" / "python"
STOP_SECONDS = 8.0
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
HEALTHY_SECONDS = 30.0


def run(settings: Settings) -> int:
    """Run everything; returns the exit status."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    migrate(settings)
    login = first_login(settings)
    if _train_router(settings) != 0:
        return 1
    service = Child("service", [sys.executable, "-m", "service.cli", "serve"], _environment(settings))
    assistant = Child("assistant", assistant_command(settings), _environment(settings))
    try:
        service.start()
        _say_addresses(settings, login, stop)
        if stop.is_set():
            return 0
        if not stop.is_set() and train_assistant(settings) != 0:
            print("assistant: training failed; articles answer, flows become tickets", flush=True)
        else:
            assistant.command = assistant_command(settings)
            assistant.start()
            threading.Thread(target=_say_flows_ready, args=(settings, stop), daemon=True).start()
        while not stop.wait(0.5):
            service.watch()
            assistant.watch()
    finally:
        for child in (assistant, service):
            child.stop()
    return 0


def train_all(settings: Settings) -> int:
    """Train router and assistant; returns 0, or the exit status of what failed."""
    return _train_router(settings) or train_assistant(settings)


def _train_router(settings: Settings) -> int:
    command = [sys.executable, "-m", "intent_router.training", "--models", str(settings.models_dir), "--progress"]
    return subprocess.call(command, cwd=ROOT, env=_environment(settings))


def train_assistant(settings: Settings) -> int:
    """Train the Rasa model in its own environment, unless its data has not changed."""
    command = [str(ASSISTANT_PYTHON), "-m", "bot.training", "--models", str(settings.models_dir)]
    return subprocess.call(command, cwd=ROOT, env=_environment(settings))


def assistant_command(settings: Settings) -> list[str]:
    """How the Rasa process is started: loopback, our own channel, the newest model."""
    models = sorted((settings.models_dir / "assistant").glob("*.tar.gz"), key=lambda p: p.stat().st_mtime)
    return [
        str(ASSISTANT_PYTHON),
        "-m",
        "rasa",
        "run",
        "--model",
        str(models[-1]) if models else str(settings.models_dir / "assistant"),
        "--endpoints",
        str(ROOT / "endpoints.yml"),
        "--credentials",
        str(ROOT / "bot" / "credentials.yml"),
        "--interface",
        settings.assistant_host,
        "--port",
        str(settings.assistant_port),
    ]


def _environment(settings: Settings) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "YOUBAN_INTERNAL_TOKEN": settings.internal_token,
        "YOUBAN_ACTION_URL": f"{settings.service_url}/internal/actions",
        "YOUBAN_DATA_DIR": str(settings.data_dir),
        "YOUBAN_MODELS_DIR": str(settings.models_dir),
        "RASA_TELEMETRY_ENABLED": "false",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "TF_CPP_MIN_LOG_LEVEL": "2",
    }


def first_login(settings: Settings) -> tuple[str, str] | None:
    """Make the first administrator with a generated password; None when there are accounts already."""
    database = Database(settings.database)
    password = secrets.token_urlsafe(12)

    def work(connection: Connection) -> bool:
        if agents.count(connection):
            return False
        agents.add(connection, "admin", password, Role.ADMIN, utc_now())
        return True

    try:
        return ("admin", password) if database.submit(work).result() else None
    finally:
        database.close()


def _say_addresses(settings: Settings, login: tuple[str, str] | None, stop: threading.Event) -> None:
    if not _wait_for(f"{settings.service_url}/healthz", stop, 60):
        print("service: did not answer within 60 s; its log above says why", flush=True)
        return
    print(f"\n  customer page  {settings.service_url}/", flush=True)
    print(f"  agent console  {settings.service_url}/console/", flush=True)
    if login is not None:
        print(
            f"  first login    {login[0]} / {login[1]}   (shown this once; add others: youban agents add)", flush=True
        )
    print("  articles answer now; flows follow when the assistant is ready\n", flush=True)


def _say_flows_ready(settings: Settings, stop: threading.Event) -> None:
    deadline = time.monotonic() + 300
    while not stop.wait(1.0) and time.monotonic() < deadline:
        try:
            with urlopen(f"{settings.service_url}/readyz", timeout=5) as answer:
                if b'"status":"ok"' in answer.read():
                    print("  flows are ready\n", flush=True)
                    return
        except OSError:
            continue


def _wait_for(url: str, stop: threading.Event, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not stop.is_set():
        try:
            with urlopen(url, timeout=2):
                return True
        except OSError:
            stop.wait(0.2)
    return False


@dataclass
class Child:
    """A process that is started again, with growing pauses, when it ends by itself."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    _process: subprocess.Popen[bytes] | None = None
    _pause: float = FIRST_PAUSE
    _started_at: float = 0.0
    _again_at: float | None = field(default=None)

    def start(self) -> None:
        # A session of its own: Ctrl-C in the terminal reaches the supervisor alone, which stops them in order.
        self._process = subprocess.Popen(
            self.command, cwd=Path(ROOT), env=dict(self.environment), start_new_session=True
        )
        self._started_at, self._again_at = time.monotonic(), None

    def watch(self) -> None:
        """Start again what has ended, when its pause is over."""
        if self._process is None:
            return
        now = time.monotonic()
        if self._again_at is not None:
            if now >= self._again_at:
                self.start()
            return
        status = self._process.poll()
        if status is None:
            if now - self._started_at > HEALTHY_SECONDS:
                self._pause = FIRST_PAUSE
            return
        print(f"{self.name}: ended with {status}; starting again in {self._pause:.0f} s", flush=True)
        self._again_at = now + self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE)

    def stop(self) -> None:
        """Ask it to end, then end it, with all that it started."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
