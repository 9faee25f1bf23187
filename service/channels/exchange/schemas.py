"""Wire shapes of what went to other channels."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel


class SendShape(BaseModel):
    """One send. `kind`: passive, message or notice; `status`: sending, sent, unknown, parked, refused or failed."""

    channel: str
    first_seq: int
    last_seq: int
    kind: str
    status: str
    code: int | None
    reason: str | None
    at: datetime


class SendsAnswer(BaseModel):
    items: list[SendShape]


class ChannelShape(BaseModel):
    """A channel that is on, with how many of its sends ended how."""

    name: str
    sends: dict[str, int]


class DeadShape(BaseModel):
    """Messages of a conversation that were given up; they stand in its history all the same."""

    id: int
    conversation_id: str
    channel: str
    seq: int
    attempts: int


class ChannelsAnswer(BaseModel):
    items: list[ChannelShape]
    dead: list[DeadShape]
