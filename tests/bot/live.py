"""The trained assistant as a process, with the real actions behind a small web server."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Mapping

import httpx
import uvicorn
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from actions.ports import Ports, ports
from tests.stack import free_port

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-assistant" / "bin" / "python"
TOKEN = "internal-token-of-this-test-run"
START_SECONDS = 120.0


class ActionServer:
    """Runs actions as the service does: one attempt, its ports; what an attempt did is remembered."""

    def __init__(self) -> None:
        self.port = free_port()
        self.ports: dict[str, Ports] = {}
        self.calls: list[tuple[str, str]] = []
        self.tracker: dict[str, Any] = {}
        self.broken: str | None = None
        self.pause = 0.0
        self._executor = ActionExecutor()
        self._executor.register_package("actions")
        app = Starlette(routes=[Route("/internal/actions", self._run, methods=["POST"])])
        config = uvicorn.Config(app, host="127.0.0.1", port=self.port, log_level="warning")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def start(self) -> None:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(5)

    async def _run(self, request: Request) -> JSONResponse:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return JSONResponse({"error": "token"}, status_code=401)
        body = await request.json()
        attempt, action = str(body["sender_id"]), str(body["next_action"])
        self.calls.append((attempt, action))
        self.tracker = body["tracker"]
        await asyncio.sleep(self.pause)
        if self.broken is not None and action.startswith(self.broken):
            return JSONResponse({"error": "broken on purpose"}, status_code=500)
        token = ports.set(self.ports[attempt])
        try:
            result = await self._executor.run(body)
        except ActionExecutionRejection as rejection:
            return JSONResponse({"error": str(rejection), "action_name": action}, status_code=400)
        finally:
            ports.reset(token)
        assert result is not None
        return JSONResponse(result.model_dump())


@dataclass
class Assistant:
    """The Rasa process."""

    folder: Path
    actions: ActionServer
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None
    _client: httpx.Client = field(default_factory=lambda: httpx.Client(trust_env=False))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/webhooks/youban"

    def start(self) -> None:
        models = sorted((ROOT / "models" / "assistant").glob("assistant-*.tar.gz"), key=lambda p: p.stat().st_mtime)
        assert models, "train first: .venv-assistant/bin/python -m bot.training --models models"
        command = [
            *(str(PYTHON), "-m", "rasa", "run", "--model", str(models[-1])),
            *("--endpoints", "endpoints.yml", "--credentials", "bot/credentials.yml"),
            *("--interface", "127.0.0.1", "--port", str(self.port)),
        ]
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "YOUBAN_INTERNAL_TOKEN": TOKEN,
            "YOUBAN_ACTION_URL": f"http://127.0.0.1:{self.actions.port}/internal/actions",
            "RASA_TELEMETRY_ENABLED": "false",
            "TF_CPP_MIN_LOG_LEVEL": "3",
        }
        with (self.folder / "assistant.log").open("wb") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self._process.poll() is None, self.log()[-4000:]
            try:
                if self.get("ready").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.3)
        raise AssertionError(f"not ready in {START_SECONDS} s:\n{self.log()[-4000:]}")

    def stop(self) -> None:
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._client.close()

    def log(self) -> str:
        return (self.folder / "assistant.log").read_text(encoding="utf-8", errors="replace")

    def get(self, path: str, token: str | None = TOKEN) -> httpx.Response:
        return self._client.get(f"{self.url}/{path}", headers=_headers(token), timeout=10)

    def post(self, path: str, body: Any, token: str | None = TOKEN) -> httpx.Response:
        return self._client.post(f"{self.url}/{path}", json=body, headers=_headers(token), timeout=20)


def _headers(token: str | None) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token}"} if token is not None else {}
