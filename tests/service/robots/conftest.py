"""Robots of a house of its own, and stand-ins of the three chats on the same clock."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, AsyncIterator

import pytest

from service.delivery.service import CALL
from service.delivery.worker import OutboxWorker
from service.gateways.outside.client import GuardedPost
from service.robots import rules
from service.robots import service as robots
from service.robots.repository import CallRow, RobotRow
from service.robots.worker import RobotWorker
from tests.service.tickets.conftest import Office
from tests.stand_in.robots import Group, RobotPlatform
from tests.stand_in.server import serving

BASE = "https://kefu.example.cn"
SECRET = "SEC-of-the-tests"


@dataclass
class World:
    office: Office
    platform: RobotPlatform
    address: str
    worker: RobotWorker
    outbox: OutboxWorker

    async def robot(self, group: Group, **more: Any) -> RobotRow:
        values = {
            "name": "值班群",
            "kind": group.kind,
            "url": self.address + self.platform.path(group),
            "secret": group.secret,
            "scope": "all",
            "department": None,
            "station_id": None,
            "events": list(rules.EVENTS),
            **more,
        }
        return await self.office.write(lambda c: robots.add(c, values, "boss", self.office.now, private=True))

    async def tell(self) -> None:
        """What was announced is written down, and robots whose turn it is send."""
        await self.outbox.deliver_once()
        await self.outbox.deliver_once()
        await self.worker.step()

    async def later(self, seconds: float) -> None:
        self.office.now += timedelta(seconds=seconds)
        await self.tell()

    async def calls(self, robot: RobotRow) -> list[CallRow]:
        return await self.office.database.read(lambda c: robots.calls(c, robot.id, None, 100))

    async def states(self, robot: RobotRow) -> dict[str, int]:
        found = await self.office.database.read(robots.counts)
        return found.get(robot.id, {})


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    made = Office(tmp_path)
    yield made
    made.database.close()


@pytest.fixture
async def world(office: Office) -> AsyncIterator[World]:
    async with _world(office) as made:
        yield made


@asynccontextmanager
async def _world(office: Office) -> AsyncIterator[World]:
    platform = RobotPlatform(clock=lambda: office.now.timestamp())
    with serving(platform.app()) as address:
        worker = RobotWorker(office.database, GuardedPost(private=True, kept=2000), BASE, lambda: office.now)
        yield World(office, platform, address, worker, OutboxWorker(office.database, {CALL: worker.note}))
        await worker.close()
