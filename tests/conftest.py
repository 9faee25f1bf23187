"""Fixtures of all tests: the running house, once for those who only use it, afresh for those who break it."""

from __future__ import annotations

from pathlib import Path
from typing import Iterator

import pytest

from service.settings import Settings
from tests.database import forget_all, on_postgres, url_for
from tests.stack import Agent, Stack


@pytest.fixture(scope="session", autouse=True)
def _database() -> Iterator[None]:
    """With PostgreSQL each data directory of a test has a database there, whoever opens it."""
    if not on_postgres():
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        in_force = property(lambda settings: settings.database_url or url_for(settings.data_dir))
        patch.setattr(Settings, "database", in_force)
        yield
    forget_all()


@pytest.fixture(scope="session")
def service_only(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running service whose assistant is down."""
    stack = Stack(tmp_path_factory.mktemp("service_only"))
    try:
        stack.start_service()
        yield stack
    finally:
        stack.stop()


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running service with its assistant."""
    stack = Stack(tmp_path_factory.mktemp("house"))
    try:
        stack.start_service()
        stack.start_assistant()
        yield stack
    finally:
        stack.stop()


@pytest.fixture
def own_stack(tmp_path: Path) -> Iterator[Stack]:
    """A stack that a test may break; nothing is started yet."""
    stack = Stack(tmp_path)
    yield stack
    stack.stop()


@pytest.fixture(scope="session")
def agent(service_only: Stack) -> Agent:
    return Agent.enter(service_only, "anyone")
