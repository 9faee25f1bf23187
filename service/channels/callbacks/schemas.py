"""Wire shapes of callbacks."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from service.channels.console.schemas import CustomerBrief


class AttemptShape(BaseModel):
    agent: str | None
    outcome: str
    note: str
    at: datetime
    next_at: datetime | None


class CallbackShape(BaseModel):
    """A customer to be called. `phone` is masked; not before `try_at`, promised by `due_at`.

    `source`: chat, queue, off_hours or flow; `story` is the problem in one sentence; `when` the wish in words.
    """

    id: int
    conversation_id: str
    customer: CustomerBrief
    phone: str | None
    state: str
    source: str
    story: str
    when: str
    ticket_number: str | None
    try_at: datetime
    due_at: datetime
    failures: int
    wrong_number: bool
    broken: int
    agent_id: int | None
    agent: str | None
    created_at: datetime
    ended_at: datetime | None
    attempts: list[AttemptShape]


class CallbackList(BaseModel):
    """`due`: how many are to be called by now."""

    items: list[CallbackShape]
    open: int
    due: int


class CallbackCount(BaseModel):
    open: int
    due: int


class RevealAnswer(BaseModel):
    phone: str


class AttemptRequest(BaseModel):
    """How a call went. `next_at` is needed for `later`; for the others it is set when left out."""

    outcome: Literal["reached", "no_answer", "wrong_number", "later"]
    note: str = Field("", max_length=1000)
    next_at: datetime | None = None
