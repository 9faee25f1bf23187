"""Robots of work chats, inside a unit of work: who they are and what they may be told; their calls stand in `calls`."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Mapping

from sqlalchemy import Connection

from contracts.errors import NotFound
from contracts.taxonomy import load_taxonomy
from service.agents import service as agents
from service.gateways.outside.rules import acceptable
from service.robots import repository, rules
from service.robots.repository import RobotRow

# What other domains may use of this one, beside the functions below.
from service.robots.calls.service import (  # isort: skip
    NothingToReplay as NothingToReplay,
    erase_words as erase_words,
    forget as forget,
    note_call as note_call,
    replay as replay,
    settle as settle,
    take as take,
)
from service.robots.repository import (  # isort: skip
    all_robots as all_robots,
    calls as calls,
    counts as counts,
    ready as ready,
)

_NO_ROBOT = "没有这个机器人，可能刚被移除，请刷新"


class BadRobot(Exception):
    """A robot cannot be made like this; `str(error)` says so to the supervisor."""


def take_for_test(connection: Connection, robot_id: int, now: datetime) -> RobotRow:
    """The robot, held for a test message.

    Raises:
        NotFound: there is no such robot.
        BadRobot: it may not send right now.
    """
    robot = required(connection, robot_id)
    if not repository.take_turn(connection, robot_id, now.timestamp(), rules.HOLD_SECONDS):
        wait = max(1, round(robot.next_at - now.timestamp()))
        raise BadRobot(f"机器人刚发过消息，请 {wait} 秒后再试")
    return robot


def required(connection: Connection, robot_id: int) -> RobotRow:
    """The robot.

    Raises:
        NotFound: there is none with this id.
    """
    found = repository.robot(connection, robot_id)
    if found is None:
        raise NotFound(_NO_ROBOT)
    return found


def add(connection: Connection, values: Mapping[str, Any], actor: str, now: datetime, *, private: bool) -> RobotRow:
    """A new robot.

    Raises:
        BadRobot: see there.
    """
    kept = _checked(values, private=private)
    robot_id = repository.insert_robot(connection, **kept, active=True, next_at=0.0, created_by=actor, created_at=now)
    agents.audit(connection, actor, "robot.add", str(robot_id), _audited(kept), now)
    return required(connection, robot_id)


def change(
    connection: Connection, robot_id: int, values: Mapping[str, Any], actor: str, now: datetime, *, private: bool
) -> RobotRow:
    """Change a robot; what is not named stays. Switched on again, it goes on with what waited.

    Raises:
        NotFound: there is no such robot.
        BadRobot: see there.
    """
    old = required(connection, robot_id)
    names = ("name", "kind", "url", "secret", "scope", "department", "station_id", "events")
    merged = {name: values.get(name, getattr(old, name)) for name in names}
    kept = _checked(merged, private=private)
    more = {name: values[name] for name in ("active", "muted_until") if name in values}
    if kept["url"] != old.url or kept["secret"] != old.secret:
        more.update(problem=None, problem_at=None, next_at=0.0)
    repository.update_robot(connection, robot_id, **kept, **more)
    changed = [n for n in names if kept[n] != getattr(old, n)]
    shown = {n: v for n, v in _audited({**kept, **more}).items() if n in (*changed, "active", "muted_until")}
    agents.audit(connection, actor, "robot.change", str(robot_id), shown, now)
    return required(connection, robot_id)


def remove(connection: Connection, robot_id: int, actor: str, now: datetime) -> None:
    """Take a robot away, with what was on its way.

    Raises:
        NotFound: there is no such robot.
    """
    required(connection, robot_id)
    repository.delete_robot(connection, robot_id)
    agents.audit(connection, actor, "robot.remove", str(robot_id), {}, now)


def _checked(values: Mapping[str, Any], *, private: bool) -> dict[str, Any]:
    taxonomy = load_taxonomy()
    events = sorted(set(values["events"]))
    if not str(values["name"]).strip():
        raise BadRobot("请给机器人起个名字，例如“财务部值班群”")
    if values["kind"] not in rules.KINDS or values["scope"] not in rules.SCOPES:
        raise BadRobot("没有这种机器人或范围，请重新选择")
    if not acceptable(values["url"], private=private):
        raise BadRobot("地址要以 https:// 开头，并且不能指向内网；请从群机器人的设置里整条复制")
    if not events or any(e not in rules.EVENTS for e in events):
        raise BadRobot("请至少选一种要提醒的事")
    if values["scope"] == "department" and values["department"] not in taxonomy.departments:
        raise BadRobot("请选择机器人属于哪个部门")
    if values["scope"] == "station" and not str(values["station_id"] or "").strip():
        raise BadRobot("请填写机器人属于哪座油站（油站编号）")
    return {
        "name": str(values["name"]).strip(),
        "kind": values["kind"],
        "url": values["url"],
        "secret": values["secret"] or None,
        "scope": values["scope"],
        "department": values["department"] if values["scope"] == "department" else None,
        "station_id": str(values["station_id"]).strip() if values["scope"] == "station" else None,
        "events": events,
    }


def _audited(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the audit log may show of a robot."""
    shown = dict(values)
    if "url" in shown:
        shown["url"] = rules.hint(shown["url"])
    if "secret" in shown:
        shown["secret"] = rules.secret_hint(shown["secret"])
    if shown.get("muted_until") is not None:
        shown["muted_until"] = shown["muted_until"].isoformat()
    return {name: v for name, v in shown.items() if name not in ("next_at", "problem", "problem_at")}
