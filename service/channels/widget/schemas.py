"""Wire shapes of the customer's side."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field


class SessionRequest(BaseModel):
    """`customer_token` is what the app signed; without it the customer is a guest. `session_token` resumes one."""

    customer_token: str | None = Field(None, max_length=4000)
    session_token: str | None = Field(None, max_length=4000)


class SessionAnswer(BaseModel):
    token: str
    conversation_id: str


class AttachmentRef(BaseModel):
    id: str = Field(max_length=64)


def _whole_characters(value: object) -> object:
    """Without halves of characters, such as an emoji that was cut in two: they alone would make the words invalid."""
    return value.encode("utf-8", "ignore").decode("utf-8") if isinstance(value, str) else value


Words = Annotated[str, BeforeValidator(_whole_characters)]


class MessageRequest(BaseModel):
    """`client_id` makes a repeated request the same message; a payload counts only if it was offered."""

    client_id: Words = Field(min_length=1, max_length=80)
    text: Words = Field("", max_length=100_000)
    payload: str | None = Field(None, max_length=200)
    attachments: list[AttachmentRef] = Field(default_factory=list, max_length=9)
    context: dict[str, Any] = Field(default_factory=dict)


class ButtonShape(BaseModel):
    title: str
    payload: str


class MessageShape(BaseModel):
    """One message as everybody sees it. `sender`: customer, bot, agent or system."""

    seq: int
    sender: str
    text: str
    at: str
    source: str | None = None
    buttons: list[ButtonShape] | None = None
    card: dict[str, Any] | None = None
    attachments: list[dict[str, str]] | None = None
    client_id: str | None = None


class Ack(BaseModel):
    seq: int


class MessageAnswer(BaseModel):
    """The stored message's number and the replies that are there already; later ones come by the socket.

    `session` comes when a guest was recognised: from now on this is his conversation, to be read from the start.
    """

    ack: Ack
    messages: list[MessageShape]
    state: str
    session: SessionAnswer | None = None


class PhoneRequest(BaseModel):
    phone: str = Field(min_length=1, max_length=32)


class PhoneAnswer(BaseModel):
    """Where the code went (masked), how many seconds it is good for, and after how many another may be asked for."""

    phone: str
    expires_in: int
    again_in: int


class ProofRequest(BaseModel):
    phone: str = Field(min_length=1, max_length=32)
    code: str = Field(min_length=1, max_length=16)


class GuestTicket(BaseModel):
    number: str
    category: str
    status: str
    due_at: str


class ProofAnswer(BaseModel):
    """The guest's session from now on, and the open tickets that the number finds."""

    token: str
    conversation_id: str
    tickets: list[GuestTicket]


class QueueShape(BaseModel):
    """Where a waiting customer stands. No estimate: nothing honest can be said. `closed`: nobody can answer before
    `opens_at` (None: nobody knows)."""

    place: int
    estimate_minutes: int | None
    closed: bool
    opens_at: str | None


class HistoryAnswer(BaseModel):
    """`read_seq`: how far the agent who has the conversation has read it; 0 while none has. `queue`: while he waits."""

    messages: list[MessageShape]
    state: str
    more: bool
    read_seq: int = 0
    queue: QueueShape | None = None


class UploadAnswer(BaseModel):
    id: str
    media_type: str
    size: int
