"""Wire shapes of tickets, for agents and handlers."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

Text = Field(min_length=1, max_length=2000)


class PersonShape(BaseModel):
    """Somebody who answers for a ticket or works on it; `number` is the 工号 that customers see."""

    id: int
    username: str
    number: str
    department: str | None = None


class EventShape(BaseModel):
    kind: str
    actor: str
    data: dict[str, Any]
    at: datetime


class TicketShape(BaseModel):
    """`category` is an intent id; times are ISO 8601 with zone.

    `department` owns the ticket, `working` has its step now. `overdue`: a promise was broken. `paused`: it waits for
    its customer, and its clock stands still. `parent_number`: the mass incident it belongs to; `incident`: it is the
    parent of one, belongs to no single customer, and its `conversation_id` is empty. `paused_left`: the seconds of its
    clock that are left while it is paused. `breaches`: how often the result's promise was broken; `first_late`: the
    first answer's was.
    """

    number: str
    category: str
    title: str
    department: str
    department_title: str
    working: str
    priority: str
    status: str
    status_title: str
    summary: str
    details: dict[str, Any]
    order_ids: list[str]
    customer_id: str | None
    level: str | None
    channel: str | None
    station_id: str | None
    conversation_id: str
    created_at: datetime
    updated_at: datetime
    first_response_due_at: datetime
    first_response_at: datetime | None
    promised_at: datetime
    due_at: datetime
    overdue: bool
    breaches: int
    first_late: bool
    paused: bool
    paused_left: float | None
    urges: int
    reopened: int
    escalation: int
    owner_id: int | None
    assignee_id: int | None
    parent_number: str | None
    merged_into: str | None
    incident: bool
    resolution: str | None
    root_cause: str | None
    side: str | None
    steps: list[dict[str, Any]]


class PartyShape(BaseModel):
    """A party of a dispute: what it was asked, until when, and what it said."""

    party: str
    party_title: str
    name: str
    question: str
    asked_at: datetime
    due_at: datetime
    statement: str | None
    stated_at: datetime | None


class RulingShape(BaseModel):
    """`kind`: `advance` (paid first, to be claimed from `side`) or `ruling`. `amount` in fen or points."""

    kind: str
    side: str
    side_title: str
    cause: str | None
    amount: int | None
    unit: str | None
    words: str
    actor: str
    at: datetime


class ProposalShape(BaseModel):
    """A solved ticket that was proposed as an article. `status`: `proposed`, `taken` or `refused`."""

    id: int
    ticket_number: str
    title: str
    problem: str
    solution: str
    status: str
    actor: str
    at: datetime


class FileShape(BaseModel):
    """A picture or recording of the customer; fetched from `/api/v1/attachments/{id}`."""

    id: str
    media_type: str | None


class TicketDetail(TicketShape):
    """A ticket with all that is known of it: what was said, checked and demanded, and everything that happened.

    `why` explains the promised time; `timers` are what happens by itself and when; `next_step` is the department
    whose turn is next; `may` are the statuses that it can go to.
    """

    events: list[EventShape]
    said: list[str]
    checked: list[str]
    demanded: str | None
    attachments: list[FileShape]
    owner: PersonShape | None
    assignee: PersonShape | None
    parties: list[PartyShape]
    rulings: list[RulingShape]
    links: list[str]
    children: list[str]
    proposal: ProposalShape | None
    why: str
    timers: dict[str, datetime]
    next_step: str | None
    may: list[str]


class TicketList(BaseModel):
    """`next` is the cursor of the following page; null on the last one."""

    items: list[TicketShape]
    next: str | None


class TicketCounts(BaseModel):
    """How many tickets of each status a filter finds."""

    counts: dict[str, int]
    overdue: int


class TicketChange(BaseModel):
    """A move by hand. `solved` may say what was done, the root cause (id) and the side that answers for it."""

    status: Literal["checking", "finance_review", "waiting_customer", "solved", "closed", "reopened", "withdrawn"]
    note: str = Field("", max_length=2000)
    root_cause: str | None = Field(None, max_length=64)
    side: str | None = Field(None, max_length=24)


class DeskTicketRequest(BaseModel):
    """A ticket that an agent files: for a conversation, or for a customer by his id.

    `said`: the customer's words. `anyway`: although he has an open ticket of this category.
    """

    conversation_id: str | None = Field(None, max_length=32)
    customer_id: str | None = Field(None, min_length=1, max_length=64)
    category: str = Field(min_length=1, max_length=64)
    summary: str = Field(min_length=1, max_length=500)
    said: list[str] = Field(default_factory=list, max_length=20)
    order_ids: list[str] = Field(default_factory=list, max_length=20)
    cause: str | None = Field(None, max_length=64)
    demand: str | None = Field(None, max_length=500)
    anyway: bool = False


class AssignRequest(BaseModel):
    """`username` of the agent who is to work on it."""

    username: str = Field(min_length=1, max_length=64)
    note: str = Field("", max_length=1000)


class TextRequest(BaseModel):
    text: str = Text


class PassRequest(BaseModel):
    """`department` null: the next one by the category's steps."""

    department: str | None = Field(None, max_length=16)
    note: str = Field("", max_length=2000)


class SolveRequest(BaseModel):
    """`resolution` is what the customer is told; `side` null: the one of the root cause."""

    resolution: str = Text
    root_cause: str = Field(min_length=1, max_length=64)
    side: str | None = Field(None, max_length=24)


class NumberRequest(BaseModel):
    number: str = Field(min_length=4, max_length=16)


class PartyRequest(BaseModel):
    """Ask a party of the dispute for its statement. `name`: which station, partner, bank."""

    party: Literal["platform", "station", "payment_provider", "partner", "supplier"]
    name: str = Field("", max_length=120)
    question: str = Text


class StatementRequest(BaseModel):
    party: Literal["platform", "station", "payment_provider", "partner", "supplier"]
    statement: str = Text


class AdvanceRequest(BaseModel):
    """The platform pays first. The amount follows from the policy's line for `cause` and the customer's level."""

    side: Literal["station", "payment_provider", "partner", "supplier"]
    cause: str = Field(min_length=1, max_length=64)
    words: str = Text


class RulingRequest(BaseModel):
    side: Literal["platform", "station", "payment_provider", "partner", "supplier", "customer"]
    words: str = Text


class ProposalRequest(BaseModel):
    title: str = Field(min_length=1, max_length=200)
    problem: str = Text
    solution: str = Field(min_length=1, max_length=8000)


class SettleRequest(BaseModel):
    status: Literal["taken", "refused"]


class ProposalList(BaseModel):
    items: list[ProposalShape]


class IncidentShape(BaseModel):
    """A mass incident that is going on; `tickets` counts those that are linked."""

    number: str
    cause: str
    summary: str
    category: str
    department: str
    status: str
    started_at: datetime
    due_at: datetime
    tickets: int


class IncidentList(BaseModel):
    items: list[IncidentShape]


class RootCauseShape(BaseModel):
    id: str
    title: str
    kind: str
    side: str


class RootCauseList(BaseModel):
    items: list[RootCauseShape]
