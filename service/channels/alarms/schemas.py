"""Wire shapes of alarms."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel


class TicketAlarm(BaseModel):
    """A P0 ticket that nobody took in time."""

    number: str
    title: str
    department: str
    department_title: str
    since: datetime
    due_at: datetime


class ConversationAlarm(BaseModel):
    """A P0 customer who waits for a person and rang."""

    conversation_id: str
    reason: str
    since: datetime


class AlarmsAnswer(BaseModel):
    """What rings right now for the one who asks; an alarm ends when somebody takes it."""

    tickets: list[TicketAlarm]
    conversations: list[ConversationAlarm]
