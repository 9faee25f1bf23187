"""The desk of tests/service/desk.py as a fixture."""

from __future__ import annotations

from pathlib import Path
from typing import AsyncIterator

import pytest

from tests.service.desk import Desk


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    made = Desk(tmp_path)
    await made.open()
    yield made
    made.close()
