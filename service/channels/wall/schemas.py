"""Wire shapes of the live wall."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from service.channels.people.schemas import AccountShape


class TalkShape(BaseModel):
    """A conversation that a person has now; `story` is its problem in one sentence."""

    conversation_id: str
    agent: str | None
    story: str
    priority: str
    minutes: int
    answered: bool


class HalfHour(BaseModel):
    """Half an hour of today: how many asked for a person, how many of them were answered, and within the goal."""

    at: datetime
    asked: int
    answered: int
    reached: int
    longest_seconds: int


class OfficeShape(BaseModel):
    """Whether somebody can answer now by opening hours and roster; else when, and how many wait for it."""

    open: bool
    opens_at: datetime | None
    waiting_for_it: int


class CrewShape(BaseModel):
    """Agents by state. `busy`: at their capacity; `lost`: online, but the console is not heard of."""

    free: int
    busy: int
    away: int
    lost: int
    offline: int
    off_duty: int


class WallAnswer(BaseModel):
    """The live wall. `reached`: share of today's hand-offs whose first words came within `goal_seconds`.

    Who came off hours waits from the opening on. `breaches`: those of today that missed the goal, who waits included.
    """

    waiting: int
    longest_wait_seconds: int
    with_people: int
    reached: float | None
    reached_of: int
    goal_seconds: int
    goal_share: float
    breaches: int
    office: OfficeShape
    crew: CrewShape
    history: list[HalfHour]
    callbacks_open: int
    callbacks_due: int
    agents: list[AccountShape]
    overdue_tickets: int
    open_tickets: int
    rings: list[str]
    talks: list[TalkShape]
