"""Wire shapes of remedies."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from contracts.remedies import RemedyKind
from service.remedies.rules import RemedyStatus


class RemedyWish(BaseModel):
    """What an agent asks the platform to do. Money in fen; `reason` is for colleagues and the audit log."""

    kind: RemedyKind
    reason: str = Field(min_length=2, max_length=500)
    target_id: str | None = Field(None, max_length=64, description="order, coupon, gift, card or invoice")
    amount_fen: int | None = Field(None, gt=0, le=10_000_000)
    points: int | None = Field(None, gt=0, le=10_000_000)
    cause: str | None = Field(None, max_length=40, description="line of the compensation policy")
    details: dict[str, Any] = Field(default_factory=dict, max_length=20)
    ticket_number: str | None = Field(None, max_length=16)


class RemedyDecision(BaseModel):
    note: str = Field("", max_length=500)


class RemedyShape(BaseModel):
    """One remedy. `approver` is the authority that must agree while it waits for approval."""

    id: int
    customer_id: str
    conversation_id: str
    kind: RemedyKind
    title: str
    status: RemedyStatus
    reason: str
    why: str
    target_id: str | None
    amount_fen: int | None
    points: int | None
    cause: str | None
    ticket_number: str | None
    requested_by: str
    approver: str | None
    decided_by: str | None
    reference: str | None
    created_at: datetime
    updated_at: datetime


class RemedyList(BaseModel):
    items: list[RemedyShape]
    next: str | None
