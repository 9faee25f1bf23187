"""What robots are to tell: written down once for each, sent in turn, settled, told again, forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Mapping, Sequence

from sqlalchemy import Connection

from contracts.errors import NotFound
from contracts.progress import title_of
from contracts.taxonomy import Taxonomy, load_taxonomy
from service.agents import service as agents
from service.privacy import mask
from service.robots import repository, rules
from service.robots.formats.rules import Facts
from service.robots.repository import CallRow, RobotRow
from service.robots.rules import Addressee, Concern, Verdict
from service.tickets import service as tickets
from service.tickets.service import TicketRow

KEPT = timedelta(days=30)
_NOTES = {"department": "已升级到部门负责人", "supervisor": "已升级到主管"}
_REPLAYED = ("dead", "muted", "past")
"""What was sent is not told twice, and what waits is sent anyway."""
_PRESSED = "客户已多次催办"


class NothingToReplay(Exception):
    """The call is not one that was given up or held back; `str(error)` says so."""


def note_call(connection: Connection, call: Mapping[str, Any], call_id: str, base: str, now: datetime) -> int:
    """Write down what each robot is to tell of something that was announced; returns for how many.

    Args:
        call: as `delivery.announce_call` and `announce_alert` put it.
        call_id: unique for the announcement; carrying it out again changes nothing.
        base: the address under which people reach the console.
    """
    event = rules.event_of(str(call.get("why", "")))
    if event is None or not repository.any_active(connection):
        return 0
    if call.get("number"):
        ticket = tickets.ticket(connection, str(call["number"]))
        if ticket is None:
            return 0
        facts, concern = _of_ticket(load_taxonomy(), ticket, event, call, base)
        key = _key(event, ticket, call, call_id)
    else:
        facts, concern = _of_conversation(load_taxonomy(), event, call, base)
        key = call_id
    made = 0
    for robot in repository.all_robots(connection):
        if robot.active and rules.concerns(_addressee(robot), event, concern):
            muted = _is_muted(robot, now)
            made += repository.insert_call(
                connection,
                robot.id,
                key,
                event=event,
                number=facts.number,
                facts=facts.to_dict(),
                status="muted" if muted else "waiting",
                next_at=now.timestamp(),
                answer="静音期间没有发送" if muted else None,
                created_at=now,
                updated_at=now,
            )
    return made


def take(connection: Connection, robot_id: int, now: datetime) -> tuple[RobotRow, list[CallRow]] | None:
    """A robot whose turn it is, with what it is to tell now; what is no longer true is put away.

    None when somebody else is sending for it, or nothing is left to tell.
    """
    if not repository.take_turn(connection, robot_id, now.timestamp(), rules.HOLD_SECONDS):
        return None
    robot = repository.robot(connection, robot_id)
    if robot is None or not robot.active or _is_muted(robot, now):
        return None
    told: list[CallRow] = []
    past: list[CallRow] = []
    for row in repository.waiting(connection, robot_id, now.timestamp(), rules.BATCH):
        (told if _is_true(connection, row) else past).append(row)
    repository.update_calls(
        connection, [r.id for r in past], status="past", answer="工单已有进展，不再提醒", updated_at=now
    )
    if not told:
        repository.update_robot(connection, robot_id, next_at=now.timestamp())
        return None
    return robot, told


def settle(connection: Connection, robot: RobotRow, told: Sequence[CallRow], verdict: Verdict, now: datetime) -> None:
    """Write down what became of a message and when the robot may send again."""
    next_at = now.timestamp() + max(rules.GAP_SECONDS, verdict.hold)
    if verdict.ok:
        repository.update_calls(connection, [r.id for r in told], status="sent", answer=verdict.words, updated_at=now)
        repository.drop_words(connection, told)
        repository.update_robot(connection, robot.id, next_at=next_at, sent_at=now, problem=None, problem_at=None)
        return
    repository.update_robot(connection, robot.id, next_at=next_at, problem=verdict.words, problem_at=now)
    for row in told:
        # Being told to wait is no failed try.
        attempts = row.attempts + (0 if verdict.hold else 1)
        dead = verdict.final or attempts >= rules.MAX_ATTEMPTS
        pause = verdict.hold or rules.pause(attempts)
        repository.update_calls(
            connection,
            [row.id],
            status="dead" if dead else "waiting",
            attempts=attempts,
            next_at=now.timestamp() + pause,
            answer=verdict.words,
            updated_at=now,
        )


def replay(connection: Connection, call_id: int, actor: str, now: datetime) -> CallRow:
    """Tell once more what was given up or not sent, with all tries.

    Raises:
        NotFound: there is no such call.
        NothingToReplay: it was sent, or waits to be.
    """
    row = repository.call(connection, call_id)
    if row is None:
        raise NotFound("没有这条提醒")
    if row.status not in _REPLAYED:
        raise NothingToReplay("这条提醒已经发送，或正在等待发送，不用再发一次")
    repository.update_calls(
        connection, [call_id], status="waiting", attempts=0, next_at=now.timestamp(), updated_at=now
    )
    agents.audit(connection, actor, "robot.replay", str(call_id), {"event": row.event, "number": row.number}, now)
    again = repository.call(connection, call_id)
    assert again is not None
    return again


def erase_words(connection: Connection, conversation_id: str) -> None:
    """Take a customer's words out of what robots were to tell of his tickets."""
    numbers = [ticket.number for ticket in tickets.of_conversation(connection, conversation_id)]
    repository.drop_words(connection, repository.calls_of(connection, numbers))


def forget(connection: Connection, now: datetime) -> None:
    """Forget what was settled long ago."""
    repository.forget_before(connection, now - KEPT)


def _is_true(connection: Connection, row: CallRow) -> bool:
    ticket = tickets.ticket(connection, row.number) if row.number is not None else None
    if ticket is None:
        return True
    return rules.still_true(row.event, is_open=ticket.is_open, accepted=ticket.assignee_id is not None)


def _is_muted(robot: RobotRow, now: datetime) -> bool:
    return robot.muted_until is not None and robot.muted_until > now


def _addressee(robot: RobotRow) -> Addressee:
    return Addressee(robot.scope, robot.department, robot.station_id, robot.events)


def _of_ticket(
    taxonomy: Taxonomy, ticket: TicketRow, event: str, call: Mapping[str, Any], base: str
) -> tuple[Facts, Concern]:
    to = str(call.get("to", ""))
    facts = Facts(
        event=event,
        number=ticket.number,
        title=title_of(taxonomy, ticket.category),
        priority=ticket.priority,
        priority_title=taxonomy.priorities[ticket.priority].label,
        department=taxonomy.departments[ticket.working],
        due_at=None if ticket.paused_at is not None else ticket.due_at.isoformat(),
        summary=mask(ticket.summary),
        link=f"{base}/console/m/{ticket.number}",
        note=_PRESSED if call["why"] == "urges" else _NOTES.get(to, "") if event == "overdue" else "",
    )
    departments = {ticket.working} | ({ticket.department} if event in ("overdue", "reopened", "urged") else set())
    upward = event == "overdue" and to == "supervisor"
    return facts, Concern(frozenset(departments), ticket.station_id, upward)


def _of_conversation(taxonomy: Taxonomy, event: str, call: Mapping[str, Any], base: str) -> tuple[Facts, Concern]:
    department = str(call.get("department") or "service")
    facts = Facts(
        event=event,
        number=None,
        title="客户在等人工接入，一直没有人接",
        priority="P0",
        priority_title=taxonomy.priorities["P0"].label,
        department=taxonomy.departments[department],
        due_at=None,
        summary="",
        link=f"{base}/console/conversations/{call['conversation_id']}",
    )
    return facts, Concern(frozenset({department}))


def _key(event: str, ticket: TicketRow, call: Mapping[str, Any], call_id: str) -> str:
    """One promise that is broken is told once to each of those it is escalated to."""
    if event == "filed":
        return f"{ticket.number}:filed"
    if event == "overdue":
        return f"{ticket.number}:overdue:{ticket.reopened}:{ticket.breaches}:{call.get('to')}"
    return f"{event}:{call_id}"
