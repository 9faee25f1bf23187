"""What becomes of a remedy: the platform's answer or its silence, kept, told, written to the ticket."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any, Mapping

from sqlalchemy import Connection

from contracts.conversation import Owner, Reply, Sender
from contracts.effects import HandOff
from contracts.remedies import RemedyReceipt
from service.agents import service as agents
from service.conversations import service as conversations
from service.delivery import service as delivery
from service.handoff import service as handoff
from service.policies import service as policies
from service.remedies import repository, rules
from service.remedies.repository import RemedyRow
from service.remedies.rules import RemedyStatus
from service.tickets import service as tickets

SOURCE = "remedy"


def answered(connection: Connection, remedy_id: int, receipt: RemedyReceipt, now: datetime) -> None:
    """The platform's answer: kept, told to the customer, written to the ticket. Once."""
    row = repository.remedy(connection, remedy_id, lock=True)
    if row is None or row.status is not RemedyStatus.PENDING:
        return
    status = RemedyStatus.DONE if receipt.done else RemedyStatus.REFUSED
    kept = {"reference": receipt.reference, "data": dict(receipt.data)}
    row = change(connection, row, now, status=status.value, reason=receipt.reason or row.reason, receipt=kept)
    agents.audit(connection, "platform", f"remedy.{status.value}", row.key, for_audit(row), now)
    if receipt.done:
        note_on_ticket(connection, row, "platform", {"reference": receipt.reference}, now)
        tell(connection, row, rules.done_words(row.kind, row.done_text, receipt.data, now), now)
        alert_people(connection, row)
        return
    policies.take_back(connection, row.key)
    note_on_ticket(connection, row, "platform", {"reason": receipt.reason}, now)
    tell(connection, row, rules.refused_words(row.kind, receipt.reason, row.ticket_number), now)
    alert_people(connection, row)
    _to_people(connection, row, f"remedy refused: {receipt.reason}", now)


def no_answer(connection: Connection, remedy_id: int, problem: str, now: datetime) -> None:
    """The platform did not answer: tried again later, and after the last try given to people.

    Whether it was done is unknown, so it goes on counting against the customer's limits.
    """
    row = repository.remedy(connection, remedy_id, lock=True)
    if row is None or row.status is not RemedyStatus.PENDING:
        return
    attempts = row.attempts + 1
    if attempts < rules.MAX_ATTEMPTS:
        next_at = time.time() + rules.pause(attempts)
        row = change(connection, row, now, attempts=attempts, next_at=next_at, reason=problem)
        if attempts == rules.TOLD_AFTER_ATTEMPTS:
            tell(connection, row, rules.slow_words(row.kind), now)
        return
    row = change(connection, row, now, status=RemedyStatus.FAILED.value, attempts=attempts, reason=problem)
    agents.audit(connection, "platform", "remedy.failed", row.key, {**for_audit(row), "problem": problem}, now)
    note_on_ticket(connection, row, "platform", {"reason": "平台没有响应，请人工核对后重试"}, now)
    tell(connection, row, rules.failed_words(row.kind, row.ticket_number), now)
    alert_people(connection, row)
    _to_people(connection, row, "remedy: the platform does not answer", now)


def change(connection: Connection, row: RemedyRow, now: datetime, **values: Any) -> RemedyRow:
    """Change a remedy's row."""
    return repository.update_remedy(connection, row.id, updated_at=now, **values)


def for_audit(row: RemedyRow) -> dict[str, Any]:
    """What the audit log keeps of a remedy."""
    return {
        "id": row.id,
        "customer_id": row.customer_id,
        "kind": row.kind,
        "target_id": row.target_id,
        "amount_fen": row.amount_fen,
        "points": row.points,
        "cause": row.cause,
        "ticket": row.ticket_number,
    }


def note_on_ticket(connection: Connection, row: RemedyRow, actor: str, data: Mapping[str, Any], now: datetime) -> None:
    """One line on the ticket; the platform's own data, such as codes, stay out of it."""
    if row.ticket_number is None or tickets.ticket(connection, row.ticket_number) is None:
        return
    what = {"remedy_id": row.id, "kind": row.kind, "title": rules.kind_title(row.kind), "status": row.status.value}
    tickets.record(connection, row.ticket_number, "remedy", actor, {**what, **data}, now)
    delivery.announce_ticket(connection, row.conversation_id, row.ticket_number)


def alert_people(connection: Connection, row: RemedyRow) -> None:
    """Agents see at once that a remedy waits for approval, was decided, done or refused, or got no answer."""
    told = {
        "type": "remedy",
        "remedy_id": row.id,
        "status": row.status.value,
        "title": rules.kind_title(row.kind),
        "customer_id": row.customer_id,
        "conversation_id": row.conversation_id,
        "ticket_number": row.ticket_number,
        "requested_by": row.requested_by,
        "decided_by": row.decided_by,
    }
    delivery.put(connection, "alert", delivery.AGENTS, told)


def tell(connection: Connection, row: RemedyRow, text: str, now: datetime) -> None:
    """A message to the customer, where he writes."""
    conversation = conversations.require(connection, row.conversation_id, lock=True)
    sender = Sender.SYSTEM if conversation.owner is Owner.HUMAN else Sender.BOT
    conversations.append(connection, conversation, [Reply(text, sender=sender, source=SOURCE)], now)


def _to_people(connection: Connection, row: RemedyRow, rule: str, now: datetime) -> None:
    """Without a ticket somebody must take the conversation; a ticket has its own people."""
    conversation = conversations.require(connection, row.conversation_id, lock=True)
    if row.ticket_number is None and conversation.owner is Owner.BOT:
        handoff.enqueue(connection, conversation, HandOff("flow", rule), row.level, now)
