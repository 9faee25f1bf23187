"""Wire shapes of an agent's inbox."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field


class NoticeShape(BaseModel):
    """`kind`: mention, whisper, approval, transfer. The text is masked."""

    id: int
    kind: str
    conversation_id: str | None
    author: str
    text: str
    at: datetime
    read: bool


class NoticeList(BaseModel):
    items: list[NoticeShape]
    unread: int


class NoticesRead(BaseModel):
    """Without `ids`: all."""

    ids: list[int] | None = Field(None, max_length=200)
