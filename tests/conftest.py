"""Fixtures of all tests: the running house, once for those who only use it, afresh for those who break it."""

from __future__ import annotations

from pathlib import Path
from typing import Iterator

import pytest

from tests.stack import Agent, Stack


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
