"""Wire shapes of the events endpoint."""

from __future__ import annotations

from typing import Any

from pydantic import AwareDatetime, BaseModel, Field


class EventShape(BaseModel):
    """One event. Kinds that this release does not know are acknowledged and left."""

    id: str = Field(min_length=1, max_length=64)
    kind: str = Field(max_length=32)
    at: AwareDatetime
    customer_id: str | None = Field(None, max_length=64)
    subject_id: str = Field(min_length=1, max_length=64)
    order_id: str | None = Field(None, max_length=64)
    data: dict[str, Any] = Field(default_factory=dict, max_length=50)


class EventBatch(BaseModel):
    events: list[EventShape] = Field(min_length=1, max_length=100)


class EventsAnswer(BaseModel):
    """How many events are new, were received before, or are of an unknown kind."""

    accepted: int
    known: int
    ignored: int
