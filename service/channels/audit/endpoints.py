"""The audit log, for supervisors: found by who, what, whom and when; verified; exported. Reading it is audited."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from typing import Annotated, AsyncIterator

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from service.access import allowed
from service.agents.rules import Permission
from service.agents.service import AgentRow
from service.audit import rules
from service.audit import service as audit
from service.audit.service import AuditFilter, AuditRow
from service.channels.audit.schemas import AuditChoices, AuditLine, AuditPage, ChainAnswer
from service.clock import CHINA, utc_now
from service.errors import ApiError
from service.house import House, house_of

router = APIRouter(prefix="/api/v1/audit", tags=["audit"])

PAGE = 50
EXPORTED_AT_ONCE = 1000
EXPORTED_MOST = 100_000
_HEAD = ("编号", "时间", "人员", "操作", "操作代码", "对象", "内容", "链上位置")

Auditor = Annotated[AgentRow, Depends(allowed(Permission.AUDIT))]


def _wanted(
    actor: Annotated[str | None, Query(max_length=80)] = None,
    action: Annotated[str | None, Query(max_length=64, description="an action, or its area: `remedy`")] = None,
    target: Annotated[str | None, Query(max_length=120, description="part of what it was about")] = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> AuditFilter:
    if any(moment is not None and moment.tzinfo is None for moment in (since, until)):
        raise ApiError(422, "no_zone", "时间要带时区")
    return AuditFilter(actor or None, action or None, target or None, since, until)


Wanted = Annotated[AuditFilter, Depends(_wanted)]


@router.get("", response_model=AuditPage)
async def read(
    request: Request, agent: Auditor, wanted: Wanted, cursor: Annotated[str | None, Query(pattern=r"^\d{1,18}$")] = None
) -> AuditPage:
    """Lines newest first; personal data masked."""
    house = house_of(request)
    before = int(cursor) if cursor is not None else None
    rows = await house.database.read(lambda c: audit.search(c, wanted, before, PAGE + 1))
    await _note(house, agent, "audit.read", wanted)
    items = [AuditLine.of(row) for row in rows[:PAGE]]
    return AuditPage(items=items, next=str(items[-1].id) if len(rows) > PAGE else None)


@router.get("/choices", response_model=AuditChoices)
async def choices(request: Request, _agent: Auditor) -> AuditChoices:
    """What there is to filter by."""
    names, actors = await house_of(request).database.read(lambda c: (audit.actions(c), audit.actors(c)))
    return AuditChoices(actions={name: rules.title_of(name) for name in names}, actors=actors)


@router.get("/chain", response_model=ChainAnswer)
async def verify(request: Request, agent: Auditor) -> ChainAnswer:
    """Reckon the whole chain of seals again."""
    house, now = house_of(request), utc_now()
    verdict = await house.database.read(audit.verify)
    await house.database.write(
        lambda c: audit.record(c, agent.username, "audit.verify", str(verdict.verified), {}, now)
    )
    return ChainAnswer(**vars(verdict), at=now)


@router.get("/export", response_class=StreamingResponse)
async def export(request: Request, agent: Auditor, wanted: Wanted) -> StreamingResponse:
    """The lines as CSV (UTF-8 with a mark for spreadsheets), masked; at most 100,000."""
    house = house_of(request)
    await _note(house, agent, "audit.export", wanted)
    name = f"audit-{utc_now().astimezone(CHINA):%Y%m%d-%H%M}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(_lines(house, wanted), media_type="text/csv; charset=utf-8", headers=headers)


async def _lines(house: House, wanted: AuditFilter) -> AsyncIterator[str]:
    yield "\ufeff" + _csv(_HEAD)
    before: int | None = None
    for _page in range(EXPORTED_MOST // EXPORTED_AT_ONCE):
        rows = await _page_of(house, wanted, before)
        yield "".join(_csv(_cells(row)) for row in rows)
        if len(rows) < EXPORTED_AT_ONCE:
            return
        before = rows[-1].id


async def _page_of(house: House, wanted: AuditFilter, before: int | None) -> list[AuditRow]:
    return await house.database.read(lambda c: audit.search(c, wanted, before, EXPORTED_AT_ONCE))


def _cells(row: AuditRow) -> tuple[str, ...]:
    line = AuditLine.of(row)
    moment = f"{line.at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
    content = json.dumps(line.data, ensure_ascii=False, sort_keys=True)
    return str(line.id), moment, line.actor, line.title, line.action, line.object, content, str(line.place or "")


def _csv(cells: tuple[str, ...]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([rules.cell(text) for text in cells])
    return written.getvalue()


async def _note(house: House, agent: AgentRow, action: str, wanted: AuditFilter) -> None:
    asked = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in vars(wanted).items()
        if value is not None
    }
    await house.database.write(lambda c: audit.record(c, agent.username, action, "audit_log", asked, utc_now()))
