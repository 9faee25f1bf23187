"""Wire shapes of the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from service.audit import rules
from service.audit.service import AuditRow


class AuditLine(BaseModel):
    """One line, personal data masked. `place`: where it stands in the chain; None until the sealer reached it."""

    id: int
    at: datetime
    actor: str
    action: str
    title: str
    object: str
    data: dict[str, Any]
    place: int | None

    @classmethod
    def of(cls, row: AuditRow) -> AuditLine:
        return cls(
            id=row.id,
            at=row.at,
            actor=row.actor,
            action=row.action,
            title=rules.title_of(row.action),
            object=rules.masked(row.object),
            data=rules.masked(dict(row.data)),
            place=row.place,
        )


class AuditPage(BaseModel):
    items: list[AuditLine]
    next: str | None


class AuditChoices(BaseModel):
    """What can be filtered by: actions with their titles, and everybody who ever did something."""

    actions: dict[str, str]
    actors: list[str]


class ChainAnswer(BaseModel):
    """How far the chain holds; see `service.audit.service.Verdict`."""

    verified: int
    sealed: int
    waiting: int
    broken_at: int | None
    head: str
    at: datetime
