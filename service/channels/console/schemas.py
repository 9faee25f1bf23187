"""Wire shapes of the agents' side."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from service.channels.console.wrapup.schemas import WrapUpRequest, WrapUpShape
from service.channels.tickets.schemas import TicketShape
from service.channels.widget.schemas import AttachmentRef, MessageShape


class LoginRequest(BaseModel):
    username: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=200)


class AgentShape(BaseModel):
    """`number` is the 工号 that customers see; `automatic`: the service may give him conversations by itself."""

    id: int
    username: str
    number: str
    role: str
    department: str | None = None
    station_id: str | None = None
    skills: list[str] = []
    capacity: int = 6
    presence: str = "offline"
    automatic: bool = False


class LoginAnswer(BaseModel):
    token: str
    agent: AgentShape


class CustomerBrief(BaseModel):
    """Who is writing; the name is masked."""

    id: str | None
    name: str
    level: str | None
    level_title: str | None


class QueueItem(BaseModel):
    """One waiting conversation. `story` is the problem in one sentence, personal data masked.

    `skills`: what the agent should bring (`vip`, a dialect); `at_the_pump`: paid and nothing flows; `off_hours`: he was
    told that nobody can answer before `opens_at`.
    """

    conversation_id: str
    place: int
    reason: str
    reason_title: str
    rule: str
    department: str | None
    queued_at: datetime
    waiting_seconds: int
    customer: CustomerBrief
    story: str
    sentiment: str | None
    label: str | None
    label_title: str | None
    open_tickets: int
    priority: str
    skills: list[str]
    at_the_pump: bool
    off_hours: bool
    opens_at: datetime | None


class QueueAnswer(BaseModel):
    items: list[QueueItem]


class ConversationItem(BaseModel):
    """`seq` and `last_sender` are those of the newest message, `preview` its words, masked."""

    conversation_id: str
    customer: CustomerBrief
    state: str
    channel: str
    updated_at: datetime
    seq: int
    last_sender: str | None
    preview: str


class ConversationList(BaseModel):
    """`ids`: all that the agent has; `items`: those of them that were asked for. `at` is what to ask `since` with."""

    items: list[ConversationItem]
    ids: list[str]
    at: datetime


class TurnShape(BaseModel):
    """Why the assistant said what it said to message `seq`."""

    seq: int
    label: str
    label_title: str
    kind: str
    tier: str
    confidence: float
    sentiment: str
    sentiment_score: float
    outcome: str | None
    trace: list[dict[str, Any]]
    elapsed_ms: float | None


class StoryAnswer(BaseModel):
    """A conversation with all that an agent must not have to ask again.

    `messages` are the newest; `earlier`: there are older ones (`GET …/messages?before_seq=`). `read_seq`: how far the
    customer has read, 0 when nobody knows. `wrap_ups`: what came of earlier talks with this customer, newest first.
    """

    conversation_id: str
    state: str
    epoch: int
    mine: bool
    agent: AgentShape | None
    customer: CustomerBrief
    phone: str | None
    plates: list[str]
    points: int | None
    balance_fen: int | None
    summary: list[str]
    opening: str
    messages: list[MessageShape]
    earlier: bool
    read_seq: int
    wrap_ups: list[WrapUpShape]
    turns: list[TurnShape]
    tickets: list[TicketShape]
    orders: list[dict[str, Any]]
    coupons: list[dict[str, Any]]
    platform_available: bool
    handoff: dict[str, Any] | None


class SayRequest(BaseModel):
    """Words, pictures (ids of uploads for this conversation), or both."""

    client_id: str = Field(min_length=1, max_length=80)
    text: str = Field("", max_length=4000)
    attachments: list[AttachmentRef] = Field(default_factory=list, max_length=9)


class SayAnswer(BaseModel):
    seq: int


class TransferRequest(BaseModel):
    """To a department's queue, or to one colleague (`agent_id`)."""

    agent_id: int | None = None
    department: str | None = Field(None, max_length=16)
    note: str = Field("", max_length=1000)


class CloseRequest(BaseModel):
    """`to`: `closed` ends the conversation until the customer writes again, `bot` gives it back to the assistant.

    `wrap_up` says what came of it; the console always asks for it, other programs may leave it out.
    """

    to: Literal["closed", "bot"] = "closed"
    wrap_up: WrapUpRequest | None = None


class StateAnswer(BaseModel):
    state: str
    epoch: int


class RouteRequest(BaseModel):
    text: str = Field(max_length=100_000)
    top: int = Field(5, ge=1, le=20)


class LabelScore(BaseModel):
    label: str
    score: float


class RouteAnswer(BaseModel):
    """What the router would decide; nothing is changed."""

    kind: str
    label: str
    confidence: float
    tier: str
    alternatives: list[LabelScore]
    sentiment: LabelScore
    entities: list[dict[str, Any]]
    elapsed_ms: float
