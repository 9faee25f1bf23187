"""What agents do with callbacks, and what the clock does, inside a unit of work."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from contracts.callbacks import CallbackAction, callback_payload
from contracts.conversation import Button, Owner, Reply
from contracts.errors import NotFound
from contracts.tickets import OPEN_STATUSES
from service.agents import service as agents
from service.agents.rules import on_duty
from service.agents.service import AgentRow
from service.audit import service as audit
from service.callbacks import repository, rules
from service.callbacks.repository import CallbackRow
from service.callbacks.rules import LIVE, PROMISED, Attempt, State, Wish
from service.callbacks.service import SOURCE
from service.clock import CHINA, spoken
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
        CallbackTaken: he does not have it, or has just noted this very call.
        ValueError: the next time is missing, over, or too far off.
    """
    row = _held(connection, callback_id, agent)
    if outcome is Attempt.LATER and next_at is None:
        raise ValueError("请填写约好的时间")
    if next_at is not None and not now < next_at <= now + rules.LATEST:
        raise ValueError("下次拨打的时间要在今后两周之内")
    if _noted(connection, row, agent, outcome, note, now):
        raise CallbackTaken("这次通话刚刚已经记录过了")
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


def promised(connection: Connection) -> list[CallbackRow]:
    """What is to be called, the most pressing first."""
    # What the clock is about to end is called by nobody any more.
    return [row for row in repository.promised(connection) if not _settled(connection, row)]


def due(connection: Connection, now: datetime) -> list[int]:
    """What the clock has to look after; a read, so that an idle house takes no lock."""
    return [row.id for row in repository.all_live(connection) if _wants(connection, row, now)]


def look_after(connection: Connection, callback_id: int, now: datetime) -> bool:
    """What the clock does with one callback; False when somebody was quicker and nothing is left to do.

    Drafts left lying and calls about what is settled end; what somebody holds and forgets is free again; who was
    promised a call and got none is told.
    """
    row = _locked(connection, callback_id)
    # Read anew under the lock: an agent or another process may have done it meanwhile.
    if row is None or not _wants(connection, row, now):
        return False
    if _over(connection, row, now):
        _change(connection, row, now, state=State.CANCELLED.value, ended_at=now)
        return True
    if _forsaken(connection, row, now):
        row = _change(connection, row, now, state=State.OPEN.value, agent_id=None, taken_at=None)
    if _late(row, now):
        _missed(connection, row, now)
    return True


def _wants(connection: Connection, row: CallbackRow, now: datetime) -> bool:
    return row.state in LIVE and (_over(connection, row, now) or _forsaken(connection, row, now) or _late(row, now))


def _over(connection: Connection, row: CallbackRow, now: datetime) -> bool:
    if row.state is State.DRAFT:
        return row.updated_at < now - rules.DRAFT_LIFE
    return _settled(connection, row)


def _settled(connection: Connection, row: CallbackRow) -> bool:
    """Whether the ticket that asked for the call is solved, closed or withdrawn, by whatever way."""
    ticket = tickets.ticket(connection, row.ticket_number) if row.ticket_number is not None else None
    return ticket is not None and ticket.status not in OPEN_STATUSES


def _forsaken(connection: Connection, row: CallbackRow, now: datetime) -> bool:
    """Whether who took it does nothing about it, or is not there when he is to call again."""
    if row.state is not State.TAKEN or row.taken_at is None:
        return False
    if row.taken_at != row.try_at:
        return row.taken_at < now - rules.HELD
    # It waited for its next attempt (`_wait`): the promise is short, a colleague must be able to keep it.
    if row.taken_at > now:
        return False
    return row.taken_at <= now - rules.LEAD or not _is_there(connection, row.agent_id, now)


def _is_there(connection: Connection, agent_id: int | None, now: datetime) -> bool:
    agent = agents.agent(connection, agent_id) if agent_id is not None else None
    if agent is None or not duty.reachable(agent, duty.patience_in_force(connection), now):
        return False
    return on_duty(duty.rosters(connection).get(agent.id, ()), now.astimezone(CHINA))


def _late(row: CallbackRow, now: datetime) -> bool:
    # At a wrong number nobody can call: the right one is awaited, and brings a promise of its own.
    return row.state in PROMISED and row.due_at is not None and row.due_at < now and not row.wrong_number


def _missed(connection: Connection, row: CallbackRow, now: datetime) -> None:
    """The customer hears it from us, with a new promise, but not without end; the supervisors are told each time."""
    then = rules.promise(Wish(), duty.state(connection, now), now)
    repository.update_callback(connection, row.id, due_at=then.due_at, broken=row.broken + 1, updated_at=now)
    if row.broken < rules.MOST_APOLOGIES:
        said = spoken(row.due_at, now) if row.due_at is not None else ""
        by = spoken(then.due_at, now)
        text = f"说好 {said} 前给您打电话，到现在还没有打，对不起。已经催了同事，最晚 {by} 前打给您。"
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


def _noted(
    connection: Connection, row: CallbackRow, agent: AgentRow, outcome: Attempt, note: str, now: datetime
) -> bool:
    """Whether this is a double click, or a request that was sent again: one call counts once and is told once."""
    last = next(reversed(repository.attempts(connection, [row.id])), None)
    return (
        last is not None
        and (last.agent_id, last.outcome, last.note) == (agent.id, outcome, note)
        and now - last.at < rules.REPEATED
    )


def _given_up(connection: Connection, row: CallbackRow, failures: int, now: datetime) -> CallbackRow:
    changed = _change(connection, row, now, state=State.FAILED.value, failures=failures, ended_at=now)
    number = rules.masked(row.phone or "")
    text = f"打了您 {number} {failures} 次都没有接通，先不打扰您了。方便的时候点“再约一次”，我们接着打。"
    _tell(connection, row, text, now, (_AGAIN,))
    return changed


def _wait(connection: Connection, row: CallbackRow, then: rules.Promise, now: datetime, **more: Any) -> CallbackRow:
    # It stays with who called, as long as he is there when its time has come: he knows what it is about.
    return _change(connection, row, now, try_at=then.try_at, due_at=then.due_at, taken_at=then.try_at, **more)


def _tell(connection: Connection, row: CallbackRow, text: str, now: datetime, buttons: tuple[Button, ...] = ()) -> None:
    conversation = conversations.require(connection, row.conversation_id, lock=True)
    # A person who talks with him here says it himself.
    if conversation.owner is not Owner.HUMAN:
        conversations.append(connection, conversation, [Reply(text, source=SOURCE, buttons=buttons)], now)


def _locked(connection: Connection, callback_id: int) -> CallbackRow | None:
    """The callback under lock, its conversation first: customers' turns lock in that order, too."""
    row = repository.callback(connection, callback_id)
    if row is None:
        return None
    conversations.require(connection, row.conversation_id, lock=True)
    return repository.callback(connection, callback_id, lock=True)


def _require(connection: Connection, callback_id: int) -> CallbackRow:
    row = _locked(connection, callback_id)
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
