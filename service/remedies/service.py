"""What can be done about remedies, inside a unit of work: asked for by flows and agents, decided, carried out, told.

The platform itself is asked by the worker, outside of any transaction, under the remedy's key; what it answers is
dealt with in `outcomes`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Mapping

from sqlalchemy import Connection

from contracts.conversation import Reply
from contracts.effects import Remedy
from contracts.errors import NotFound
from contracts.remedies import RemedyKind
from service.agents import service as agents
from service.agents.rules import Role
from service.agents.service import AgentRow
from service.conversations import service as conversations
from service.conversations.service import ConversationRow
from service.inbox import service as inbox
from service.inbox.service import Kind
from service.policies import service as policies
from service.policies.service import AUTHORITIES, Allowance, Claim, Decision
from service.remedies import repository, rules
from service.remedies.outcomes import service as outcomes
from service.remedies.outcomes.service import SOURCE
from service.remedies.repository import RemedyRow
from service.remedies.rules import KeyReused, NotAllowed, RemedyStatus, Wanted, WrongState
from service.tickets import service as tickets

# What other domains may use of this one, beside the functions below.
from service.remedies.repository import (  # isort: skip
    any_due as any_due,
    claim as claim,
    of_key as of_key,
    remedy as remedy,
    search as search,
    waiting_for as waiting_for,
)

ASSISTANT = "assistant"
_AUTHORITY: Mapping[Role, str] = {Role.SUPERVISOR: "supervisor", Role.ADMIN: "admin"}


def authority_of(agent: AgentRow) -> str:
    """What the policy calls this person."""
    return _AUTHORITY.get(agent.role, "agent")


def key_of(agent: AgentRow, idempotency_key: str) -> str:
    """The platform's key of what an agent asks for."""
    return f"agent:{agent.id}:{idempotency_key}"


def may_decide(agent: AgentRow, row: RemedyRow) -> bool:
    """Whether he may approve or refuse it: somebody else asked, and it is within his authority."""
    enough = AUTHORITIES.index(authority_of(agent)) >= AUTHORITIES.index(row.approver or "supervisor")
    return row.status is RemedyStatus.WAITING_APPROVAL and row.requested_by != agent.username and enough


def claim_of(agent: AgentRow, customer_id: str, wanted: Wanted, level: str | None) -> Claim:
    """What an agent's wish is to the policy."""
    amount = rules.amount_of(wanted.amount_fen, wanted.points)
    return Claim(customer_id, wanted.kind.value, wanted.cause, amount, level, wanted.target_id, authority_of(agent))


def ask(
    connection: Connection,
    conversation: ConversationRow,
    turn_id: int,
    effect: Remedy,
    level: str | None,
    now: datetime,
) -> Reply | None:
    """A flow's remedy, in the turn's transaction: to be carried out, to be approved, or not allowed.

    Returns what the customer is told at once, when it is not simply carried out. The same turn and slot ask once.
    """
    key = f"turn:{turn_id}:{effect.slot}"
    if repository.of_key(connection, key) is not None:
        return None
    customer_id = conversation.customer_id
    if customer_id is None:
        return Reply(rules.not_given_words(effect.kind, effect.ticket_number), source=SOURCE)
    amount = rules.amount_of(effect.amount_fen, effect.points)
    claimed = Claim(customer_id, effect.kind, effect.cause, amount, level, effect.target_id, ASSISTANT)
    allowance = policies.allows(connection, claimed, now)
    row = repository.insert_remedy(
        connection,
        key=key,
        customer_id=customer_id,
        conversation_id=conversation.id,
        ticket_number=effect.ticket_number,
        kind=RemedyKind(effect.kind).value,
        target_id=effect.target_id,
        amount_fen=effect.amount_fen,
        points=effect.points,
        cause=effect.cause,
        details=dict(effect.details),
        level=level,
        requested_by=ASSISTANT,
        authority=ASSISTANT,
        why="",
        done_text=effect.done,
        created_at=now,
        **_decided(allowance, now),
    )
    _book(connection, row, claimed, now)
    agents.audit(connection, ASSISTANT, f"remedy.{row.status.value}", row.key, outcomes.for_audit(row), now)
    if row.status is RemedyStatus.PENDING:
        return None
    if row.status is RemedyStatus.WAITING_APPROVAL:
        return Reply(rules.waiting_words(row.kind), source=SOURCE)
    return Reply(rules.not_given_words(row.kind, row.ticket_number), source=SOURCE)


def request(
    connection: Connection,
    agent: AgentRow,
    customer_id: str,
    idempotency_key: str,
    wanted: Wanted,
    level: str | None,
    now: datetime,
) -> RemedyRow:
    """An agent's remedy: carried out within his authority, above it waiting for approval. The same key asks once.

    Raises:
        NotAllowed: the policy knows no such thing.
        KeyReused: the key was used for something else.
        NotFound: the ticket is none of this customer's.
    """
    key = key_of(agent, idempotency_key)
    known = repository.of_key(connection, key)
    if known is not None:
        same = (known.customer_id, known.kind, known.target_id, known.amount_fen, known.points, known.cause)
        if same != (customer_id, wanted.kind, wanted.target_id, wanted.amount_fen, wanted.points, wanted.cause):
            raise KeyReused("这个 Idempotency-Key 已经用于另一个请求")
        return known
    ticket = tickets.ticket(connection, wanted.ticket_number) if wanted.ticket_number else None
    if wanted.ticket_number and (ticket is None or ticket.customer_id != customer_id):
        raise NotFound("这位客户没有这张工单")
    claimed = claim_of(agent, customer_id, wanted, level)
    allowance = policies.allows(connection, claimed, now)
    if allowance.decision is Decision.REFUSED:
        raise NotAllowed(allowance.reason)
    conversation = conversations.open_conversation(connection, "widget", customer_id, None, now)
    row = repository.insert_remedy(
        connection,
        key=key,
        customer_id=customer_id,
        conversation_id=conversation.id,
        ticket_number=wanted.ticket_number,
        kind=wanted.kind.value,
        target_id=wanted.target_id,
        amount_fen=wanted.amount_fen,
        points=wanted.points,
        cause=wanted.cause,
        details={**wanted.details, **_terms(connection, wanted)},
        level=level,
        requested_by=agent.username,
        authority=claimed.authority,
        why=wanted.why,
        done_text="",
        created_at=now,
        **_decided(allowance, now),
    )
    _book(connection, row, claimed, now)
    agents.audit(connection, agent.username, f"remedy.{row.status.value}", row.key, outcomes.for_audit(row), now)
    return row


def approve(connection: Connection, agent: AgentRow, remedy_id: int, note: str, now: datetime) -> RemedyRow:
    """Another person with the authority agrees; limits are checked again with his.

    Raises:
        NotFound, WrongState: there is none, or it is decided.
        NotAllowed: he asked for it himself, or it is above his authority as well.
    """
    row = _to_decide(connection, agent, remedy_id)
    claimed = _claim(row, authority_of(agent))
    allowance = policies.allows(connection, claimed, now)
    if allowance.decision is not Decision.ALLOWED:
        raise NotAllowed(allowance.reason or "按现行政策不能批准")
    decided = outcomes.change(
        connection, row, now, status=RemedyStatus.PENDING.value, reason=note, decided_by=agent.username, next_at=0.0
    )
    _book(connection, decided, claimed, now)
    outcomes.alert_people(connection, decided)
    agents.audit(connection, agent.username, "remedy.approve", row.key, {**outcomes.for_audit(row), "note": note}, now)
    _tell_who_asked(connection, row, agent, f"批准了您的申请。{note}", now)
    return decided


def refuse(connection: Connection, agent: AgentRow, remedy_id: int, note: str, now: datetime) -> RemedyRow:
    """Another person decides against it; the customer is told.

    Raises:
        NotFound, WrongState, NotAllowed: see `approve`.
    """
    row = _to_decide(connection, agent, remedy_id)
    decided = outcomes.change(
        connection, row, now, status=RemedyStatus.REJECTED.value, reason=note, decided_by=agent.username
    )
    agents.audit(connection, agent.username, "remedy.refuse", row.key, {**outcomes.for_audit(row), "note": note}, now)
    _tell_who_asked(connection, row, agent, f"没有批准您的申请。{note}", now)
    outcomes.note_on_ticket(connection, decided, agent.username, {"decision": "rejected", "note": note}, now)
    outcomes.alert_people(connection, decided)
    # What a colleague asked for the customer does not know of yet.
    if row.requested_by == ASSISTANT:
        outcomes.tell(connection, decided, rules.rejected_words(row.kind, note), now)
    return decided


def _tell_who_asked(connection: Connection, row: RemedyRow, by: AgentRow, words: str, now: datetime) -> None:
    """The colleague who asked finds the decision in his inbox; the assistant has none."""
    asker = next((a for a in agents.all_agents(connection) if a.active and a.username == row.requested_by), None)
    if asker is not None:
        inbox.tell(connection, asker.id, Kind.APPROVAL, by.username, words, now, row.conversation_id)


def retry(connection: Connection, agent: AgentRow, remedy_id: int, now: datetime) -> RemedyRow:
    """Try one that got no answer again, under the same key.

    Raises:
        NotFound, WrongState: there is none, or it did get an answer.
    """
    row = _require(connection, remedy_id)
    if row.status is not RemedyStatus.FAILED:
        raise WrongState("只有平台没有响应的可以重试")
    agents.audit(connection, agent.username, "remedy.retry", row.key, outcomes.for_audit(row), now)
    return outcomes.change(connection, row, now, status=RemedyStatus.PENDING.value, attempts=0, next_at=0.0)


def _terms(connection: Connection, wanted: Wanted) -> dict[str, Any]:
    """What the policy says about how it is given, whatever the request says: how long a coupon is valid."""
    rule = policies.compensation(connection).rules.get(wanted.cause or "")
    return {"valid_days": rule.valid_days} if rule is not None and rule.valid_days is not None else {}


def _decided(allowance: Allowance, now: datetime) -> dict[str, Any]:
    status = {
        Decision.ALLOWED: RemedyStatus.PENDING,
        Decision.NEEDS_APPROVAL: RemedyStatus.WAITING_APPROVAL,
        Decision.REFUSED: RemedyStatus.REFUSED,
    }[allowance.decision]
    return {
        "status": status.value,
        "reason": allowance.reason,
        "approver": allowance.approver,
        "attempts": 0,
        "next_at": 0.0,
        "updated_at": now,
    }


def _book(connection: Connection, row: RemedyRow, claimed: Claim, now: datetime) -> None:
    """Count it against the limits as soon as it will be carried out; else write down and show that it is not."""
    if row.status is RemedyStatus.PENDING:
        policies.record(connection, row.key, claimed, now, ticket_number=row.ticket_number)
        return
    reason = {"decision": row.status.value, "reason": row.reason}
    outcomes.note_on_ticket(connection, row, row.requested_by, reason, now)
    outcomes.alert_people(connection, row)


def _claim(row: RemedyRow, authority: str) -> Claim:
    amount = rules.amount_of(row.amount_fen, row.points)
    return Claim(row.customer_id, row.kind, row.cause, amount, row.level, row.target_id, authority)


def _require(connection: Connection, remedy_id: int) -> RemedyRow:
    row = repository.remedy(connection, remedy_id, lock=True)
    if row is None:
        raise NotFound("没有这笔补救")
    return row


def _to_decide(connection: Connection, agent: AgentRow, remedy_id: int) -> RemedyRow:
    row = _require(connection, remedy_id)
    if row.status is not RemedyStatus.WAITING_APPROVAL:
        raise WrongState("这笔已经处理过了")
    if row.requested_by == agent.username:
        raise NotAllowed("自己提交的要由别的同事审批")
    if not may_decide(agent, row):
        raise NotAllowed("这笔超过了您的审批权限")
    return row
