"""Wire shapes of the tickets page: what can be chosen there, and what is done to many tickets at once."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from service.channels.tickets.schemas import PersonShape, RootCauseShape, TicketShape

MOST_AT_ONCE = 100

BulkAction = Literal["accept", "assign", "unassign", "pass", "priority", "note"]


class ChoiceShape(BaseModel):
    id: str
    title: str


class CategoryChoice(BaseModel):
    """A kind of problem that tickets are filed for. `sounds`: its syllables and initials, to be searched by pinyin.

    `steps`: the departments that work on it in turn.
    """

    id: str
    title: str
    means: str
    group: str
    department: str
    priority: str
    steps: list[str]
    sounds: str


class PriorityChoice(BaseModel):
    """Times are durations of the taxonomy: `5m`, `2h`, `3wd`."""

    id: str
    title: str
    first_response: str
    resolve: str


class ColleagueChoice(PersonShape):
    """Somebody who may work on tickets; `active` false: his account is closed, his name still stands on tickets."""

    role: str
    station_id: str | None
    active: bool


class TicketChoices(BaseModel):
    """What tickets can be narrowed to, given to and solved with.

    `moves`: the statuses that each status can go to. `questions`: what customers are usually asked, by group of
    categories; `""` for all. `soon_minutes`: a ticket that is due within so long is due soon.
    """

    departments: list[ChoiceShape]
    categories: list[CategoryChoice]
    priorities: list[PriorityChoice]
    colleagues: list[ColleagueChoice]
    stations: list[str]
    root_causes: list[RootCauseShape]
    sides: list[ChoiceShape]
    moves: dict[str, list[str]]
    questions: dict[str, list[str]]
    soon_minutes: int


class BulkRequest(BaseModel):
    """One action for many tickets. `username` goes with `assign`, `department` with `pass` (null: the next step of
    each), `priority` with `priority`; `note` with all of them, and it is what `note` leaves."""

    numbers: list[str] = Field(min_length=1, max_length=MOST_AT_ONCE)
    action: BulkAction
    username: str | None = Field(None, max_length=64)
    department: str | None = Field(None, max_length=16)
    priority: Literal["P0", "P1", "P2", "P3"] | None = None
    note: str = Field("", max_length=2000)


class BulkItem(BaseModel):
    """What became of one ticket: the ticket as it is now, or the reason why not.

    `assignee` and `priority` are what it had before, to undo it with.
    """

    number: str
    done: bool
    problem: str | None = None
    assignee: str | None = None
    priority: str | None = None
    ticket: TicketShape | None = None


class BulkAnswer(BaseModel):
    """In the order of the request; `done` counts those that worked."""

    items: list[BulkItem]
    done: int
