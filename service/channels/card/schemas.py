"""Wire shapes of the customer card."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from service.channels.console.schemas import CustomerBrief
from service.channels.tickets.schemas import TicketShape


class PersonalShape(BaseModel):
    """One piece of personal data, masked. `field` names it when the agent asks to see it plain."""

    field: str
    label: str
    masked: str


class PointsShape(BaseModel):
    """One line of the points ledger, with where it comes from and what became of it."""

    id: str
    kind: str
    title: str
    change: int
    balance: int
    origin: str
    use: str
    at: datetime


class BindingShape(BaseModel):
    """A channel that the customer bound to his account; the identity is masked."""

    channel: str
    masked: str
    at: datetime


class MarksShape(BaseModel):
    """How the customer rated a person's service; marks from 1 to 5."""

    id: int
    agent: str | None
    attitude: int | None
    speed: int | None
    solution: int | None
    words: str | None
    at: datetime


class CardAnswer(BaseModel):
    """Everything about a customer. Money in fen; `missing` names the records that the platform did not give now."""

    customer: CustomerBrief
    conversation_id: str | None
    frozen: bool
    points: int | None
    balance_fen: int | None
    station_id: str | None
    personal: list[PersonalShape]
    orders: list[dict[str, Any]]
    coupons: list[dict[str, Any]]
    ledger: list[PointsShape]
    ledger_broken_at: str | None
    gifts: list[dict[str, Any]]
    cards: list[dict[str, Any]]
    invoices: list[dict[str, Any]]
    titles: list[dict[str, Any]]
    refunds: list[dict[str, Any]]
    tickets: list[TicketShape]
    bindings: list[BindingShape]
    ratings: list[MarksShape]
    missing: list[str]


class RevealRequest(BaseModel):
    field: str = Field(min_length=1, max_length=80)
    conversation_id: str | None = Field(None, max_length=32)


class RevealAnswer(BaseModel):
    field: str
    value: str


class PhoneNoteRequest(BaseModel):
    """What was said on the phone. `ticket_number`: the ticket of this customer that the call was about."""

    text: str = Field(min_length=2, max_length=2000)
    ticket_number: str | None = Field(None, max_length=16)


class PhoneNoteAnswer(BaseModel):
    conversation_id: str
