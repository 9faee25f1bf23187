"""Wire shapes of a customer's own tickets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from service.channels.widget.schemas import AttachmentRef, MessageShape


class NodeShape(BaseModel):
    """One thing that happened to the ticket, in the customer's words."""

    title: str
    at: datetime
    note: str | None = None


class OwnTicket(BaseModel):
    """A ticket as its customer sees it. `card` is the progress card as it is now; `why` explains the promised time."""

    number: str
    title: str
    status: str
    status_title: str
    summary: str
    created_at: datetime
    due_at: datetime
    question: str | None
    resolution: str | None
    card: dict[str, Any]


class OwnTicketDetail(OwnTicket):
    nodes: list[NodeShape]
    why: str


class OwnTicketList(BaseModel):
    items: list[OwnTicket]


class ActionRequest(BaseModel):
    """`note`: why, or what is added."""

    note: str = Field("", max_length=2000)
    attachments: list[AttachmentRef] = Field(default_factory=list, max_length=9)


class ActionAnswer(BaseModel):
    """What the customer is told, also written into his conversation, and the ticket as it is now."""

    message: MessageShape
    ticket: OwnTicketDetail
