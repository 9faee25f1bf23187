"""Wire shapes of bindings."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel


class CodeAnswer(BaseModel):
    """`words` is what the customer sends in the other channel."""

    code: str
    words: str
    expires_at: datetime


class BindingShape(BaseModel):
    channel: str
    bound_at: datetime


class BindingsAnswer(BaseModel):
    items: list[BindingShape]
