"""Wire shapes of outgoing webhooks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from service.channels.outgoing.service import DeliveryRow, HookRow


class HookRequest(BaseModel):
    """`secret` signs the events; without one it is made and shown in the answer, this once."""

    url: str = Field(max_length=500)
    events: list[str] = Field(min_length=1, max_length=20)
    secret: str | None = Field(None, min_length=16, max_length=80)


class HookSwitch(BaseModel):
    active: bool


class HookShape(BaseModel):
    id: int
    url: str
    events: list[str]
    active: bool
    created_by: str
    created_at: datetime
    secret: str | None = None

    @classmethod
    def of(cls, row: HookRow, *, with_secret: bool = False) -> HookShape:
        """The row's shape; the secret is told once, to who made it."""
        return cls(
            id=row.id,
            url=row.url,
            events=list(row.events),
            active=row.active,
            created_by=row.created_by,
            created_at=row.created_at,
            secret=row.secret if with_secret else None,
        )


class HooksAnswer(BaseModel):
    """`events`: what there is to subscribe to, in words."""

    items: list[HookShape]
    events: dict[str, str]


class DeliveryShape(BaseModel):
    """One event on its way to one hook. `status`: waiting, sent or dead; `answer` is what came back last."""

    id: int
    event_id: str
    event: str
    status: str
    attempts: int
    answer: str | None
    created_at: datetime
    updated_at: datetime
    data: dict[str, Any]

    @classmethod
    def of(cls, row: DeliveryRow) -> DeliveryShape:
        return cls(
            id=row.id,
            event_id=row.event_id,
            event=row.event,
            status=row.status,
            attempts=row.attempts,
            answer=row.answer,
            created_at=row.created_at,
            updated_at=row.updated_at,
            data=dict(row.payload),
        )


class DeliveriesAnswer(BaseModel):
    items: list[DeliveryShape]
