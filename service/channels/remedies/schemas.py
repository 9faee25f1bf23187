"""Wire shapes of remedies."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

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
    """One remedy. `approver` is the authority that must agree while it waits for approval.

    `limit` is the most that the cause gives to the customer's level without approval, in fen or points; `decidable`:
    the agent who asks may decide about it now.
    """

    id: int
    customer_id: str
    customer_name: str
    level_title: str | None
    conversation_id: str
    kind: RemedyKind
    title: str
    status: RemedyStatus
    status_title: str
    reason: str
    why: str
    target_id: str | None
    amount_fen: int | None
    points: int | None
    cause: str | None
    cause_title: str | None
    limit: int | None
    ticket_number: str | None
    requested_by: str
    approver: str | None
    approver_title: str | None
    decided_by: str | None
    reference: str | None
    decidable: bool
    created_at: datetime
    updated_at: datetime


class RemedyList(BaseModel):
    items: list[RemedyShape]
    next: str | None


class RemedyCounts(BaseModel):
    """`waiting`: those that the agent who asks may decide about now."""

    waiting: int


class OptionShape(BaseModel):
    """A cause of the compensation policy; see `service.remedies.options.service.Option`."""

    cause: str
    title: str
    limit: int
    suggested: int | None
    given: int
    cap: int
    repeat_days: int
    valid_days: int | None
    free: bool
    authority: str
    approver: str


class OptionsAnswer(BaseModel):
    """What may be asked for. `unit`: `fen`, `points` or nothing counted; `most`: what the record bears at most;
    `fixed`: the worth is the record's."""

    kind: RemedyKind
    title: str
    unit: Literal["fen", "points"] | None
    most: int | None
    fixed: bool
    authority: str
    level_title: str | None
    options: list[OptionShape]


class JudgementAnswer(BaseModel):
    """What would become of a wish; `amount_fen` and `points` are what would be given."""

    decision: Literal["allowed", "needs_approval", "refused"]
    reason: str
    approver: str | None
    amount_fen: int | None
    points: int | None
