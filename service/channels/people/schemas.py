"""Wire shapes of presence, agents, notes, canned replies, search, ratings, the wall and the settings."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from service.channels.console.schemas import AgentShape


class PresenceRequest(BaseModel):
    presence: Literal["online", "away", "offline"]
    automatic: bool | None = None


class ShiftShape(BaseModel):
    """`weekday` 0 is Monday; minutes of that day, `end_minute` up to 2880 for a night shift."""

    weekday: int = Field(ge=0, le=6)
    start_minute: int = Field(ge=0, lt=1440)
    end_minute: int = Field(gt=0, le=2880)


class AccountShape(AgentShape):
    """`load`: conversations at the moment; `on_duty`: by his shifts, now."""

    active: bool
    load: int
    on_duty: bool
    seen_at: datetime | None
    shifts: list[ShiftShape]


class AccountList(BaseModel):
    items: list[AccountShape]
    skills: dict[str, str]
    departments: dict[str, str]


class AccountRequest(BaseModel):
    username: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=10, max_length=200)
    role: Literal["agent", "handler", "station", "editor", "supervisor", "admin"]
    department: str | None = None
    station_id: str | None = None


class AccountChange(BaseModel):
    skills: list[str] | None = None
    capacity: int | None = Field(None, ge=1, le=50)
    active: bool | None = None
    automatic: bool | None = None
    shifts: list[ShiftShape] | None = None


class InternalNoteRequest(BaseModel):
    """`whisper`: a supervisor's word to the agent who has the conversation."""

    text: str = Field(min_length=1, max_length=2000)
    whisper: bool = False


class InternalNoteShape(BaseModel):
    id: int
    author: str
    text: str
    mentions: list[str]
    whisper: bool
    at: datetime


class InternalNoteList(BaseModel):
    items: list[InternalNoteShape]


class SuggestionShape(BaseModel):
    """A reply from the knowledge base; `source` is the label of the article."""

    source: str
    title: str
    text: str
    score: float


class SuggestionList(BaseModel):
    """Suggestions for `question`, the customer's newest message, masked; and words that calm an angry customer."""

    question: str
    items: list[SuggestionShape]
    calming: list[str]


class CannedShape(BaseModel):
    """`filled`: the text with its variables filled for the conversation; `missing`: what could not be filled."""

    id: int
    shortcut: str
    title: str
    category: str
    text: str
    filled: str
    missing: list[str]


class CannedList(BaseModel):
    items: list[CannedShape]
    variables: dict[str, str]


class CannedRequest(BaseModel):
    shortcut: str = Field(min_length=1, max_length=32)
    title: str = Field(min_length=1, max_length=60)
    category: str = Field(min_length=1, max_length=32)
    text: str = Field(min_length=1, max_length=1000)


class FoundShape(BaseModel):
    """One thing found: a message or a ticket; `ref` is its id or number."""

    kind: Literal["message", "ticket"]
    ref: str
    conversation_id: str
    text: str
    at: datetime


class FoundList(BaseModel):
    items: list[FoundShape]


class RatingShape(BaseModel):
    id: int
    conversation_id: str
    agent: str | None
    attitude: int | None
    speed: int | None
    solution: int | None
    words: str | None
    rated_at: datetime | None
    owner: str | None
    improvement: str | None
    improved_at: datetime | None


class RatingList(BaseModel):
    items: list[RatingShape]


class ImprovementRequest(BaseModel):
    improvement: str = Field(min_length=2, max_length=1000)


class RatingRequest(BaseModel):
    """Marks from 1 (bad) to 5 (good)."""

    handoff_id: int
    attitude: int = Field(ge=1, le=5)
    speed: int = Field(ge=1, le=5)
    solution: int = Field(ge=1, le=5)
    words: str = Field("", max_length=1000)


class PolicyShape(BaseModel):
    """A policy table in force; version 0 is the one that ships, `shipped` its rows."""

    name: str
    version: int
    rows: list[dict[str, Any]]
    shipped: list[dict[str, Any]]
    history: list[dict[str, Any]]


class PolicyRequest(BaseModel):
    """`base`: the version that was edited."""

    base: int | None = None
    rows: list[dict[str, Any]] = Field(max_length=500)
    note: str = Field(min_length=2, max_length=300)


class CallerAnswer(BaseModel):
    """Who calls; `conversation_id` is None when he never wrote."""

    customer_id: str
    name: str
    level: str | None
    conversation_id: str | None
