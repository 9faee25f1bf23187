"""Wire shapes of what may be paid first."""

from __future__ import annotations

from pydantic import BaseModel


class AdvanceOption(BaseModel):
    """A line of the compensation policy, as it comes to for this ticket.

    `amount` in fen, or points where `unit` says so; null when `problem` says why it cannot be reckoned.
    `needs_approval`: above this agent's authority; `approver` decides.
    """

    cause: str
    title: str
    unit: str
    amount: int | None
    needs_approval: bool = False
    approver: str | None = None
    problem: str | None = None


class AdvanceOptions(BaseModel):
    items: list[AdvanceOption]
