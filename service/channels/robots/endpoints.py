"""Robots of work chats, for supervisors: which there are, whether they work, what they told and what was given up."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import Connection

from service.access import allowed
from service.agents import service as agents
from service.agents.rules import Permission
from service.agents.service import AgentRow
from service.channels.robots.schemas import (
    CallsAnswer,
    CallShape,
    RobotChange,
    RobotRequest,
    RobotsAnswer,
    RobotShape,
    TestAnswer,
)
from service.clock import utc_now
from service.errors import ApiError
from service.house import House, house_of
from service.robots import rules
from service.robots import service as robots
from service.robots.service import BadRobot, NothingToReplay

router = APIRouter(prefix="/api/v1/robots", tags=["robots"])

Keeper = Annotated[AgentRow, Depends(allowed(Permission.SETTINGS))]


@router.get("", response_model=RobotsAnswer)
async def list_robots(request: Request, _agent: Keeper) -> RobotsAnswer:
    """All robots, without their addresses and secrets."""
    house = house_of(request)

    def work(connection: Connection) -> list[RobotShape]:
        counts = robots.counts(connection)
        return [RobotShape.of(row, counts.get(row.id, {})) for row in robots.all_robots(connection)]

    return RobotsAnswer(
        items=await house.database.read(work),
        kinds=dict(rules.KINDS),
        events=dict(rules.EVENTS),
        scopes=dict(rules.SCOPES),
        departments=dict(house.taxonomy.departments),
        link_base=house.robots.base,
    )


@router.post("", response_model=RobotShape, status_code=201)
async def add(body: RobotRequest, request: Request, agent: Keeper) -> RobotShape:
    """Add a robot."""
    house = house_of(request)
    private = house.settings.hooks_private

    def work(connection: Connection) -> RobotShape:
        made = robots.add(connection, body.model_dump(), agent.username, utc_now(), private=private)
        return RobotShape.of(made, {})

    return await _written(house, work)


@router.patch("/{robot_id}", response_model=RobotShape)
async def change(robot_id: int, body: RobotChange, request: Request, agent: Keeper) -> RobotShape:
    """Change a robot, stop it, or mute it until a time; what is not sent stays as it is."""
    house = house_of(request)
    private = house.settings.hooks_private
    wanted = {k: v for k, v in body.model_dump(exclude_unset=True).items() if v is not None or k in _MAY_BE_NULL}

    def work(connection: Connection) -> RobotShape:
        row = robots.change(connection, robot_id, wanted, agent.username, utc_now(), private=private)
        return RobotShape.of(row, robots.counts(connection).get(robot_id, {}))

    return await _written(house, work)


_MAY_BE_NULL = ("secret", "department", "station_id", "muted_until")


@router.delete("/{robot_id}", status_code=204)
async def remove(robot_id: int, request: Request, agent: Keeper) -> None:
    """Take a robot away, with what was on its way."""
    await house_of(request).database.write(lambda c: robots.remove(c, robot_id, agent.username, utc_now()))


@router.post("/{robot_id}/test", response_model=TestAnswer)
async def test(robot_id: int, request: Request, agent: Keeper) -> TestAnswer:
    """Send a test message now, and say what came back."""
    house = house_of(request)
    try:
        verdict = await house.robots.test(robot_id)
    except BadRobot as error:
        raise ApiError(409, "robot_busy", str(error)) from None
    data = {"ok": verdict.ok}
    await house.database.write(lambda c: agents.audit(c, agent.username, "robot.test", str(robot_id), data, utc_now()))
    return TestAnswer(ok=verdict.ok, words=verdict.words)


@router.get("/{robot_id}/deliveries", response_model=CallsAnswer)
async def deliveries(
    robot_id: int,
    request: Request,
    _agent: Keeper,
    status: Annotated[Literal["waiting", "sent", "dead", "muted", "past"] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> CallsAnswer:
    """What a robot told or is to tell, newest first; `status=dead` is what was given up."""

    def work(connection: Connection) -> list[CallShape]:
        robots.required(connection, robot_id)
        return [CallShape.of(row) for row in robots.calls(connection, robot_id, status, limit)]

    return CallsAnswer(items=await house_of(request).database.read(work))


@router.post("/deliveries/{call_id}/replay", response_model=CallShape, status_code=202)
async def replay(call_id: int, request: Request, agent: Keeper) -> CallShape:
    """Tell once more what was given up or held back; 409 when it was sent, or waits to be."""
    house = house_of(request)
    try:
        row = await house.database.write(lambda c: robots.replay(c, call_id, agent.username, utc_now()))
    except NothingToReplay as error:
        raise ApiError(409, "nothing_to_replay", str(error)) from None
    house.robots.wake()
    return CallShape.of(row)


async def _written(house: House, work: Any) -> RobotShape:
    try:
        shape: RobotShape = await house.database.write(work)
    except BadRobot as error:
        raise ApiError(422, "bad_robot", str(error)) from None
    house.robots.wake()
    return shape
