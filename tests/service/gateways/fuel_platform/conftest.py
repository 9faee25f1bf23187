"""Both implementations of the fuel platform, each over demo records of its own, on a clock that tests move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import AsyncIterator

import pytest

from contracts.platform import FuelPlatform
from service.gateways.fuel_platform.client import HttpPlatform
from service.gateways.fuel_platform.embedded import EmbeddedPlatform
from tests.stand_in.platform import Faults, Served, StandIn

START = datetime(2025, 6, 4, 2, 38, tzinfo=timezone.utc)
GOLD = "demo-gold-1"
TOKEN = "token-of-the-platform"


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def go_on(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Line:
    """The HTTP implementation, and the stand-in that it talks to."""

    client: HttpPlatform
    stand_in: StandIn
    url: str

    @property
    def faults(self) -> Faults:
        return self.stand_in.faults

    @property
    def behind(self) -> EmbeddedPlatform:
        return self.stand_in.platform


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def embedded(tmp_path: Path, clock: Clock) -> EmbeddedPlatform:
    return EmbeddedPlatform(tmp_path / "platform.db", clock)


@pytest.fixture
async def line(embedded: EmbeddedPlatform) -> AsyncIterator[Line]:
    stand_in = StandIn(embedded, TOKEN)
    with Served(stand_in) as served:
        client = HttpPlatform(served.url, TOKEN)
        yield Line(client, stand_in, served.url)
        await client.close()


@pytest.fixture(params=["embedded", "http"])
def any_platform(request: pytest.FixtureRequest) -> FuelPlatform:
    """One after the other: whoever implements the Protocol must pass the same tests."""
    if request.param == "embedded":
        found: FuelPlatform = request.getfixturevalue("embedded")
        return found
    return request.getfixturevalue("line").client  # type: ignore[no-any-return]
