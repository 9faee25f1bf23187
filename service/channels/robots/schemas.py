"""Wire shapes of work chats' robots."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from service.robots import rules
from service.robots.repository import CallRow, RobotRow

Kind = Literal["wecom", "dingtalk", "feishu"]
Scope = Literal["all", "department", "station"]


class RobotRequest(BaseModel):
    """`url` is the webhook's whole address; `secret` the signing key, where the robot has one."""

    name: str = Field(min_length=1, max_length=60)
    kind: Kind
    url: str = Field(min_length=8, max_length=500)
    secret: str | None = Field(None, max_length=200)
    scope: Scope = "all"
    department: str | None = Field(None, max_length=16)
    station_id: str | None = Field(None, max_length=64)
    events: list[str] = Field(min_length=1, max_length=20)


class RobotChange(BaseModel):
    """What is not sent stays; `secret` null or empty takes the key away. `muted_until` null: no longer muted."""

    name: str | None = Field(None, min_length=1, max_length=60)
    kind: Kind | None = None
    url: str | None = Field(None, min_length=8, max_length=500)
    secret: str | None = Field(None, max_length=200)
    scope: Scope | None = None
    department: str | None = Field(None, max_length=16)
    station_id: str | None = Field(None, max_length=64)
    events: list[str] | None = Field(None, min_length=1, max_length=20)
    active: bool | None = None
    muted_until: datetime | None = None


class RobotShape(BaseModel):
    """A robot without its secrets: `url` and `secret` show their last four characters.

    `problem` is what went wrong last, null once something was delivered again; `waiting` and `dead` count calls.
    """

    id: int
    name: str
    kind: Kind
    url: str
    secret: str | None
    scope: Scope
    department: str | None
    station_id: str | None
    events: list[str]
    active: bool
    muted_until: datetime | None
    sent_at: datetime | None
    problem: str | None
    problem_at: datetime | None
    created_by: str
    created_at: datetime
    waiting: int
    dead: int

    @classmethod
    def of(cls, row: RobotRow, counts: dict[str, int]) -> RobotShape:
        return cls(
            id=row.id,
            name=row.name,
            kind=row.kind,  # type: ignore[arg-type]
            url=rules.hint(row.url),
            secret=rules.secret_hint(row.secret),
            scope=row.scope,  # type: ignore[arg-type]
            department=row.department,
            station_id=row.station_id,
            events=list(row.events),
            active=row.active,
            muted_until=row.muted_until,
            sent_at=row.sent_at,
            problem=row.problem,
            problem_at=row.problem_at,
            created_by=row.created_by,
            created_at=row.created_at,
            waiting=counts.get("waiting", 0),
            dead=counts.get("dead", 0),
        )


class RobotsAnswer(BaseModel):
    """`kinds`, `events`, `scopes`, `departments` in words; `link_base` is where the messages' links lead."""

    items: list[RobotShape]
    kinds: dict[str, str]
    events: dict[str, str]
    scopes: dict[str, str]
    departments: dict[str, str]
    link_base: str


class TestAnswer(BaseModel):
    """`ok`: the chat took the message; `words` says what it answered."""

    ok: bool
    words: str


class CallShape(BaseModel):
    """One thing that a robot was to tell.

    `status`: waiting, sent, dead (given up), muted, or past (no longer true when its turn came).
    """

    id: int
    robot_id: int
    event: str
    number: str | None
    title: str
    status: str
    attempts: int
    answer: str | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: CallRow) -> CallShape:
        facts: dict[str, Any] = dict(row.facts)
        return cls(
            id=row.id,
            robot_id=row.robot_id,
            event=row.event,
            number=row.number,
            title=str(facts.get("title", "")),
            status=row.status,
            attempts=row.attempts,
            answer=row.answer,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )


class CallsAnswer(BaseModel):
    items: list[CallShape]
