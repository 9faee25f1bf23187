"""Tables of rules (hours, SLA, compensation, causes, office) as versions; a change is in force at once, and audited."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection

from contracts.errors import ContractError
from service.access import allowed
from service.agents import service as agents
from service.agents.rules import Permission
from service.agents.service import AgentRow
from service.channels.people.schemas import PolicyRequest, PolicyShape
from service.channels.settings import rules
from service.clock import utc_now
from service.errors import ApiError
from service.house import house_of
from service.policies import service as policies

router = APIRouter(prefix="/api/v1/policies", tags=["settings"])

Keeper = Annotated[AgentRow, Depends(allowed(Permission.SETTINGS))]


def _shape(connection: Connection, name: str) -> PolicyShape:
    row = policies.current(connection, name)
    history: list[dict[str, Any]] = [
        {"version": v.version, "author": v.author, "note": v.note, "at": v.created_at, "rows": list(v.rules)}
        for v in policies.history(connection, name)
    ]
    rows = [dict(r) for r in policies.rows_in_force(connection, name)]
    shipped = [dict(r) for r in policies.default_rows(name)]
    version = row.version if row is not None else 0
    return PolicyShape(name=name, version=version, rows=rows, shipped=shipped, history=history)


@router.get("", response_model=list[PolicyShape])
async def list_policies(request: Request, _agent: Keeper) -> list[PolicyShape]:
    """Every table in force with its history."""
    return await house_of(request).database.read(lambda c: [_shape(c, name) for name in policies.NAMES])


@router.get("/{name}", response_model=PolicyShape)
async def policy(name: str, request: Request, _agent: Keeper) -> PolicyShape:
    """One table in force with its history."""
    return await house_of(request).database.read(lambda c: _shape(c, name))


@router.put("/{name}", response_model=PolicyShape)
async def publish(name: str, body: PolicyRequest, request: Request, agent: Keeper) -> PolicyShape:
    """Put a new version of a table in force; what cannot be meant is refused with the row that is wrong.

    `base` is the version that was edited: 409 when a colleague published another one since.
    """

    def work(connection: Connection) -> PolicyShape:
        now = utc_now()
        row = policies.current(connection, name)
        if body.base is not None and body.base != (row.version if row is not None else 0):
            author = row.author if row is not None else ""
            raise ApiError(409, "edit_conflict", f"{author} 刚刚改过这张表，请刷新后在新版本上修改")
        version = policies.publish(connection, name, body.rows, agent.username, body.note, now)
        agents.audit(connection, agent.username, "policy.publish", name, {"version": version, "note": body.note}, now)
        return _shape(connection, name)

    try:
        return await house_of(request).database.write(work)
    except ContractError as error:
        raise ApiError(422, "bad_policy", rules.problem_words(str(error), body.rows)) from error
