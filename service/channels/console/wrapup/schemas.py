"""Wire shapes of wrap-ups."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from service.channels.tickets.schemas import RootCauseShape


class WrapUpRequest(BaseModel):
    """What came of it, in the agent's words."""

    result: Literal["solved", "ticket", "unsolved"]
    root_cause: str | None = Field(None, max_length=64)
    summary: str = Field("", max_length=1000)
    tags: list[str] = Field(default_factory=list, max_length=20)


class WrapUpShape(BaseModel):
    id: int
    agent: str | None
    number: str | None
    result: str
    result_title: str
    root_cause: str | None
    root_cause_title: str | None
    summary: str
    tags: list[str]
    at: datetime


class WrapUpGuess(BaseModel):
    """What to confirm with one key press, and what else there is to choose from."""

    result: str
    root_cause: str | None
    summary: str
    tags: list[str]
    results: dict[str, str]
    root_causes: list[RootCauseShape]
    known_tags: list[str]
