"""One running assistant for all tests of this folder."""

from __future__ import annotations

from typing import Iterator

import pytest

from tests.bot.live import ActionServer, Assistant


@pytest.fixture(scope="session")
def action_server() -> Iterator[ActionServer]:
    server = ActionServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def assistant(tmp_path_factory: pytest.TempPathFactory, action_server: ActionServer) -> Iterator[Assistant]:
    running = Assistant(tmp_path_factory.mktemp("assistant"), action_server)
    try:
        running.start()
        yield running
    finally:
        running.stop()
