"""SQL of robots and their calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, insert, or_, select, update

from service.robots.models import robot_calls, robots


@dataclass(frozen=True)
class RobotRow:
    id: int
    name: str
    kind: str
    url: str
    secret: str | None
    scope: str
    department: str | None
    station_id: str | None
    events: Sequence[str]
    active: bool
    muted_until: datetime | None
    next_at: float
    sent_at: datetime | None
    problem: str | None
    problem_at: datetime | None
    created_by: str
    created_at: datetime

    def __repr__(self) -> str:
        """Without address and secret, so that no log can show them."""
        return f"RobotRow(id={self.id}, kind={self.kind!r}, name={self.name!r})"


@dataclass(frozen=True)
class CallRow:
    id: int
    robot_id: int
    key: str
    event: str
    number: str | None
    facts: Mapping[str, Any]
    status: str
    attempts: int
    next_at: float
    answer: str | None
    created_at: datetime
    updated_at: datetime


def all_robots(connection: Connection) -> list[RobotRow]:
    return [RobotRow(**row._mapping) for row in connection.execute(select(robots).order_by(robots.c.id))]


def any_active(connection: Connection) -> bool:
    return connection.execute(select(robots.c.id).where(robots.c.active).limit(1)).first() is not None


def robot(connection: Connection, robot_id: int) -> RobotRow | None:
    row = connection.execute(select(robots).where(robots.c.id == robot_id)).first()
    return None if row is None else RobotRow(**row._mapping)


def insert_robot(connection: Connection, **values: Any) -> int:
    return int(connection.execute(insert(robots).values(**values).returning(robots.c.id)).scalar_one())


def update_robot(connection: Connection, robot_id: int, **values: Any) -> None:
    connection.execute(update(robots).where(robots.c.id == robot_id).values(**values))


def delete_robot(connection: Connection, robot_id: int) -> None:
    """The robot and all that was to go there."""
    connection.execute(delete(robot_calls).where(robot_calls.c.robot_id == robot_id))
    connection.execute(delete(robots).where(robots.c.id == robot_id))


def take_turn(connection: Connection, robot_id: int, now: float, hold: float) -> bool:
    """Take a robot for `hold` seconds; of several processes exactly one gets it."""
    free = (robots.c.id == robot_id, robots.c.next_at <= now)
    return connection.execute(update(robots).where(*free).values(next_at=now + hold)).rowcount == 1


def insert_call(connection: Connection, robot_id: int, key: str, **values: Any) -> bool:
    """A call for a robot; False when it has this one already."""
    known = select(robot_calls.c.id).where(robot_calls.c.robot_id == robot_id, robot_calls.c.key == key)
    if connection.execute(known).first() is not None:
        return False
    connection.execute(insert(robot_calls).values(robot_id=robot_id, key=key, attempts=0, **values))
    return True


def call(connection: Connection, call_id: int) -> CallRow | None:
    row = connection.execute(select(robot_calls).where(robot_calls.c.id == call_id)).first()
    return None if row is None else CallRow(**row._mapping)


def update_calls(connection: Connection, ids: Sequence[int], **values: Any) -> None:
    if ids:
        connection.execute(update(robot_calls).where(robot_calls.c.id.in_(ids)).values(**values))


def waiting(connection: Connection, robot_id: int, now: float, limit: int) -> list[CallRow]:
    """What is due for a robot, oldest first."""
    due = (robot_calls.c.robot_id == robot_id, robot_calls.c.status == "waiting", robot_calls.c.next_at <= now)
    rows = connection.execute(select(robot_calls).where(*due).order_by(robot_calls.c.id).limit(limit))
    return [CallRow(**row._mapping) for row in rows]


def ready(connection: Connection, now: float) -> list[int]:
    """Robots that may send now and have something to send; a muted one keeps what waits until it may be heard."""
    due = and_(robot_calls.c.robot_id == robots.c.id, robot_calls.c.status == "waiting", robot_calls.c.next_at <= now)
    moment = datetime.fromtimestamp(now, timezone.utc)
    free = (robots.c.active, robots.c.next_at <= now, _is_loud(moment))
    query = select(robots.c.id).where(*free, exists().where(due))
    return list(connection.execute(query.order_by(robots.c.id)).scalars())


def _is_loud(now: datetime) -> ColumnElement[bool]:
    return or_(robots.c.muted_until.is_(None), robots.c.muted_until <= now)


def calls(connection: Connection, robot_id: int, status: str | None, limit: int) -> list[CallRow]:
    """Newest first."""
    query = select(robot_calls).where(robot_calls.c.robot_id == robot_id)
    if status is not None:
        query = query.where(robot_calls.c.status == status)
    return [CallRow(**row._mapping) for row in connection.execute(query.order_by(robot_calls.c.id.desc()).limit(limit))]


def calls_of(connection: Connection, numbers: Sequence[str]) -> list[CallRow]:
    """What was or is to be told of these tickets."""
    rows = connection.execute(select(robot_calls).where(robot_calls.c.number.in_(numbers)))
    return [CallRow(**row._mapping) for row in rows]


def drop_words(connection: Connection, rows: Sequence[CallRow]) -> None:
    """Keep that something was told and forget in which words of the customer."""
    for row in rows:
        facts = {**row.facts, "summary": ""}
        connection.execute(update(robot_calls).where(robot_calls.c.id == row.id).values(facts=facts))


def counts(connection: Connection) -> dict[int, dict[str, int]]:
    """How many calls of each status a robot has."""
    query = select(robot_calls.c.robot_id, robot_calls.c.status, func.count().label("found"))
    found: dict[int, dict[str, int]] = {}
    for row in connection.execute(query.group_by(robot_calls.c.robot_id, robot_calls.c.status)):
        found.setdefault(row.robot_id, {})[row.status] = row.found
    return found


def forget_before(connection: Connection, before: datetime) -> None:
    """What was settled long ago."""
    settled = (robot_calls.c.status != "waiting", robot_calls.c.updated_at < before)
    connection.execute(delete(robot_calls).where(*settled))
