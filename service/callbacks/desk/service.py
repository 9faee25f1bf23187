"""What agents do with callbacks, and what the clock does, inside a unit of work."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from contracts.callbacks import CallbackAction, callback_payload
from contracts.conversation import Button, Owner, Reply
from contracts.errors import NotFound
from contracts.tickets import OPEN_STATUSES
from service.agents.service import AgentRow
from service.audit import service as audit
from service.callbacks import repository, rules
from service.callbacks.repository import CallbackRow
from service.callbacks.rules import PROMISED, Attempt, State, Wish
from service.callbacks.service import SOURCE
from service.clock import spoken
from service.conversations import service as conversations
from service.delivery import service as delivery
from service.handoff import service as handoff
from service.handoff.duty import service as duty
from service.ratings import service as ratings
from service.tickets import service as tickets
from service.tickets.desk import service as ticket_desk

# What other domains may use of this one, beside the functions below.
from service.callbacks.repository import (  # isort: skip
    AttemptRow as AttemptRow,
    attempts as attempts,
    ended as ended,
    promised as promised,
)

REASON = "callback"
_AGAIN = Button("再约一次", callback_payload(CallbackAction.ASK))
_NUMBER = Button("换个号码", callback_payload(CallbackAction.NUMBER))


class CallbackTaken(Exception):
    """Another agent has the callback, or it is over; `str(error)` says so to the agent."""


def take(connection: Connection, callback_id: int, agent: AgentRow, now: datetime) -> CallbackRow:
    """The agent will call; exactly one of several gets it.

    Raises:
        NotFound: there is no such callback.
        CallbackTaken: see there.
    """
    row = _require(connection, callback_id)
    if row.state is State.TAKEN and row.agent_id == agent.id:
        return row
    if row.state is not State.OPEN:
        raise CallbackTaken("这个回电已由其他同事接手" if row.state is State.TAKEN else "这个回电已经结束")
    return _change(connection, row, now, state=State.TAKEN.value, agent_id=agent.id, taken_at=now)


def give_back(connection: Connection, callback_id: int, agent: AgentRow, now: datetime) -> CallbackRow:
    """The agent will not call after all.

    Raises:
        NotFound: there is no such callback.
        CallbackTaken: he does not have it.
    """
    row = _held(connection, callback_id, agent)
    return _change(connection, row, now, state=State.OPEN.value, agent_id=None, taken_at=None)


def reveal(connection: Connection, callback_id: int, agent: AgentRow, now: datetime) -> str:
    """The number in full, for who is about to call; written into the audit log.

    Raises:
        NotFound: there is no such callback, or its number was erased.
        CallbackTaken: he does not have it.
    """
    row = _held(connection, callback_id, agent)
    if row.phone is None:
        raise NotFound("这个回电没有号码了")
    audit.record(connection, agent.username, "callback.reveal", str(row.id), {"phone": rules.masked(row.phone)}, now)
    return row.phone


def attempt(
    connection: Connection,
    callback_id: int,
    agent: AgentRow,
    outcome: Attempt,
    note: str,
    next_at: datetime | None,
    now: datetime,
) -> CallbackRow:
    """Write down how a call went, and tell the customer what follows.

    Raises:
        NotFound: there is no such callback.
        CallbackTaken: he does not have it.
        ValueError: the next time is missing, over, or too far off.
    """
    row = _held(connection, callback_id, agent)
    if outcome is Attempt.LATER and next_at is None:
        raise ValueError("请填写约好的时间")
    if next_at is not None and not now < next_at <= now + rules.LATEST:
        raise ValueError("下次拨打的时间要在今后两周之内")
    repository.insert_attempt(
        connection, callback_id=row.id, agent_id=agent.id, outcome=outcome.value, note=note, at=now, next_at=next_at
    )
    if outcome is Attempt.REACHED:
        return _done(connection, row, agent, note, now)
    if outcome is Attempt.LATER:
        then = rules.again(duty.state(connection, now), next_at, now)
        changed = _wait(connection, row, then, now, failures=0)
        _tell(connection, row, f"约好了，{spoken(then.try_at, now)} 再打给您。", now)
        return changed
    failures = row.failures + 1
    if failures >= rules.MOST_FAILURES:
        return _given_up(connection, row, failures, now)
    then = rules.again(duty.state(connection, now), next_at, now)
    wrong = outcome is Attempt.WRONG_NUMBER
    changed = _wait(connection, row, then, now, failures=failures, wrong_number=wrong)
    number = rules.masked(row.phone or "")
    if wrong:
        text = f"您留的号码 {number} 打不通，可能写错了。请把能接通的号码发给我，我们马上再打。"
        _tell(connection, row, text, now, rules.number_buttons())
    else:
        text = f"刚才打您 {number} 没有接通，{spoken(then.try_at, now)} 左右再打给您。"
        _tell(connection, row, text, now, (Button("换个时间", callback_payload(CallbackAction.ASK)), _NUMBER))
    return changed


def work_to_do(connection: Connection, now: datetime) -> bool:
    """Whether a step would change anything; a read, so that an idle house takes no write lock."""
    return bool(
        repository.overdue(connection, now)
        or repository.forsaken(connection, now - rules.HELD)
        or repository.old_drafts(connection, now - rules.DRAFT_LIFE)
    )


def step(connection: Connection, now: datetime) -> int:
    """What the clock does: callbacks that somebody holds and forgets, promises that were missed, drafts left lying."""
    forsaken = repository.forsaken(connection, now - rules.HELD)
    for row in forsaken:
        _change(connection, row, now, state=State.OPEN.value, agent_id=None, taken_at=None)
    late = repository.overdue(connection, now)
    for row in late:
        _missed(connection, row, now)
    drafts = repository.old_drafts(connection, now - rules.DRAFT_LIFE)
    for row in drafts:
        repository.update_callback(connection, row.id, state=State.CANCELLED.value, ended_at=now)
    return len(forsaken) + len(late) + len(drafts)


def _missed(connection: Connection, row: CallbackRow, now: datetime) -> None:
    """The customer hears it from us, with a new promise; the supervisors are told."""
    then = rules.promise(Wish(), duty.state(connection, now), now)
    repository.update_callback(connection, row.id, due_at=then.due_at, broken=row.broken + 1, updated_at=now)
    said = spoken(row.due_at, now) if row.due_at is not None else ""
    text = f"说好 {said} 前给您打电话，到现在还没有打，对不起。已经催了同事，最晚 {spoken(then.due_at, now)} 前打给您。"
    _tell(connection, row, text, now, rules.arranged_buttons())
    delivery.announce_alarm(connection, row.conversation_id, "callback_late")
    delivery.announce_callbacks(connection)


def _done(connection: Connection, row: CallbackRow, agent: AgentRow, note: str, now: datetime) -> CallbackRow:
    changed = _change(connection, row, now, state=State.DONE.value, ended_at=now)
    text = f"工号 {agent.number} 的同事刚刚和您通过电话了。还有没说清楚的，直接在这里说就行。"
    _tell(connection, row, text, now)
    ticket = tickets.ticket(connection, row.ticket_number) if row.ticket_number is not None else None
    if ticket is not None and ticket.status in OPEN_STATUSES:
        ticket_desk.solve(connection, ticket.number, agent, note or "已经电话联系客户", None, None, now)
    episode = handoff.served(connection, row.conversation_id, agent.id, REASON, now)
    ratings.ask(connection, conversations.require(connection, row.conversation_id), episode, agent.id, now)
    return changed


def _given_up(connection: Connection, row: CallbackRow, failures: int, now: datetime) -> CallbackRow:
    changed = _change(connection, row, now, state=State.FAILED.value, failures=failures, ended_at=now)
    number = rules.masked(row.phone or "")
    text = f"打了您 {number} {failures} 次都没有接通，先不打扰您了。方便的时候点“再约一次”，我们接着打。"
    _tell(connection, row, text, now, (_AGAIN,))
    return changed


def _wait(connection: Connection, row: CallbackRow, then: rules.Promise, now: datetime, **more: Any) -> CallbackRow:
    # It stays with who called: he knows what it is about.
    return _change(connection, row, now, try_at=then.try_at, due_at=then.due_at, taken_at=then.try_at, **more)


def _tell(connection: Connection, row: CallbackRow, text: str, now: datetime, buttons: tuple[Button, ...] = ()) -> None:
    conversation = conversations.require(connection, row.conversation_id, lock=True)
    # A person who talks with him here says it himself.
    if conversation.owner is not Owner.HUMAN:
        conversations.append(connection, conversation, [Reply(text, source=SOURCE, buttons=buttons)], now)


def _require(connection: Connection, callback_id: int) -> CallbackRow:
    row = repository.callback(connection, callback_id, lock=True)
    if row is None or row.state is State.DRAFT:
        raise NotFound("没有这个回电")
    return row


def _held(connection: Connection, callback_id: int, agent: AgentRow) -> CallbackRow:
    row = _require(connection, callback_id)
    if row.state not in PROMISED:
        raise CallbackTaken("这个回电已经结束")
    if row.state is not State.TAKEN or row.agent_id != agent.id:
        raise CallbackTaken("请先接手这个回电" if row.state is State.OPEN else "这个回电已由其他同事接手")
    return row


def _change(connection: Connection, row: CallbackRow, now: datetime, **values: Any) -> CallbackRow:
    repository.update_callback(connection, row.id, **values, updated_at=now)
    delivery.announce_callbacks(connection)
    changed = repository.callback(connection, row.id)
    assert changed is not None
    return changed
